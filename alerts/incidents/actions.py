"""Actions of users: acknowledge, snooze, silence, verdict, resolve; validated and applied once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from alerts.incidents.findings import create
from alerts.incidents.ids import incident_id
from alerts.incidents.model import BY_HAND, Incident
from alerts.incidents.notifications import build_notification
from alerts.incidents.state import MAX_ACTIONS
from detectors.model.signal import Contributors, Evidence, Example, Signal

if TYPE_CHECKING:
    from alerts.incidents.model import Action, ActionKind, Notification, Reason
    from alerts.incidents.policy import Policy
    from alerts.incidents.silences import Silence
    from alerts.incidents.state import TriageState

MAX_CLOCK_LEAD: Final = 15 * 60_000
"""How far (ms) an action may be ahead of event time and keep its own instant; beyond, an old incident is being
replayed, and the action counts at the event time reached."""

MAX_SILENCES: Final = 50

DEFAULT_SNOOZE: Final = 2 * 3_600_000
"""Default length (ms) of a snooze."""

REASONS: Final[dict[ActionKind, Reason]] = {
    "ack": "acknowledged",
    "unack": "unacknowledged",
    "snooze": "snoozed",
    "unsnooze": "unsnoozed",
    "resolve": "resolved",
    "verdict": "judged",
    "note": "noted",
    "silence": "silenced",
    "unsilence": "unsilenced",
    "official_reply": "official_reply",
    "page": "paged",
    "assign": "assigned",
    "open": "noted",
}
"""The reason of each action in the history."""

ActionOutcome = Literal[
    "duplicate",
    "silence_changed",
    "unknown_silence",
    "unknown_incident",
    "already_resolved",
    "already_acknowledged",
    "not_acknowledged",
    "already_replied",
    "not_snoozed",
    "accepted",
    "opened",
]


def validate(state: TriageState, action: Action) -> ActionOutcome:
    """Return whether an action applies, or why it changes nothing."""
    if action.id in state.applied_actions:
        return "duplicate"
    if _opens(action) and (state.incident is None or state.incident.status == "resolved"):
        return "opened"
    if action.kind == "silence":
        return "silence_changed" if action.silence is not None else "unknown_silence"
    if action.kind == "unsilence":
        return "silence_changed" if _ended_by(state, action) else "unknown_silence"
    return _validate_incident(state.incident, action)


def _opens(action: Action) -> bool:
    """Return whether an action opens an incident where none is open: a page does that says what it is about."""
    return action.kind == "open" or (action.kind == "page" and action.incident is None and bool(action.text))


def _validate_incident(incident: Incident | None, action: Action) -> ActionOutcome:
    if incident is None or (action.incident is not None and action.incident != incident.id):
        return "unknown_incident"
    if action.kind in ("verdict", "note", "open"):
        return "accepted"
    if incident.status == "resolved":
        return "already_resolved"
    acknowledged = incident.status == "acknowledged"
    refusals: dict[ActionKind, tuple[bool, ActionOutcome]] = {
        "ack": (acknowledged, "already_acknowledged"),
        "unack": (not acknowledged, "not_acknowledged"),
        "unsnooze": (incident.snoozed_until is None, "not_snoozed"),
        "official_reply": (incident.official_reply_at is not None, "already_replied"),
    }
    refused, outcome = refusals.get(action.kind, (False, "accepted"))
    return outcome if refused else "accepted"


def apply_action(state: TriageState, action: Action, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Return the state after a user's action, and its notifications."""
    reply = validate(state, action)
    if reply == "duplicate":
        return state, []
    state = replace(state, applied_actions=(*state.applied_actions, action.id)[-MAX_ACTIONS:])
    if reply == "silence_changed":
        return _apply_silence(state, action, policy)
    if reply == "opened":
        return _open(state, action, policy)
    if reply != "accepted" or state.incident is None:
        return state, []
    at = _event_time(state, action)
    incident = _apply_to_incident(state.incident, action, at)
    if incident.status == "resolved" != state.incident.status:
        episodes = tuple(sorted(finding.signal.id for finding in incident.findings.values()))
        state = replace(state, suppressed_count=0, dismissed=episodes)
    return build_notification(state, incident, REASONS[action.kind], at, policy, actor=action.actor, text=action.text)


def _open(state: TriageState, action: Action, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Open an incident that a person reports: a warning, which ends by a person's hand unless a detector joins it."""
    at = _event_time(state, action)
    previous = state.incident.id if state.incident else ""
    serial = state.serial + 1 if previous == incident_id(state.brand, at, state.serial, state.kind) else 1
    report = Signal(
        brand=state.brand,
        detector=BY_HAND,
        start=at,
        revision=0,
        phase="raised",
        severity="warning",
        at=at,
        policy=0,
        evidence=Evidence(at - 60_000, at, "reports", 1, None, 1, 0, 0, 0),
        contributors=Contributors(examples=(Example(action.text, action.actor, "", action.link, 0, 0.0, at),)),
    )
    incident = Incident(
        id=incident_id(state.brand, at, serial, state.kind),
        brand=state.brand,
        status="open",
        severity="warning",
        opened_at=at,
        updated_at=at,
        last_breach_at=at,
        revision=0,
        findings={BY_HAND: create(report)},
        kind=state.kind,
    )
    fresh = replace(state, suppressed_count=0, dismissed=(), serial=serial)
    return build_notification(
        fresh, incident, "opened", at, policy, detector=BY_HAND, actor=action.actor, text=action.text
    )


def _apply_silence(state: TriageState, action: Action, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Start or end silences; an open incident keeps that in its history."""
    if action.silence is not None and action.kind == "silence":
        silences = (*state.silences, _shift_to_event_time(state, action, action.silence))[-MAX_SILENCES:]
    else:
        ended = _ended_by(state, action)
        silences = tuple(one for one in state.silences if one not in ended)
    state = replace(state, silences=silences)
    if state.incident is None or state.incident.status == "resolved":
        return state, []
    at, reason = _event_time(state, action), REASONS[action.kind]
    return build_notification(state, state.incident, reason, at, policy, actor=action.actor, text=action.text)


def _ended_by(state: TriageState, action: Action) -> tuple[Silence, ...]:
    """Return the active silences that an action ends."""
    asked = action.silence
    if asked is None:
        return state.silences
    return tuple(one for one in state.silences if (one.id == asked.id if asked.id else one == asked))


def _event_time(state: TriageState, action: Action) -> int:
    """Return the event time of an action, never before the event time reached."""
    if not state.clock:
        return action.at
    return action.at if state.clock <= action.at <= state.clock + MAX_CLOCK_LEAD else state.clock


def _shift_to_event_time(state: TriageState, action: Action, asked: Silence) -> Silence:
    """Return a silence as requested: as long, from the event time of the action."""
    begin = max(0, asked.starts_at - action.at) + _event_time(state, action)
    return replace(
        asked, starts_at=begin, ends_at=begin + asked.ends_at - asked.starts_at, created_by=action.actor, id=action.id
    )


def _apply_to_incident(incident: Incident, action: Action, at: int) -> Incident:
    """Return the incident after an action at event time `at`."""
    match action.kind:
        case "ack" | "assign":
            who = action.text if action.kind == "assign" else action.actor
            return replace(incident, status="acknowledged", acknowledged_by=who, acknowledged_at=at)
        case "official_reply":
            return _mark_replied(incident, action.actor, at)
        case "unack":
            return replace(incident, status="open", acknowledged_by=None, acknowledged_at=None)
        case "snooze" | "unsnooze":
            return replace(incident, snoozed_until=_snooze_end(action, at))
        case "resolve" | "verdict":
            return _apply_verdict(incident, action, at)
        case _:
            return incident


def _mark_replied(incident: Incident, actor: str, at: int) -> Incident:
    """Return the incident with the official reply marked as posted; that acknowledges it, too."""
    replied = replace(incident, official_reply_by=actor, official_reply_at=at)
    if incident.status != "open":
        return replied
    return replace(replied, status="acknowledged", acknowledged_by=actor, acknowledged_at=at)


def _snooze_end(action: Action, at: int) -> int | None:
    if action.kind == "unsnooze":
        return None
    return at + (DEFAULT_SNOOZE if action.until is None else max(0, action.until - action.at))


def _apply_verdict(incident: Incident, action: Action, at: int) -> Incident:
    """Return the incident with a verdict, if the action is one; what is no crisis is resolved."""
    if action.kind == "resolve":
        return _resolve(incident, at)
    judged = replace(incident, verdict=action.verdict)
    over = action.verdict in ("not_a_crisis", "planned") and incident.status != "resolved"
    return _resolve(judged, at) if over else judged


def _resolve(incident: Incident, at: int) -> Incident:
    return replace(incident, status="resolved", resolved_at=max(at, incident.last_breach_at))
