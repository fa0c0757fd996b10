"""PagerDuty notifier: alerts by the Events API v2, which other pagers accept too.

Alerts of one incident carry one `dedup_key`: a repeated attempt adds nothing, and acknowledging or resolving in Slack
does so there. Reference: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.notifiers.http import post

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalAlert

URL: Final = "https://events.pagerduty.com/v2/enqueue"

SUMMARY: Final = 1024
"""Characters that the API takes of a summary."""

_REMEDY: Final = "copy the integration key of an Events API v2 integration into TOCSIN_PAGERDUTY_KEY"


class PagerDutyNotifier:
    """Sends alerts to one PagerDuty service."""

    def __init__(self, key: str, url: str = URL) -> None:
        """Take the integration key, and where the API is."""
        self._key = key
        self._url = url

    async def send(self, alert: ExternalAlert, address: str) -> None:
        """Send the alert as an event; `address` is not used: the key names the service."""
        del address
        await post(self._url, msgspec.json.encode(self._event(alert)), {}, "PagerDuty", _REMEDY)

    def _event(self, alert: ExternalAlert) -> dict[str, Any]:
        event: dict[str, Any] = {
            "routing_key": self._key,
            "event_action": alert.event,
            "dedup_key": alert.incident,
        }
        if alert.event == "trigger":
            event |= {"client": "Tocsin", "payload": _payload(alert)}
            if alert.link:
                event |= {"client_url": alert.link, "links": [{"href": alert.link, "text": alert.incident}]}
        return event


def _payload(alert: ExternalAlert) -> dict[str, Any]:
    return {
        "summary": alert.text[:SUMMARY],
        "source": alert.brand,
        "severity": alert.severity,
        "timestamp": datetime.fromtimestamp(alert.at / 1000, UTC).isoformat(),
        "component": alert.brand,
        "class": ", ".join(alert.detectors),
        "custom_details": {"incident": alert.incident, "revision": alert.revision, "opened_at": alert.opened_at},
    }
