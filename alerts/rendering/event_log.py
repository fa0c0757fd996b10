"""Event of a notification, one record a line, for replay and the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from alerts.incidents.findings import crowd_of, topic_of, words_of
from alerts.incidents.model import is_topic
from alerts.rendering.crowd_part import crowd_record

if TYPE_CHECKING:
    from alerts.incidents.model import Incident, Notification
    from detectors.model.topic import MentionWords, Topic, TopicPost


def to_event(before: Incident | None, notification: Notification) -> dict[str, Any]:
    """Return the line: event, reason, incident, brand, detector, severity, at, page, evidence, crowd, topic, words.

    `before` is the incident as last notified, or None. A reopened incident is `opened` again under its id.
    """
    incident = notification.incident
    was_open = before is not None and before.id == incident.id and before.status != "resolved"
    is_open = incident.status != "resolved"
    kind = "opened" if is_open and not was_open else "resolved" if was_open and not is_open else "updated"
    finding, topic = incident.findings[notification.detector], topic_of(incident)
    event: dict[str, Any] = {
        "event": kind,
        "reason": notification.reason,
        "incident": incident.id,
        "brand": incident.brand,
        "detector": finding.signal.detector if is_topic(finding.signal) else notification.detector,
        "severity": incident.severity,
        "at": format_instant(notification.happened_at),
        "page": notification.page,
        "evidence": msgspec.to_builtins(finding.signal.evidence),
    }
    words, crowd = words_of(incident), crowd_of(incident)
    event |= {} if crowd is None else {"crowd": crowd_record(crowd)}
    event |= {} if topic is None else {"topic": topic_record(topic)}
    return event | ({} if words is None else {"words": words_record(words)})


def topic_record(topic: Topic) -> dict[str, Any]:
    """Return a topic as JSON data, each post with the names of its fields."""
    largest = None if topic.largest is None else _post(topic.largest)
    groups = [{"count": group.count, "post": _post(group.post)} for group in topic.groups]
    record = {
        name: list(value) if isinstance(value, tuple) else value for name, value in msgspec.to_builtins(topic).items()
    }
    return record | {"first": _post(topic.first), "largest": largest, "groups": groups}


def words_record(words: MentionWords) -> dict[str, Any]:
    """Return the words of mentions as JSON data, with the post that holds most of them."""
    terms = [{"term": term, "voices": voices} for term, voices in words.terms]
    return {"terms": terms, "voices": words.voices, "post": _post(words.post)}


def _post(post: TopicPost) -> dict[str, Any]:
    record = {"published": format_instant(post.published)} | {
        name: getattr(post, name) for name in ("channel", "text", "reach", "compound")
    }
    return record | ({"deleted": True} if post.deleted else {})


def format_instant(at: int) -> str:
    """Return an instant (ms) as ISO 8601 in UTC, to the millisecond.

    >>> format_instant(1_424_356_320_000)
    '2015-02-19T14:32:00.000Z'
    """
    moment = datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
