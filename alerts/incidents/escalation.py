"""Escalation: an unacknowledged incident goes to the next step at the instant it is due.

The clock starts with the page and stops with an acknowledgement. A rise in severity may only shorten the wait; each
step starts it again; when no step is left, the last is repeated after twice the time, four times, and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from alerts.incidents.policy import milliseconds

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.incidents.policy import Policy
    from detectors.model.signal import Severity


def on_page(incident: Incident, at: int, policy: Policy) -> Incident:
    """Return the incident after a page at `at` (ms): the next step is due no later than its severity allows."""
    wait = _wait(incident.severity, incident.escalation_steps, policy)
    if wait is None:
        return replace(incident, next_escalation_at=None)
    due = at + wait
    return replace(
        incident,
        next_escalation_at=due if incident.next_escalation_at is None else min(due, incident.next_escalation_at),
    )


def on_step(incident: Incident, at: int, policy: Policy) -> Incident:
    """Return the incident after a step was taken at `at` (ms)."""
    return on_page(
        replace(incident, escalation_steps=incident.escalation_steps + 1, next_escalation_at=None), at, policy
    )


def clear(incident: Incident) -> Incident:
    """Return the incident once somebody has acknowledged it, or it is resolved: nothing is due."""
    return replace(incident, escalation_steps=0, next_escalation_at=None)


def postpone(incident: Incident, until: int) -> Incident:
    """Return the incident snoozed until an instant (ms): no step is due before."""
    return (
        incident
        if incident.next_escalation_at is None
        else replace(incident, next_escalation_at=max(incident.next_escalation_at, until))
    )


def _wait(severity: Severity, taken: int, policy: Policy) -> int | None:
    """Return how long (ms) to wait for the step after `taken` others; None where no step is left or the wait is 0."""
    if severity == "info" or taken >= len(policy.escalation) + policy.repeats:
        return None
    wait = policy.escalate_critical if severity == "critical" else policy.escalate_warning
    again = max(0, taken - max(0, len(policy.escalation) - 1)) if policy.escalation else taken
    return milliseconds(wait) * 2**again or None
