"""What does a person's act do to the brand's incident?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from alerts.incidents.notifications import tell
from alerts.incidents.state import ACTIONS_KEPT

if TYPE_CHECKING:
    from alerts.incidents.model import Action, ActionKind, Incident, Notification, Reason
    from alerts.incidents.policy import Policy
    from alerts.incidents.silences import Silence
    from alerts.incidents.state import Case

AHEAD: Final = 15 * 60_000
"""How far (ms) an act may run ahead of event time and still have happened when it says; beyond, an old incident is
being replayed, and the act happens at the event time reached."""

SILENCES_KEPT: Final = 50

SNOOZE: Final = 2 * 3_600_000
"""How long (ms) a snooze lasts that does not say."""

TOLD: Final[dict[ActionKind, Reason]] = {
    "ack": "acknowledged",
    "unack": "unacknowledged",
    "snooze": "snoozed",
    "unsnooze": "unsnoozed",
    "resolve": "resolved",
    "verdict": "judged",
    "note": "noted",
    "silence": "silenced",
    "unsilence": "unsilenced",
}
"""What an act is called in the history."""

Answer = Literal[
    "redelivered",
    "silences",
    "unknown_silence",
    "unknown_incident",
    "already_resolved",
    "already_acknowledged",
    "not_acknowledged",
    "not_snoozed",
    "applies",
]


def answer(case: Case, action: Action) -> Answer:
    """Say whether an act applies, or why it changes nothing."""
    if action.id in case.acted:
        return "redelivered"
    if action.kind == "silence":
        return "silences" if action.silence is not None else "unknown_silence"
    if action.kind == "unsilence":
        return "silences" if _ended_by(case, action) else "unknown_silence"
    return _about(case.incident, action)


def _about(incident: Incident | None, action: Action) -> Answer:
    if incident is None or (action.incident is not None and action.incident != incident.id):
        return "unknown_incident"
    if action.kind in ("verdict", "note"):
        return "applies"
    if incident.status == "resolved":
        return "already_resolved"
    if action.kind == "ack" and incident.status == "acknowledged":
        return "already_acknowledged"
    if action.kind == "unack" and incident.status != "acknowledged":
        return "not_acknowledged"
    return "not_snoozed" if action.kind == "unsnooze" and incident.snoozed_until is None else "applies"


def act(case: Case, action: Action, policy: Policy) -> tuple[Case, list[Notification]]:
    """Return the case after a person's act, and what there is to tell of it."""
    reply = answer(case, action)
    if reply == "redelivered":
        return case, []
    case = replace(case, acted=(*case.acted, action.id)[-ACTIONS_KEPT:])
    if reply == "silences":
        return _hush(case, action, policy)
    if reply != "applies" or case.incident is None:
        return case, []
    at = _instant(case, action)
    incident = _applied(case.incident, action, at)
    if incident.status == "resolved" != case.incident.status:
        episodes = tuple(sorted(finding.signal.id for finding in incident.findings.values()))
        case = replace(case, held=0, dismissed=episodes)
    return tell(case, incident, TOLD[action.kind], at, policy, who=action.by, text=action.text)


def _hush(case: Case, action: Action, policy: Policy) -> tuple[Case, list[Notification]]:
    """Begin or end silences; an incident that is open has it in its history."""
    if action.silence is not None and action.kind == "silence":
        silences = (*case.silences, _from_now(case, action, action.silence))[-SILENCES_KEPT:]
    else:
        ended = _ended_by(case, action)
        silences = tuple(one for one in case.silences if one not in ended)
    case = replace(case, silences=silences)
    if case.incident is None or case.incident.status == "resolved":
        return case, []
    at, reason = _instant(case, action), TOLD[action.kind]
    return tell(case, case.incident, reason, at, policy, who=action.by, text=action.text)


def _ended_by(case: Case, action: Action) -> tuple[Silence, ...]:
    """Return the running silences that an act ends."""
    asked = action.silence
    if asked is None:
        return case.silences
    return tuple(one for one in case.silences if (one.id == asked.id if asked.id else one == asked))


def _instant(case: Case, action: Action) -> int:
    """Return the event time of an act, never before what has been seen."""
    if not case.clock:
        return action.at
    return action.at if case.clock <= action.at <= case.clock + AHEAD else case.clock


def _from_now(case: Case, action: Action, asked: Silence) -> Silence:
    """Return a silence as asked for, as long, and from the event time of the act."""
    begin = max(0, asked.since - action.at) + _instant(case, action)
    return replace(asked, since=begin, until=begin + asked.until - asked.since, by=action.by, id=action.id)


def _applied(incident: Incident, action: Action, at: int) -> Incident:
    """Return the incident after an act at event time `at`."""
    match action.kind:
        case "ack":
            return replace(incident, status="acknowledged", acknowledged_by=action.by, acknowledged_at=at)
        case "unack":
            return replace(incident, status="open", acknowledged_by=None, acknowledged_at=None)
        case "snooze" | "unsnooze":
            return replace(incident, snoozed_until=_snooze(action, at))
        case "resolve" | "verdict":
            return _judged(incident, action, at)
        case _:
            return incident


def _snooze(action: Action, at: int) -> int | None:
    if action.kind == "unsnooze":
        return None
    return at + (SNOOZE if action.until is None else max(0, action.until - action.at))


def _judged(incident: Incident, action: Action, at: int) -> Incident:
    """Return the incident with a verdict, if the act is one; what is no crisis is over."""
    if action.kind == "resolve":
        return _ended(incident, at)
    judged = replace(incident, verdict=action.verdict)
    over = action.verdict in ("not_a_crisis", "planned") and incident.status != "resolved"
    return _ended(judged, at) if over else judged


def _ended(incident: Incident, at: int) -> Incident:
    return replace(incident, status="resolved", resolved_at=max(at, incident.breached_at))
