"""What is told: does it post in the thread, does it page, and what goes into the history?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts import escalation
from alerts.findings import leading, retold
from alerts.incident import TOCSIN, Entry, Incident, Notification, Reason, extended, finding_key, rank
from alerts.policy import milliseconds

if TYPE_CHECKING:
    from alerts.case import Case
    from alerts.policy import Policy

REPLIES: Final[frozenset[Reason]] = frozenset(
    {
        "reopened",
        "raised_severity",
        "new_detector",
        "joined",
        "doubled",
        "broke_again",
        "ack_expired",
        "escalated",
        "resolved",
        "noted",
        "unacknowledged",
    }
)
"""What posts in the thread: an edited message makes no sound on a phone, a reply does."""

PAGES: Final[frozenset[Reason]] = frozenset(
    {"opened", "reopened", "raised_severity", "broke_again", "ack_expired", "escalated"}
)
"""What mentions the on-call manager, when grave enough."""

RESUMES: Final[frozenset[Reason]] = frozenset({"unacknowledged", "unsnoozed", "unsilenced"})
"""What calls nobody at once, but lets the escalation go on."""

UNSNOOZED: Final[frozenset[Reason]] = frozenset({"raised_severity", "resolved", "noted"})
"""What a snooze does not keep quiet."""


def tell(
    case: Case,
    incident: Incident,
    reason: Reason,
    at: int,
    policy: Policy,
    *,
    detector: str | None = None,
    who: str = TOCSIN,
    text: str = "",
) -> tuple[Case, list[Notification]]:
    """Return the case with `incident` told under its next revision, and the notification that tells it."""
    worthy = reason in PAGES | RESUMES and rank(incident.severity) >= rank(policy.page_from)
    page = worthy and reason in PAGES and not _snoozed(incident, reason, at)
    step = incident.escalated if reason == "escalated" else None
    incident = _waiting(incident, reason, at, policy, worthy=worthy)
    told = replace(
        incident,
        revision=incident.revision + 1,
        updated_at=max(incident.updated_at, at),
        findings=retold(incident.findings) if reason != "updated" else incident.findings,
        history=incident.history if reason == "updated" else extended(incident.history, Entry(at, who, reason, text)),
    )
    notification = Notification(
        incident=told,
        reason=reason,
        at=at,
        detector=detector or _leading(told),
        reply=reason in REPLIES and not _hushed(told, reason, at, policy) and not _beside(told, reason, detector),
        page=page,
        step=step,
    )
    return replace(case, incident=told, pending=False), [notification]


def _leading(incident: Incident) -> str:
    return finding_key(incident, leading(incident.findings.values()).signal)


def _waiting(incident: Incident, reason: Reason, at: int, policy: Policy, *, worthy: bool) -> Incident:
    """Return the incident with the instant at which the next step of its escalation is due."""
    if reason == "raised_severity":
        incident = replace(incident, snoozed_until=None)
    if incident.status != "open":
        return escalation.at_hand(incident)
    if reason in ("reopened", "broke_again", "ack_expired", "unacknowledged"):
        incident = escalation.at_hand(incident)
    if reason in RESUMES and (incident.escalate_at or at) <= at:
        incident = replace(incident, escalate_at=None)
    if reason == "escalated":
        incident = escalation.stepped(incident, at, policy)
    elif worthy:
        incident = escalation.paged(incident, at, policy)
    return escalation.held(incident, incident.snoozed_until or 0)


def _hushed(incident: Incident, reason: Reason, at: int, policy: Policy) -> bool:
    """Tell whether the thread stays quiet: snoozed, or a detector that belongs to the opening."""
    opening = reason == "new_detector" and at < incident.opened_at + milliseconds(policy.group_window)
    return opening or _snoozed(incident, reason, at)


def _beside(incident: Incident, reason: Reason, detector: str | None) -> bool:
    """Tell whether it is news of a brand that joined, beyond the one line that it gets: the card shows it."""
    if detector is None or reason not in ("new_detector", "doubled"):
        return False
    return incident.findings[detector].signal.brand != incident.brand


def _snoozed(incident: Incident, reason: Reason, at: int) -> bool:
    return incident.snoozed_until is not None and at < incident.snoozed_until and reason not in UNSNOOZED
