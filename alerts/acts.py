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
    from alerts.silences import Silence

AHEAD: Final = 15 * 60_000
"""How far (ms) an act may run ahead of event time and still have happened when it says; beyond, an old incident is
being replayed, and the act happens at the event time reached."""

SILENCES_KEPT: Final = 50

SNOOZE: Final = 2 * 3_600_000
"""How long (ms) a snooze lasts that does not say."""

Answer = Literal["redelivered", "silences", "unknown_incident", "already_resolved", "already_acknowledged", "applies"]


def answer(case: Case, action: Action) -> Answer:
    """Say whether an act applies, or why it changes nothing."""
    if action.id in case.acted:
        return "redelivered"
    return "silences" if action.kind == "silence" else _about(case.incident, action)


def _about(incident: Incident | None, action: Action) -> Answer:
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
    if reply == "silences" and action.silence is not None:
        return replace(case, silences=(*case.silences, _from_now(case, action, action.silence))[-SILENCES_KEPT:]), []
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
    if not case.clock:
        return action.at
    return action.at if case.clock <= action.at <= case.clock + AHEAD else case.clock


def _from_now(case: Case, action: Action, asked: Silence) -> Silence:
    """Return a silence as asked for, as long, and from the event time of the act."""
    begin = max(0, asked.since - action.at) + _instant(case, action)
    return replace(asked, since=begin, until=begin + asked.until - asked.since, by=action.by)


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
        case _:
            return incident, "noted", action.text


def _ended(incident: Incident, at: int) -> Incident:
    return replace(incident, status="resolved", resolved_at=max(at, incident.breached_at))
