"""Fallback in Slack: a page that its channel does not take, as one line in another channel or a direct message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.rendering.escaping import is_slack_id, slack_user
from alerts.rendering.message import Message
from alerts.rendering.rich_text import plain
from alerts.rendering.slack_blocks import to_mrkdwn

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalAlert
    from alerts.delivery.ports import Notifier


class SlackFallback:
    """Posts alerts through the workers' Slack notifier; the address is a channel or a person."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    async def send(self, alert: ExternalAlert, address: str) -> None:
        """Post the alert.

        Raises:
            DeliveryError: Slack does not take it, or may not have taken it.
        """
        await self._notifier.post(address, fallback_message(alert))


def fallback_message(alert: ExternalAlert) -> Message:
    """Return the line of an alert: whom it mentions, what it says, where its page is. It is not the incident's message.

    Its metadata names another key than the incident, so that the outbox never takes it for the message it looks for.
    """
    text = to_mrkdwn(plain(alert.text, _LONGEST))
    parts = [alert.mention, text, f"<{alert.link}>" if alert.link else ""]
    if alert.event == "acknowledge":
        actor = slack_user(alert.actor) if is_slack_id(alert.actor) else to_mrkdwn(plain(alert.actor, _ACTOR))
        parts = [f"👀 {actor}:", text]
    return Message(f"{alert.incident}>fallback", alert.revision, " ".join(filter(None, parts)), [])


_LONGEST = 500
_ACTOR = 80
