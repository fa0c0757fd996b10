"""What does a signal, an act or the passing of time do to a brand's incident?

A pure fold over the brand's records; instants are event time in ms. The life of an incident:

    (none) ──opens──► open ──ack──► acknowledged ──quiet for resolve_after, or a person──► resolved
                 escalates ▲ ◄──worsens after ack_expires──┘                                  │
                       └──reopens: relapse after the cooldown, or a graver breach at once ◄───┘

What time brings happens at the instant it was due, however late and in however large steps time passes: so a replay
tells the same story as the live run.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from alerts import escalation
from alerts.acts import act
from alerts.case import Case, new_case, remember
from alerts.findings import begin, doubled, merge
from alerts.incident import Action, Incident, Notification, Reason, finding_key, rank
from alerts.naming import incident_id
from alerts.policy import governing, milliseconds
from alerts.severity import graded
from alerts.silences import planned, quiet_until, silenced
from alerts.telling import tell
from detectors.signal import Now, Signal

if TYPE_CHECKING:
    from alerts.policy import Policy
    from alerts.umbrella import Guest

__all__ = ["Case", "Decision", "decide", "new_case", "settle", "step"]

PRAISE: Final = "praise"
"""The one detector that is glad: what it finds neither belongs to a crisis nor keeps one open."""

Decision = Literal[
    "redelivered", "forgotten", "silenced", "inhibited", "opens", "joins", "reopens", "dismissed", "cooling"
]
"""What is to be done with a signal. Four are kept silent: somebody asked for silence, or declared the episode over; a
crisis inhibits praise; or the cooldown holds it back."""


def step(
    case: Case, record: Signal | Action | Now, policy: Policy, guest: Guest | None = None
) -> tuple[Case, list[Notification]]:
    """Return the case after `record`, and what there is to tell, in order; `guest` comes with another case's record.

    Raises:
        ValueError: the record is another brand's.
    """
    policy = governing(policy, case.kind)
    if isinstance(record, Now):
        return settle(case, record.at, policy)
    if record.brand != case.brand and guest is None:
        raise ValueError(f"a record of {record.brand!r} came to the case of {case.brand!r}: key the topic by brand")
    if isinstance(record, Action):
        return act(case, record, policy)
    return _hear(case, record, policy, guest)


def decide(case: Case, signal: Signal, policy: Policy, guest: Guest | None = None) -> Decision:
    """Say what is to be done with a signal, time being settled up to it."""
    return heard(case, signal) or _decide(case, signal, policy, guest)


def heard(case: Case, signal: Signal) -> Decision | None:
    """Say whether a signal came before, or may have."""
    if signal.id in case.applied:
        return "redelivered" if signal.revision <= case.applied[signal.id][0] else None
    return "forgotten" if signal.at <= case.forgotten else None


def _decide(case: Case, signal: Signal, policy: Policy, guest: Guest | None) -> Decision:
    if silenced(signal, guest.silences if guest else chain(map(planned, policy.silences), case.silences)):
        return "silenced"
    if case.incident is None:
        return "opens"
    return _decide_about(case, case.incident, signal, policy)


def _decide_about(case: Case, incident: Incident, signal: Signal, policy: Policy) -> Decision:
    if incident.resolved_at is None:
        return "inhibited" if signal.detector == PRAISE and not is_praise(incident) else "joins"
    graver = rank(graded(signal, (), policy.severity_rules)) > rank(incident.severity)
    if signal.id in case.dismissed and not graver and not _doubles(incident, signal):
        return "dismissed"
    if signal.at < incident.resolved_at + milliseconds(policy.cooldown) and not graver:
        return "cooling"
    alike = (signal.detector == PRAISE) is is_praise(incident)
    soon = signal.at <= incident.resolved_at + milliseconds(policy.reopen_within)
    return "reopens" if alike and soon else "opens"


def _doubles(incident: Incident, signal: Signal) -> bool:
    """Tell whether a figure is twice what it was when somebody declared it over."""
    known = incident.findings.get(finding_key(incident, signal))
    return known is not None and doubled(merge(known, signal))


def is_praise(incident: Incident) -> bool:
    """Tell whether an incident is a glad one."""
    return set(incident.findings) == {PRAISE}


def settle(case: Case, now: int, policy: Policy) -> tuple[Case, list[Notification]]:
    """Let event time pass up to `now`: tell what was held back, resolve what has been quiet for long enough."""
    case = replace(case, clock=max(case.clock, now))
    case, told = _catch_up(case, now, policy)
    case, escalated = _escalate(case, now, policy)
    case = replace(case, silences=tuple(one for one in case.silences if one.until > now))
    case, resolved = _expire(case, now, policy)
    return case, told + escalated + resolved


def _catch_up(case: Case, now: int, policy: Policy) -> tuple[Case, list[Notification]]:
    """Tell a change that waits, once its instant is over and the pace allows."""
    incident, pace = case.incident, milliseconds(policy.update_every)
    if incident is None or not case.pending or now < incident.breached_at:
        return case, []
    if incident.breached_at // pace <= incident.updated_at // pace:
        return case, []
    return tell(case, incident, "updated", incident.breached_at, policy)


def _escalate(case: Case, now: int, policy: Policy) -> tuple[Case, list[Notification]]:
    """Take each step of the escalation that was due while nobody had the incident in hand, or wished for quiet."""
    told: list[Notification] = []
    while (incident := case.incident) is not None and incident.escalate_at is not None:
        over = incident.breached_at + milliseconds(policy.resolve_after)
        if now < incident.escalate_at or over <= incident.escalate_at:
            break
        if quiet := quiet_until(case.silences, incident.escalate_at):
            case = replace(case, incident=escalation.held(incident, quiet))
            continue
        number = str(incident.escalated + 1)
        case, said = tell(case, incident, "escalated", incident.escalate_at, policy, text=number)
        told += said
    return case, told


def _expire(case: Case, now: int, policy: Policy) -> tuple[Case, list[Notification]]:
    incident = case.incident
    if incident is None or incident.resolved_at is not None:
        return case, []
    due = incident.breached_at + milliseconds(policy.resolve_after)
    if now < due:
        return case, []
    over = replace(incident, status="resolved", resolved_at=due)
    return tell(replace(case, held=0, dismissed=()), over, "resolved", due, policy)


def _hear(case: Case, signal: Signal, policy: Policy, guest: Guest | None) -> tuple[Case, list[Notification]]:
    if heard(case, signal):
        return case, []
    case, told = settle(case, signal.at - 1, policy)
    decision = _decide(case, signal, policy, guest)
    case = replace(remember(case, signal.id, signal.revision, signal.at), clock=max(case.clock, signal.at))
    case, said = _apply(case, signal, decision, policy, guest.group if guest else "")
    return case, told + said


def _apply(
    case: Case, signal: Signal, decision: Decision, policy: Policy, group: str
) -> tuple[Case, list[Notification]]:
    match decision, case.incident:
        case "opens", _:
            return _open(case, signal, policy)
        case "joins", Incident() as incident:
            return _join(case, incident, signal, policy, group)
        case "reopens", Incident() as incident:
            return _reopen(case, incident, signal, policy, group)
        case (("silenced" | "inhibited"), _):
            return replace(case, silenced=case.silenced + 1), []
        case (("dismissed" | "cooling"), _):
            return replace(case, held=case.held + 1), []
        case _:
            return case, []


def _open(case: Case, signal: Signal, policy: Policy) -> tuple[Case, list[Notification]]:
    previous = case.incident.id if case.incident else ""
    serial = case.serial + 1 if previous == incident_id(case.brand, signal.at, case.serial, case.kind) else 1
    incident = Incident(
        id=incident_id(case.brand, signal.at, serial, case.kind),
        brand=case.brand,
        status="open",
        severity=graded(signal, (), policy.severity_rules),
        opened_at=signal.at,
        updated_at=signal.at,
        breached_at=signal.at,
        revision=0,
        findings={signal.detector: begin(signal)},
        kind=case.kind,
    )
    fresh = replace(case, held=0, dismissed=(), serial=serial)
    return tell(fresh, incident, "opened", signal.at, policy, detector=signal.detector, text=signal.detector)


def _reopen(
    case: Case, incident: Incident, signal: Signal, policy: Policy, group: str
) -> tuple[Case, list[Notification]]:
    """Open an incident again; it is about the brand that relapsed, the others may join anew."""
    at = max(signal.at, incident.updated_at)
    severity = graded(signal, (), policy.severity_rules)
    graver = rank(severity) > rank(incident.severity)
    again = replace(
        incident,
        status="open",
        severity=severity,
        opened_at=at,
        breached_at=at,
        findings={finding_key(incident, signal): begin(signal)},
        group=group,
        brands=(signal.brand,) if group else (),
        resolved_at=None,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None if graver else incident.snoozed_until,
        verdict=None,
        reopened=incident.reopened + 1,
    )
    key, fresh = finding_key(incident, signal), replace(case, held=0, dismissed=())
    return tell(fresh, again, "reopened", at, policy, detector=key, text=key)


def _join(
    case: Case, incident: Incident, signal: Signal, policy: Policy, group: str
) -> tuple[Case, list[Notification]]:
    key, known = finding_key(incident, signal), incident.all_brands
    earlier = incident.findings.get(key)
    finding = merge(earlier, signal) if earlier else begin(signal)
    severity = graded(signal, incident.findings.values(), policy.severity_rules)
    rose = rank(severity) > rank(incident.severity)
    joined = replace(
        incident,
        severity=severity if rose else incident.severity,
        breached_at=max(incident.breached_at, signal.at),
        findings={**incident.findings, key: finding},
        brands=incident.brands if signal.brand in known else (*known, signal.brand),
        group=incident.group or group,
    )
    if rose:
        return _worsen(case, joined, "raised_severity", signal, policy)
    if signal.brand not in known:
        return _worsen(case, joined, "joined", signal, policy)
    if earlier is not None and breaks_again(earlier.signal, signal, policy):
        return _worsen(case, joined, "broke_again", signal, policy)
    if inhibited(incident, signal):
        return replace(case, incident=joined, pending=True), []
    if earlier is None or doubled(finding):
        return _worsen(case, joined, "doubled" if earlier else "new_detector", signal, policy)
    seen = earlier.signal.evidence.observed
    return replace(case, incident=joined, pending=case.pending or finding.signal.evidence.observed != seen), []


def breaks_again(earlier: Signal, signal: Signal, policy: Policy) -> bool:
    """Tell whether a detector that pages breaks anew after it was quiet for as long as an incident lasts without it."""
    calm = signal.start - earlier.at
    return rank(signal.severity) >= rank(policy.page_from) and calm >= milliseconds(policy.resolve_after)


def inhibited(incident: Incident, signal: Signal) -> bool:
    """Tell whether a signal adds noise only: what is worth watching beside what is critical."""
    return incident.severity == "critical" and signal.severity == "watch"


def _worsen(
    case: Case, incident: Incident, reason: Reason, signal: Signal, policy: Policy
) -> tuple[Case, list[Notification]]:
    """Tell that it got worse; an acknowledgement is void that is too old, or was of less, or of what was over since."""
    key = finding_key(incident, signal)
    acknowledged, critical = incident.acknowledged_at, reason == "raised_severity" and incident.severity == "critical"
    expired = acknowledged is not None and signal.at >= acknowledged + milliseconds(policy.ack_expires)
    if expired or critical or reason == "broke_again":
        incident = replace(incident, status="open", acknowledged_by=None, acknowledged_at=None)
    reason = "ack_expired" if expired and reason != "broke_again" else reason
    text = {"raised_severity": incident.severity, "joined": signal.brand}.get(reason, key)
    return tell(case, incident, reason, signal.at, policy, detector=key, text=text)
