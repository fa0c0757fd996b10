"""Incident lifecycle: what a signal, an action or the passing of time does to a brand's incident.

A pure fold over the brand's records; instants are event time in ms. The life of an incident:

    (none) ──opens──► open ──ack──► acknowledged ──quiet for resolve_after, or a person──► resolved
                 escalates ▲ ◄──worsens after ack_expires──┘                                  │
                       └──reopens: relapse after the cooldown, or a more severe breach at once ◄───┘

Within the cooldown a breach that pages and has another cause opens an incident of its own.

What is due happens at the instant it was due, however late and in however large steps time advances: a replay gives
the notifications of the live run.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from alerts.incidents import escalation
from alerts.incidents.actions import apply_action
from alerts.incidents.corrections import deleted_before
from alerts.incidents.correlation import is_another_cause
from alerts.incidents.findings import create, has_doubled, merge
from alerts.incidents.ids import incident_id
from alerts.incidents.model import Action, Incident, Notification, Reason, finding_key, is_by_hand, own_key, rank
from alerts.incidents.notifications import NEW_MATTER, build_notification, is_inhibited, reason_to_notify
from alerts.incidents.policy import milliseconds, policy_for
from alerts.incidents.severity import effective_severity
from alerts.incidents.silences import matching_silence, muted_until, to_silence
from alerts.incidents.state import TriageState, mark_applied, new_state
from detectors.model.signal import Signal, Watermark

if TYPE_CHECKING:
    from alerts.incidents.correlation import CrossBrandContext
    from alerts.incidents.policy import Policy

__all__ = ["Decision", "TriageState", "advance_time", "decide", "new_state", "process"]

POSITIVE_SPIKE: Final = "positive_spike"
"""The detector of praise: its signals neither join a crisis nor keep one open."""

Decision = Literal[
    "duplicate", "expired", "silenced", "inhibited", "open", "merge", "reopen", "dismissed", "in_cooldown"
]
"""What is done with a signal. Silenced, inhibited, dismissed and in_cooldown notify nobody."""


def process(
    state: TriageState, record: Signal | Action | Watermark, policy: Policy, context: CrossBrandContext | None = None
) -> tuple[TriageState, list[Notification]]:
    """Return the state after `record`, and its notifications in order; `context` accompanies another brand's record.

    Raises:
        ValueError: the record is another brand's and has no context.
    """
    policy = policy_for(policy, state.kind)
    if isinstance(record, Watermark):
        return advance_time(state, record.at, policy)
    if record.brand != state.brand and context is None:
        raise ValueError(
            f"a record of {record.brand!r} was given to the state of {state.brand!r}: key the topic by brand"
        )
    if isinstance(record, Action):
        return apply_action(state, record, policy)
    return on_signal(state, record, policy, context)


def decide(state: TriageState, signal: Signal, policy: Policy, context: CrossBrandContext | None = None) -> Decision:
    """Return what is done with a signal, once time has advanced to it."""
    return already_seen(state, signal) or _decide(state, signal, policy, context)


def already_seen(state: TriageState, signal: Signal) -> Decision | None:
    """Return why a signal counts as seen before; None where it is new."""
    if signal.id in state.applied_signals:
        return "duplicate" if signal.revision <= state.applied_signals[signal.id][0] else None
    return "expired" if signal.at <= state.evicted_before else None


def _decide(state: TriageState, signal: Signal, policy: Policy, context: CrossBrandContext | None) -> Decision:
    if matching_silence(
        signal, context.silences if context else chain(map(to_silence, policy.silences), state.silences)
    ):
        return "silenced"
    if state.incident is None:
        return "open"
    return _decide_about(state, state.incident, signal, policy)


def _decide_about(state: TriageState, incident: Incident, signal: Signal, policy: Policy) -> Decision:
    if incident.resolved_at is None:
        return "inhibited" if signal.detector == POSITIVE_SPIKE and not is_positive(incident) else "merge"
    is_more_severe = rank(effective_severity(signal, (), policy.severity_rules)) > rank(incident.severity)
    if signal.id in state.dismissed and not is_more_severe and not _has_doubled_since(incident, signal):
        return "dismissed"
    if signal.at < incident.resolved_at + milliseconds(policy.cooldown) and not is_more_severe:
        return "open" if _is_news_in_cooldown(incident, signal, policy) else "in_cooldown"
    alike = (signal.detector == POSITIVE_SPIKE) is is_positive(incident)
    soon = signal.at <= incident.resolved_at + milliseconds(policy.reopen_within)
    return "reopen" if alike and soon else "open"


def _is_news_in_cooldown(incident: Incident, signal: Signal, policy: Policy) -> bool:
    """Tell whether a breach would page and has another cause than the incident that cools down."""
    pages = rank(effective_severity(signal, (), policy.severity_rules)) >= rank(policy.page_from)
    return pages and signal.detector != POSITIVE_SPIKE and is_another_cause(incident, signal)


def _has_doubled_since(incident: Incident, signal: Signal) -> bool:
    """Tell whether a figure is twice what it was when somebody resolved the incident."""
    known = incident.findings.get(finding_key(incident, signal))
    return known is not None and has_doubled(merge(known, signal))


def is_positive(incident: Incident) -> bool:
    """Tell whether an incident is one of praise alone."""
    return set(incident.findings) == {POSITIVE_SPIKE}


def advance_time(state: TriageState, now: int, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Advance event time to `now`: flush the pending update, escalate, end silences, resolve."""
    state = replace(state, clock=max(state.clock, now))
    state, notifications = _flush_update(state, now, policy)
    state, escalated = _escalate(state, now, policy)
    state = replace(state, silences=tuple(one for one in state.silences if one.ends_at > now))
    state, resolved = _resolve_when_quiet(state, now, policy)
    return state, notifications + escalated + resolved


def _flush_update(state: TriageState, now: int, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Notify a pending update, once its instant is over and the update interval allows."""
    incident, pace = state.incident, milliseconds(policy.update_every)
    if incident is None or not state.update_pending or now < incident.last_breach_at:
        return state, []
    if incident.last_breach_at // pace <= incident.updated_at // pace:
        return state, []
    return build_notification(state, incident, "updated", incident.last_breach_at, policy)


def _escalate(state: TriageState, now: int, policy: Policy) -> tuple[TriageState, list[Notification]]:
    """Take each step of the escalation that was due while nobody had acknowledged the incident, or wished for quiet."""
    notifications: list[Notification] = []
    while (incident := state.incident) is not None and incident.next_escalation_at is not None:
        over = incident.last_breach_at + milliseconds(policy.resolve_after)
        if now < incident.next_escalation_at or (over <= incident.next_escalation_at and not is_by_hand(incident)):
            break
        if quiet := muted_until(state.silences, incident.next_escalation_at):
            state = replace(state, incident=escalation.postpone(incident, quiet))
            continue
        number = str(incident.escalation_steps + 1)
        state, more = build_notification(state, incident, "escalated", incident.next_escalation_at, policy, text=number)
        notifications += more
    return state, notifications


def _resolve_when_quiet(state: TriageState, now: int, policy: Policy) -> tuple[TriageState, list[Notification]]:
    incident = state.incident
    if incident is None or incident.resolved_at is not None or is_by_hand(incident):
        return state, []
    due = incident.last_breach_at + milliseconds(policy.resolve_after)
    if now < due:
        return state, []
    over = replace(incident, status="resolved", resolved_at=due)
    return build_notification(replace(state, suppressed_count=0, dismissed=()), over, "resolved", due, policy)


def on_signal(
    state: TriageState, signal: Signal, policy: Policy, context: CrossBrandContext | None
) -> tuple[TriageState, list[Notification]]:
    if already_seen(state, signal):
        return state, []
    state, notifications = advance_time(state, signal.at - 1, policy)
    decision = _decide(state, signal, policy, context)
    state = replace(mark_applied(state, signal.id, signal.revision, signal.at), clock=max(state.clock, signal.at))
    state, more = _apply(state, signal, decision, policy, context.group if context else "")
    return state, notifications + more


def _apply(
    state: TriageState, signal: Signal, decision: Decision, policy: Policy, group: str
) -> tuple[TriageState, list[Notification]]:
    match decision, state.incident:
        case "open", _:
            return _open(state, signal, policy)
        case "merge", Incident() as incident:
            return _merge(state, incident, signal, policy, group)
        case "reopen", Incident() as incident:
            return _reopen(state, incident, signal, policy, group)
        case (("silenced" | "inhibited"), _):
            return replace(state, silenced_count=state.silenced_count + 1), []
        case (("dismissed" | "in_cooldown"), _):
            return replace(state, suppressed_count=state.suppressed_count + 1), []
        case _:
            return state, []


def _open(state: TriageState, signal: Signal, policy: Policy) -> tuple[TriageState, list[Notification]]:
    previous = state.incident.id if state.incident else ""
    serial = state.serial + 1 if previous == incident_id(state.brand, signal.at, state.serial, state.kind) else 1
    incident = Incident(
        id=incident_id(state.brand, signal.at, serial, state.kind),
        brand=state.brand,
        status="open",
        severity=effective_severity(signal, (), policy.severity_rules),
        opened_at=signal.at,
        updated_at=signal.at,
        last_breach_at=signal.at,
        revision=0,
        findings={own_key(signal): create(signal)},
        kind=state.kind,
    )
    incident = replace(incident, deleted=deleted_before(state, incident))
    fresh = replace(state, suppressed_count=0, dismissed=(), serial=serial)
    return build_notification(
        fresh, incident, "opened", signal.at, policy, detector=own_key(signal), text=signal.detector
    )


def _reopen(
    state: TriageState, incident: Incident, signal: Signal, policy: Policy, group: str
) -> tuple[TriageState, list[Notification]]:
    """Open an incident again; it is about the brand that relapsed, the others may join again."""
    at = max(signal.at, incident.updated_at)
    severity = effective_severity(signal, (), policy.severity_rules)
    is_more_severe = rank(severity) > rank(incident.severity)
    again = replace(
        incident,
        status="open",
        severity=severity,
        opened_at=at,
        last_breach_at=at,
        findings={finding_key(incident, signal): create(signal)},
        group=group,
        affected_brands=(signal.brand,) if group else (),
        resolved_at=None,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None if is_more_severe else incident.snoozed_until,
        verdict=None,
        paged_at=None,
        official_reply_by=None,
        official_reply_at=None,
        reopen_count=incident.reopen_count + 1,
    )
    again = replace(again, deleted=deleted_before(state, again))
    key, fresh = finding_key(incident, signal), replace(state, suppressed_count=0, dismissed=())
    return build_notification(fresh, again, "reopened", at, policy, detector=key, text=key)


def _merge(
    state: TriageState, incident: Incident, signal: Signal, policy: Policy, group: str
) -> tuple[TriageState, list[Notification]]:
    key, known = finding_key(incident, signal), incident.all_brands
    earlier = incident.findings.get(key)
    finding = merge(earlier, signal) if earlier else create(signal)
    severity = effective_severity(signal, incident.findings.values(), policy.severity_rules)
    rose = rank(severity) > rank(incident.severity)
    joined = replace(
        incident,
        severity=severity if rose else incident.severity,
        last_breach_at=max(incident.last_breach_at, signal.at),
        findings={**incident.findings, key: finding},
        affected_brands=incident.affected_brands if signal.brand in known else (*known, signal.brand),
        group=incident.group or group,
    )
    reason = reason_to_notify(incident, joined, signal, policy)
    if reason is not None:
        return _notify_worse(state, joined, reason, signal, policy)
    changed = is_inhibited(incident, signal) or (
        earlier is not None and finding.signal.evidence.observed != earlier.signal.evidence.observed
    )
    return replace(state, incident=joined, update_pending=state.update_pending or changed), []


def _notify_worse(
    state: TriageState, incident: Incident, reason: Reason, signal: Signal, policy: Policy
) -> tuple[TriageState, list[Notification]]:
    """Notify that it got worse; an acknowledgement is void that expired, or was of another matter."""
    key = finding_key(incident, signal)
    acknowledged, critical = incident.acknowledged_at, reason == "raised_severity" and incident.severity == "critical"
    expired = acknowledged is not None and signal.at >= acknowledged + milliseconds(policy.ack_expires)
    if expired or critical or reason in NEW_MATTER:
        incident = replace(incident, status="open", acknowledged_by=None, acknowledged_at=None)
    reason = "ack_expired" if expired and reason not in NEW_MATTER else reason
    label = signal.topic.label if signal.topic else key
    text = {"raised_severity": incident.severity, "joined": signal.brand, "new_topic": label}.get(reason, key)
    return build_notification(state, incident, reason, signal.at, policy, detector=key, text=text)
