"""How does an alarm reach a pager? By PagerDuty's Events API v2, which other pagers take too.

Alarms of one incident carry one `dedup_key`, so a repeated try adds nothing, and acknowledging or resolving in Slack
does so there. Reference: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.notifiers.http import post

if TYPE_CHECKING:
    from alerts.delivery.external_alert import Alarm

URL: Final = "https://events.pagerduty.com/v2/enqueue"

SUMMARY: Final = 1024
"""Characters that the API takes of a summary."""

_SEVERITIES: Final = {"watch": "info", "warning": "warning", "critical": "critical"}
_REMEDY: Final = "copy the integration key of an Events API v2 integration into TOCSIN_PAGERDUTY_KEY"


class PagerDuty:
    """A channel to one PagerDuty service."""

    def __init__(self, key: str, url: str = URL) -> None:
        """Take the integration key, and where the API is."""
        self._key = key
        self._url = url

    async def send(self, alarm: Alarm, address: str) -> None:
        """Send the alarm as an event; `address` is not used: the key names the service."""
        del address
        await post(self._url, msgspec.json.encode(self._event(alarm)), {}, "PagerDuty", _REMEDY)

    def _event(self, alarm: Alarm) -> dict[str, Any]:
        event: dict[str, Any] = {
            "routing_key": self._key,
            "event_action": alarm.event,
            "dedup_key": alarm.incident,
        }
        if alarm.event == "trigger":
            event |= {"client": "Tocsin", "payload": _payload(alarm)}
            if alarm.link:
                event |= {"client_url": alarm.link, "links": [{"href": alarm.link, "text": alarm.incident}]}
        return event


def _payload(alarm: Alarm) -> dict[str, Any]:
    return {
        "summary": alarm.text[:SUMMARY],
        "source": alarm.brand,
        "severity": _SEVERITIES[alarm.severity],
        "timestamp": datetime.fromtimestamp(alarm.at / 1000, UTC).isoformat(),
        "component": alarm.brand,
        "class": ", ".join(alarm.detectors),
        "custom_details": {"incident": alarm.incident, "revision": alarm.revision, "opened_at": alarm.opened_at},
    }
