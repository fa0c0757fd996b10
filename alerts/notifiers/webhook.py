"""Webhook notifier: alerts as signed JSON, after the Standard Webhooks specification.

The signature is the HMAC-SHA256 of `webhook-id.webhook-timestamp.body`; a receiver checks it, refuses old timestamps,
and remembers ids. Reference: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from alerts.delivery.rate_limit import Clock
from alerts.notifiers.http import post
from alerts.notifiers.standard_webhooks import signature, signing_key

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalAlert

_REMEDY: Final = "check TOCSIN_WEBHOOK_URL and TOCSIN_WEBHOOK_SECRET, and to the log of the receiver"


class WebhookNotifier:
    """Sends alerts to one URL."""

    def __init__(self, url: str, secret: str, clock: Clock | None = None) -> None:
        """Take where to send, and the secret both sides share: `whsec_` and base64, or any text."""
        self._url = url
        self._key = signing_key(secret)
        self._clock = clock or Clock()

    async def send(self, alert: ExternalAlert, address: str) -> None:
        """Send the alert as JSON; `address` is not used: the environment names the URL, for it may hold a secret."""
        del address
        body = msgspec.json.encode({"type": f"incident.{alert.event}", "data": alert})
        await post(self._url, body, self.sign(alert.idempotency_key, body), "the webhook", _REMEDY)

    def sign(self, name: str, body: bytes) -> dict[str, str]:
        """Return the headers that prove a body to be ours, now."""
        moment = str(self._clock.wall() // 1000)
        signed = signature(self._key, name.encode(), moment.encode(), body)
        return {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": signed}
