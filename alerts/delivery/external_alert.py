"""Alert for receivers outside Slack (PagerDuty, webhook, e-mail): trigger, acknowledge, resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from alerts.rendering import text as wording
from detectors.model.signal import Severity

if TYPE_CHECKING:
    from alerts.incidents.model import Notification

EventAction = Literal["trigger", "acknowledge", "resolve"]
"""In the words of PagerDuty's Events API, which others follow."""


class ExternalAlert(msgspec.Struct, frozen=True):
    """What a receiver outside Slack gets of an incident. Instants are event time in ms."""

    incident: str  # the key that all alerts of an incident share
    revision: int
    event: EventAction
    brand: str
    severity: Severity
    detectors: tuple[str, ...]
    text: str  # the lock-screen line
    opened_at: int
    at: int
    actor: str = ""  # who acknowledged or resolved it
    link: str = ""  # the incident's page
    mention: str = ""  # whom a fallback in Slack mentions, in Slack's notation

    @property
    def idempotency_key(self) -> str:
        """Return a key that every attempt to send this alert shares, and no other alert has."""
        return f"{self.incident}.{self.revision}.{self.event}"


class ExternalNotifier(Protocol):
    """A receiver outside Slack. It may get the same alert twice."""

    async def send(self, alert: ExternalAlert, address: str) -> None:
        """Send the alert; returns when the other side has accepted it.

        Raises:
            DeliveryError: it was not accepted, or may not have been.
        """
        ...


def build(notification: Notification, event: EventAction, language: str, web_url: str = "") -> ExternalAlert:
    """Return the alert of a notification; `web_url` is the address of `tocsin web`, where it runs."""
    incident = notification.incident
    return ExternalAlert(
        incident=incident.id,
        revision=notification.revision,
        event=event,
        brand=incident.brand,
        severity=incident.severity,
        detectors=tuple(sorted(incident.findings)),
        text=wording.headline(incident, wording.supported_language(language)),
        opened_at=incident.opened_at,
        at=notification.happened_at,
        actor=incident.acknowledged_by or "" if event == "acknowledge" else _ended_by(notification),
        link=f"{web_url.rstrip('/')}/incidents/{incident.id}" if web_url else "",
    )


def event_action(notification: Notification) -> EventAction | None:
    """Return what a notification means to the receivers that were notified before; None: nothing new."""
    if notification.incident.status == "resolved":
        return "resolve"
    return _EVENTS.get(notification.reason)


_EVENTS: Final[dict[str, EventAction]] = {"acknowledged": "acknowledge", "escalated": "trigger", "reopened": "trigger"}


def _ended_by(notification: Notification) -> str:
    entry = notification.incident.history[-1] if notification.incident.history else None
    return entry.actor if entry is not None and notification.incident.status == "resolved" else ""
