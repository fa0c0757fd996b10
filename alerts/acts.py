"""What does a person's act do to the brand's incident?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from alerts.case import ACTIONS_KEPT
from alerts.telling import tell

if TYPE_CHECKING:
    from alerts.case import Case
    from alerts.incident import Action, Incident, Notification, Reason
    from alerts.policy import Policy

AHEAD: Final = 15 * 60_000
"""How far (ms) an act may run ahead of event time and still have happened when it says; beyond, an old incident is
being replayed, and the act happens at the event time reached."""

SNOOZE: Final = 2 * 3_600_000
"""How long (ms) a snooze lasts that does not say."""

Answer = Literal["redelivered", "unknown_incident", "already_resolved", "already_acknowledged", "applies"]


def answer(case: Case, action: Action) -> Answer:
    """Say whether an act applies, or why it changes nothing."""
    incident = case.incident
    if action.id in case.acted:
        return "redelivered"
    if incident is None or (action.incident is not None and action.incident != incident.id):
        return "unknown_incident"
    if action.kind in ("verdict", "note"):
        return "applies"
    if incident.status == "resolved":
        return "already_resolved"
    if action.kind == "ack" and incident.status == "acknowledged":
        return "already_acknowledged"
    return "applies"


def act(case: Case, action: Action, policy: Policy) -> tuple[Case, list[Notification]]:
    """Return the case after a person's act, and what there is to tell of it."""
    reply = answer(case, action)
    if reply == "redelivered":
        return case, []
    case = replace(case, acted=(*case.acted, action.id)[-ACTIONS_KEPT:])
    if reply != "applies" or case.incident is None:
        return case, []
    at = _instant(case, action)
    incident, reason, text = _applied(case.incident, action, at)
    if incident.status == "resolved" != case.incident.status:
        episodes = tuple(sorted(finding.signal.id for finding in incident.findings.values()))
        case = replace(case, held=0, dismissed=episodes)
    return tell(case, incident, reason, at, policy, who=action.by, text=text)


def _instant(case: Case, action: Action) -> int:
    """Return the event time of an act, never before what has been seen."""
    return action.at if case.clock <= action.at <= case.clock + AHEAD else case.clock


def _applied(incident: Incident, action: Action, at: int) -> tuple[Incident, Reason, str]:
    """Return the incident after an act at event time `at`, the reason to tell, and the line of history."""
    match action.kind:
        case "ack":
            acknowledged = replace(incident, status="acknowledged", acknowledged_by=action.by, acknowledged_at=at)
            return acknowledged, "acknowledged", action.text
        case "snooze":
            until = at + (SNOOZE if action.until is None else max(0, action.until - action.at))
            return replace(incident, snoozed_until=until), "snoozed", action.text
        case "resolve":
            return _ended(incident, at), "resolved", action.text
        case "verdict":
            judged = replace(incident, verdict=action.verdict)
            over = action.verdict in ("not_a_crisis", "planned") and incident.status != "resolved"
            return _ended(judged, at) if over else judged, "judged", action.text
        case "note":
            return incident, "noted", action.text


def _ended(incident: Incident, at: int) -> Incident:
    return replace(incident, status="resolved", resolved_at=max(at, incident.breached_at))
