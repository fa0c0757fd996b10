"""Figures of a week: whole hours, topics by name, shares of voice, and what is not known stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from detectors.engine import engine
from detectors.windows.buckets import HOUR_COLUMNS
from replay.report.weekly.figures import (
    HOUR,
    WEEK,
    Volume,
    WeekTopic,
    falling,
    good_buzz,
    rising,
    share_of_voice,
    week_topics,
    week_volumes,
)
from tests.support.alerts import signal
from tests.support.topics import topic

if TYPE_CHECKING:
    from detectors.model.signal import Signal

UNTIL = 500_000 * HOUR


def topic_signal(number: int, label: str, at: int, mentions: int) -> Signal:
    """Return a finding of a topic."""
    about = replace(topic(), number=number, label=label, mentions=mentions)
    return replace(signal(0), detector="topic_burst", at=at, topic=about)


def test_two_weeks_are_counted_by_hours_and_unknown_is_not_zero() -> None:
    """Each hour belongs to one week; a brand known for ten days has no week before."""
    state = engine.initial_state("acme")
    last = UNTIL // HOUR - 1
    for back, (mentions, negative, unknown) in {0: (9, 3, 1), 167: (1, 0, 0), 168: (5, 5, 0), 335: (2, 1, 0)}.items():
        state.hours.rows[last - back] = [mentions, negative, 0, unknown] + [0] * (HOUR_COLUMNS - 4)
    state.hours.first_hour = last - 335
    assert week_volumes(state, UNTIL) == (Volume(10, 3, 9), Volume(7, 6, 7))
    assert week_volumes(state, UNTIL + HOUR - 1)[0] == Volume(10, 3, 9)
    state.hours.first_hour = last - 240
    assert week_volumes(state, UNTIL)[1] is None
    assert week_volumes(None, UNTIL) == (Volume(0, 0, 0), None)


def test_topics_of_one_name_are_one_and_grow_across_the_weeks() -> None:
    """A topic of 40 mentions by the end of last week and 100 now has 60 this week."""
    seen = [
        topic_signal(1, "Delivery", UNTIL - WEEK - 1, 40),
        topic_signal(1, "Delivery", UNTIL - 2, 100),
        topic_signal(1, "Delivery", UNTIL - 3, 90),
        topic_signal(2, "delivery", UNTIL - 5, 10),
        topic_signal(3, "outage", UNTIL - WEEK - 9, 70),
        topic_signal(4, "too old", UNTIL - 2 * WEEK - 1, 900),
        topic_signal(5, "not yet", UNTIL, 900),
    ]
    found = week_topics(seen, UNTIL)
    assert found == (WeekTopic("delivery", 70, 40), WeekTopic("outage", 0, 70))
    assert [one.label for one in rising(found)] == ["delivery"]
    assert [one.label for one in falling(found)] == ["outage"]


def test_good_buzz_is_each_rise_at_its_peak() -> None:
    """With what it was about, whenever that was said."""
    base = replace(signal(0), detector="positive_spike", at=UNTIL - HOUR)
    louder = replace(base, at=UNTIL - 5, evidence=replace(base.evidence, observed=800.0))
    found = good_buzz([replace(base, topic=topic()), louder, replace(louder, start=7, at=UNTIL)], UNTIL)
    assert [(one.positive, one.topic is not None) for one in found] == [(800, True)]


@pytest.mark.parametrize(("competitors", "expected"), [([], []), (["nobody"], []), (["b"], [0.5, 0.5])])
def test_share_of_voice_needs_a_competitor_that_is_watched(competitors: list[str], expected: list[float]) -> None:
    """A week that is unknown of one of them is unknown of all."""
    volumes = {"a": (Volume(5, 0, 5), Volume(1, 0, 1)), "b": (Volume(5, 0, 5), None)}
    found = share_of_voice("a", competitors, volumes)
    assert [one.now for one in found] == expected
    assert all(one.before is None for one in found)
