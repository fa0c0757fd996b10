"""When does an incident that nobody has in hand go to the next person?

The clock starts with the page and stops with an acknowledgement. A rise in severity may only shorten the wait; each
step starts it anew; when no step is left, the last is repeated after twice the time, four times, and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents.policy import milliseconds

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.incidents.policy import Policy
    from detectors.model.signal import Severity


def paged(incident: Incident, at: int, policy: Policy) -> Incident:
    """Return the incident after a page at `at` (ms): the next step is due no later than its severity allows."""
    wait = _wait(incident.severity, incident.escalated, policy)
    if wait is None:
        return replace(incident, escalate_at=None)
    due = at + wait
    return replace(incident, escalate_at=due if incident.escalate_at is None else min(due, incident.escalate_at))


def stepped(incident: Incident, at: int, policy: Policy) -> Incident:
    """Return the incident after a step was taken at `at` (ms)."""
    return paged(replace(incident, escalated=incident.escalated + 1, escalate_at=None), at, policy)


def at_hand(incident: Incident) -> Incident:
    """Return the incident once somebody has it in hand, or it is over: nothing is due."""
    return replace(incident, escalated=0, escalate_at=None)


def held(incident: Incident, until: int) -> Incident:
    """Return the incident snoozed until an instant (ms): no step is due before."""
    return incident if incident.escalate_at is None else replace(incident, escalate_at=max(incident.escalate_at, until))


_WATCH: Final = "watch"


def _wait(severity: Severity, taken: int, policy: Policy) -> int | None:
    """Return how long (ms) to wait for the step after `taken` others; None where none is left or the wait is 0."""
    if severity == _WATCH or taken >= len(policy.escalation) + policy.repeats:
        return None
    wait = policy.escalate_critical if severity == "critical" else policy.escalate_warning
    again = max(0, taken - max(0, len(policy.escalation) - 1)) if policy.escalation else taken
    return milliseconds(wait) * 2**again or None
