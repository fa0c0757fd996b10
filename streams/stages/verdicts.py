"""What triage sends back to the watch stage: the hours of an incident that a person called a real crisis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentions.model.batches import CrisisVerdict

if TYPE_CHECKING:
    from alerts.incidents.model import Notification


def verdicts_of(notification: Notification) -> list[CrisisVerdict]:
    """Return a verdict for each brand of an incident where it was judged, or ended after it had been."""
    incident, reason = notification.incident, notification.reason
    if incident.kind or reason not in ("judged", "resolved"):
        return []
    if incident.verdict == "crisis":
        until = incident.resolved_at or max(notification.happened_at, incident.last_breach_at)
    elif reason == "judged":
        until = None
    else:
        return []
    return [CrisisVerdict(brand, incident.opened_at, until, notification.happened_at) for brand in incident.all_brands]
