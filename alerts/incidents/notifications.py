"""Notifications: why there is one, whether it posts in the thread or pages, and what goes into the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents import escalation
from alerts.incidents.findings import has_doubled, mark_notified, primary
from alerts.incidents.model import (
    SYSTEM_USER,
    HistoryEntry,
    Incident,
    Notification,
    Reason,
    append_history,
    finding_key,
    is_topic,
    rank,
)
from alerts.incidents.policy import milliseconds

if TYPE_CHECKING:
    from alerts.incidents.policy import Policy
    from alerts.incidents.state import TriageState
    from detectors.model.signal import Signal

NEW_MATTER: Final[frozenset[Reason]] = frozenset({"broke_again", "new_topic"})
"""Reasons that are another matter than what somebody acknowledged."""

THREAD_REASONS: Final[frozenset[Reason]] = frozenset(
    {
        "reopened",
        "raised_severity",
        "new_detector",
        "joined",
        "doubled",
        *NEW_MATTER,
        "ack_expired",
        "escalated",
        "resolved",
        "noted",
        "unacknowledged",
        "official_reply",
        "paged",
        "assigned",
    }
)
"""Reasons that post in the thread: an edited message makes no sound on a phone, a reply does."""

PAGE_REASONS: Final[frozenset[Reason]] = frozenset(
    {"opened", "reopened", "raised_severity", *NEW_MATTER, "ack_expired", "escalated", "paged", "assigned"}
)
"""Reasons that mention the on-call users, when the severity is high enough."""

RESUME_REASONS: Final[frozenset[Reason]] = frozenset({"unacknowledged", "unsnoozed", "unsilenced"})
"""Reasons that page nobody at once, but resume the escalation."""

ASKED_FOR: Final[frozenset[Reason]] = frozenset({"paged", "assigned"})
"""Pages that a person asked for, whatever the severity."""

SNOOZE_EXEMPT: Final[frozenset[Reason]] = frozenset(
    {"raised_severity", "resolved", "noted", "official_reply", *ASKED_FOR}
)
"""Reasons that a snooze does not mute."""


def build_notification(
    state: TriageState,
    incident: Incident,
    reason: Reason,
    at: int,
    policy: Policy,
    *,
    detector: str | None = None,
    actor: str = SYSTEM_USER,
    text: str = "",
) -> tuple[TriageState, list[Notification]]:
    """Return the state with `incident` under its next revision, and the notification of it."""
    worthy = reason in PAGE_REASONS | RESUME_REASONS and (
        reason in ASKED_FOR or rank(incident.severity) >= rank(policy.page_from)
    )
    page = worthy and reason in PAGE_REASONS and not _is_snoozed(incident, reason, at)
    step = incident.escalation_steps if reason == "escalated" else None
    incident = _with_escalation(incident, reason, at, policy, worthy=worthy)
    updated = replace(
        incident,
        revision=incident.revision + 1,
        updated_at=max(incident.updated_at, at),
        paged_at=at if page else incident.paged_at,
        findings=mark_notified(incident.findings) if reason != "updated" else incident.findings,
        history=incident.history
        if reason == "updated"
        else append_history(incident.history, HistoryEntry(at, actor, reason, text)),
    )
    notification = Notification(
        incident=updated,
        reason=reason,
        happened_at=at,
        detector=detector or _primary_key(updated),
        reply=reason in THREAD_REASONS
        and not _is_thread_quiet(updated, reason, at, policy)
        and not _is_joined_brand_update(updated, reason, detector),
        page=page,
        step=step,
    )
    return replace(state, incident=updated, update_pending=False), [notification]


def _primary_key(incident: Incident) -> str:
    return finding_key(incident, primary(incident.findings.values()).signal)


def _with_escalation(incident: Incident, reason: Reason, at: int, policy: Policy, *, worthy: bool) -> Incident:
    """Return the incident with the instant at which the next step of its escalation is due."""
    if reason == "raised_severity":
        incident = replace(incident, snoozed_until=None)
    if incident.status != "open":
        return escalation.clear(incident)
    if reason in NEW_MATTER or reason in ("reopened", "ack_expired", "unacknowledged"):
        incident = escalation.clear(incident)
    if reason in RESUME_REASONS and (incident.next_escalation_at or at) <= at:
        incident = replace(incident, next_escalation_at=None)
    if reason == "escalated":
        incident = escalation.on_step(incident, at, policy)
    elif worthy:
        incident = escalation.on_page(incident, at, policy)
    return escalation.postpone(incident, incident.snoozed_until or 0)


def _is_thread_quiet(incident: Incident, reason: Reason, at: int, policy: Policy) -> bool:
    """Tell whether the thread stays quiet: snoozed, or a detector within the group window."""
    opening = reason == "new_detector" and at < incident.opened_at + milliseconds(policy.group_window)
    return opening or _is_snoozed(incident, reason, at)


def _is_joined_brand_update(incident: Incident, reason: Reason, detector: str | None) -> bool:
    """Tell whether it is an update of a brand that joined, after its one reply: only the card shows it."""
    if detector is None or reason not in ("new_detector", "doubled"):
        return False
    return incident.findings[detector].signal.brand != incident.brand


def _is_snoozed(incident: Incident, reason: Reason, at: int) -> bool:
    return incident.snoozed_until is not None and at < incident.snoozed_until and reason not in SNOOZE_EXEMPT


def reason_to_notify(incident: Incident, joined: Incident, signal: Signal, policy: Policy) -> Reason | None:
    """Return why a signal that joins an incident is told at once; None where it only edits the message."""
    key = finding_key(incident, signal)
    earlier = incident.findings.get(key)
    quiet = is_inhibited(incident, signal)
    reasons: tuple[tuple[Reason, bool], ...] = (
        ("raised_severity", rank(joined.severity) > rank(incident.severity)),
        ("joined", signal.brand not in incident.all_brands),
        ("broke_again", earlier is not None and breaks_again(earlier.signal, signal, policy)),
        ("new_topic", earlier is None and is_news(incident, signal, policy)),
        ("new_detector", earlier is None and not quiet),
        ("doubled", earlier is not None and not quiet and has_doubled(joined.findings[key])),
    )
    return next((reason for reason, holds in reasons if holds), None)


def breaks_again(earlier: Signal, signal: Signal, policy: Policy) -> bool:
    """Tell whether a detector that pages breaches again after `resolve_after` without a breach of its own."""
    calm = signal.start - earlier.at
    return rank(signal.severity) >= rank(policy.page_from) and calm >= milliseconds(policy.resolve_after)


def is_news(incident: Incident, signal: Signal, policy: Policy) -> bool:
    """Tell whether a topic that pages is another matter than what the incident is about so far.

    What people begin to write of within the group window belongs to what opened the incident.
    """
    if signal.topic is None or not is_topic(signal) or rank(signal.severity) < rank(policy.page_from):
        return False
    known = [one.signal.topic for one in incident.findings.values() if one.signal.topic is not None]
    later = signal.topic.start > incident.opened_at + milliseconds(policy.group_window)
    return later and signal.topic.number not in {topic.number for topic in known}


def is_inhibited(incident: Incident, signal: Signal) -> bool:
    """Tell whether a signal adds only noise: an info signal beside a critical incident."""
    return incident.severity == "critical" and signal.severity == "info"
