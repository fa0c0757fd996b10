"""Does the evaluation count what a manager would count?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.evaluate import MINUTE, WEEK, Alarm, Label, Span, evaluate

WATCHED = [Span("acme", 0, 2 * WEEK), Span("other", 0, WEEK)]
CRISIS = Label("outage", Span("acme", 100 * MINUTE, 400 * MINUTE))
JOKE = Label("joke", Span("acme", 1000 * MINUTE, 1100 * MINUTE), "harmless")
MURKY = Label("murky", Span("acme", 2000 * MINUTE, 2000 * MINUTE + WEEK), "unclear")


def at(minute: float, brand: str = "acme") -> Alarm:
    """Return an alarm at that minute."""
    return Alarm(brand, round(minute * MINUTE))


def test_the_delay_is_from_when_it_could_be_seen() -> None:
    """The first alarm within the crisis gives the delay; further ones are counted as noise."""
    result = evaluate([at(130), at(115), at(50)], [CRISIS], WATCHED)
    [outcome] = result.outcomes
    assert (outcome.label, outcome.delay, outcome.alarms) == ("outage", 15, 2)
    assert (result.recall, result.median_delay) == (1, 15)
    assert result.false_alarms == (at(50),)


def test_a_crisis_without_alarm_is_missed() -> None:
    """An alarm after the end, or for another brand, does not hear it."""
    result = evaluate([at(400), at(200, "other")], [CRISIS], WATCHED)
    assert result.outcomes[0].delay is None
    assert (result.recall, result.median_delay) == (0, None)
    assert len(result.false_alarms) == 2


def test_an_alarm_on_a_harmless_peak_is_false() -> None:
    """A joke that pages is a false alarm; the time it takes counts as watched."""
    result = evaluate([at(1050)], [CRISIS, JOKE], WATCHED)
    assert result.false_alarms == (at(1050),)
    assert result.watched == 3 * WEEK - 300 * MINUTE


def test_what_is_unclear_or_ignored_counts_neither_way() -> None:
    """Neither the alarm nor the time."""
    ignored = [Span("other", 0, WEEK // 2)]
    result = evaluate([at(2001), at(5, "other")], [MURKY], WATCHED, ignored)
    assert result.false_alarms == ()
    assert result.watched == 3 * WEEK - WEEK - WEEK // 2


def test_false_alarms_are_reported_a_week() -> None:
    """Three over three brand-weeks are one a week; alarms nobody watched for do not count."""
    alarms = [at(5), at(9), at(5, "other"), at(9, "third")]
    assert evaluate(alarms, [], WATCHED).false_alarms_per_week == 1


def test_nothing_to_judge_is_stated() -> None:
    """Without labels there is no recall, without watched time no rate."""
    result = evaluate([], [], [])
    assert (result.recall, result.median_delay, result.false_alarms_per_week) == (None, None, None)


@given(st.lists(st.integers(-100, 30_000), max_size=30), st.integers(1, 9))
def test_one_more_alarm_never_makes_it_deafer(minutes: list[int], extra: int) -> None:
    """Recall never falls and false alarms never shrink with more alarms; order does not matter."""
    alarms = [at(minute) for minute in minutes]
    more = [*alarms, *(at(minute + extra) for minute in minutes)]
    one, two = (evaluate(reported, [CRISIS, JOKE, MURKY], WATCHED) for reported in (alarms, more))
    assert (two.recall or 0) >= (one.recall or 0)
    assert len(two.false_alarms) >= len(one.false_alarms)
    assert evaluate(reversed(alarms), [CRISIS, JOKE, MURKY], WATCHED) == one
    if one.false_alarms_per_week is not None:
        assert one.false_alarms_per_week == pytest.approx(len(one.false_alarms) / (one.watched / WEEK))
