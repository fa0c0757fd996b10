"""Webhook of decisions: each as signed JSON, after the Standard Webhooks specification. It holds no text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from alerts.notifiers.http import post
from alerts.notifiers.webhook import WebhookNotifier

if TYPE_CHECKING:
    from moderation.model import Item

_REMEDY: Final = "check TOCSIN_MODERATION_WEBHOOK_URL and TOCSIN_MODERATION_WEBHOOK_SECRET, and the log of the receiver"


class DecisionWebhook:
    """Tells one URL of every decision."""

    name = "webhook"

    def __init__(self, url: str, secret: str) -> None:
        """Take where to send, and the secret both sides share."""
        self._url = url
        self._signer = WebhookNotifier(url, secret)

    def takes(self, item: Item) -> bool:
        """Return True: a receiver picks what it acts upon."""
        return item.outcome is not None

    async def act(self, item: Item) -> str:
        """Send the decision.

        Raises:
            DeliveryError: it was not taken, or may not have been.
        """
        data = {
            "item": item.id,
            "brand": item.brand,
            "outcome": item.outcome,
            "policy": item.policy,
            "severity": item.severity,
            "decided_at": item.decided_at,
            "posts": [{"channel": one.channel, "id": one.name, "url": one.url} for one in item.posts],
        }
        body = msgspec.json.encode({"type": "moderation.decided", "data": data})
        headers = self._signer.sign(f"{item.id}-{item.decided_at}", body)
        await post(self._url, body, headers, "the webhook of decisions", _REMEDY)
        return ""
