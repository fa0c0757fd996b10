"""News: why a signal that joins an open incident is notified at once, and does not merely edit the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.findings import has_doubled
from alerts.incidents.model import Incident, Reason, finding_key, is_topic, rank
from alerts.incidents.policy import milliseconds

if TYPE_CHECKING:
    from alerts.incidents.policy import Policy
    from detectors.model.signal import Signal

NEW_MATTER: Final[frozenset[Reason]] = frozenset({"broke_again", "new_topic"})
"""Reasons that are another matter than what somebody acknowledged."""


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
