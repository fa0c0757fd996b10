"""What does replay print of an incident?"""

from __future__ import annotations

import json

from alerts.rendering.event_log import to_event
from tests.support.alerts import Record, action, now, run, signal
from tests.support.topics import topic_signal


def lines(*records: Record) -> list[dict[str, object]]:
    """Return the lines of all that was told."""
    _, reported = run(*records)
    befores = [None, *(notification.incident for notification in reported)]
    return [to_event(before, notification) for before, notification in zip(befores, reported, strict=False)]


def test_a_life_is_opened_updated_resolved_and_opened_again() -> None:
    """The three words follow the state, not the reason: a relapse opens again, a verdict may end."""
    planned = action(71, "verdict", verdict="planned")
    life = lines(signal(0), signal(1, observed=84), now(1), now(31), signal(70, start=70), planned)
    assert [(line["event"], line["reason"]) for line in life] == [
        ("opened", "opened"),
        ("updated", "updated"),
        ("updated", "escalated"),
        ("resolved", "resolved"),
        ("opened", "reopened"),
        ("resolved", "judged"),
    ]


def test_a_line_names_the_topic() -> None:
    """It is plain JSON whose posts have names for their fields; a topic's own finding is of the detector of topics."""
    first, second = lines(topic_signal(0), signal(1))
    about = first["topic"]
    assert isinstance(about, dict)
    assert json.loads(json.dumps(first)) == first
    assert (first["detector"], about["label"]) == ("topic_burst", "six hours on board, no food")
    assert about["largest"] == {
        "published": "2015-02-19T14:27:00.000Z",
        "channel": "twitter",
        "text": "No food, no word from anybody",
        "reach": 48_000,
        "compound": -0.7,
    }
    assert [group["count"] for group in about["groups"]] == [12, 1, 1]
    assert second["topic"] == about
    assert "topic" not in lines(signal(0))[0]


def test_a_line_tells_brand_detector_severity_instant_and_evidence() -> None:
    """The line is plain JSON, with the figures of the detector it names."""
    (line,) = lines(signal(0.5, revision=0))
    assert json.loads(json.dumps(line)) == line
    evidence = line.pop("evidence")
    assert isinstance(evidence, dict)
    assert (evidence["observed"], evidence["expected"], evidence["metric"]) == (83, 6, "negative mentions")
    assert line == {
        "event": "opened",
        "reason": "opened",
        "incident": "acme-20150219T1432Z",
        "brand": "acme",
        "detector": "negative_spike",
        "severity": "warning",
        "at": "2015-02-19T14:32:30.000Z",
        "page": True,
    }
