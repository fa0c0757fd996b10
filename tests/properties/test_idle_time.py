"""Law of idle hours: each hour that is stepped over is one that finds nothing."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import engine, storage
from detectors.engine.skipping.idle import next_hour_end
from detectors.model.learning import Learning
from detectors.policy import Policy
from detectors.stats.baseline import learn_mentions
from detectors.stats.history import HistoryTable
from detectors.stats.idle_rates import ERROR, idle_rates
from detectors.windows.buckets import HourBuckets
from detectors.windows.judged_hours import JudgedHours, judge
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.signal import Signal

HOUR = 60 * MINUTE
CLOCK_CHANGE = (1_698_541_200_000 - START) // HOUR
"""Hours from START to when clocks go back in Europe in 2023."""

PAST_HOURS = 60


def run(rows: list[Row], hours: int, step: int, policy: Policy) -> tuple[list[Signal], State]:
    """Return what is found, and the state, when all is read first and time goes on in steps of some hours."""
    first = round(rows[0].minute) // 60
    state, found = engine.advance_watermark(engine.initial_state("acme"), START + first * HOUR, policy)
    state, more = engine.process(state, batch_of(rows), policy)
    found += more
    for hour in [*range(step, hours, step), hours]:
        state, more = engine.advance_watermark(state, START + (first + hour) * HOUR, policy)
        found += more
    return found, state


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.lists(st.tuples(st.integers(1, 2500), st.sampled_from("abc")), max_size=3),
    st.sampled_from([1.0, 2.0, 5.0, 12.0]),
    st.sampled_from(["UTC", "Europe/Paris"]),
    st.sampled_from([0, 60]),
)
def test_one_step_over_days_finds_what_steps_of_an_hour_find(
    day: list[int], gaps: list[tuple[int, str]], least: float, timezone: str, burst: int
) -> None:
    """A channel that goes silent is reported at the same hour, and the states are equal, burst and breach or not."""
    policy = Policy.model_validate(
        {
            "learning": {"warm_up": "6h", "timezone": timezone},
            "no_data": {"min_history": "12h", "min_expected": least, "forget_after": "30h"},
        }
    )
    first = 60 * (CLOCK_CHANGE - PAST_HOURS // 2)
    past = [
        Row(first + 60 * hour + 10 * place, channel="ab"[place % 2])
        for hour in range(PAST_HOURS)
        for place in range(day[hour % len(day)] + 1)
    ]
    bursts = [Row(first + 60 * PAST_HOURS + place / 2, label=-1, author=str(place)) for place in range(burst)]
    instants = accumulate((gap for gap, _ in gaps), initial=first + 60 * PAST_HOURS + 60)
    later = [Row(at, channel=channel) for at, (_, channel) in zip(list(instants)[1:], gaps, strict=True)]
    hours = (round((later or past)[-1].minute) - first) // 60 + 60
    expected, at_once = (run([*past, *bursts, *later], hours, step, policy) for step in (1, hours))
    assert at_once[0] == expected[0]
    assert storage.encode(at_once[1]) == storage.encode(expected[1])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=400),
    st.sets(st.integers(0, 420)),
    st.none() | st.integers(0, 300),
    st.integers(1, 80),
)
def test_the_rates_ahead_are_those_of_the_baseline(
    counts: list[int], excluded: set[int], level_since: int | None, ahead: int
) -> None:
    """Each hour's rates are what the baseline gives at that hour, but for ERROR."""
    hours, learning = HourBuckets(), Learning()
    for hour, mentions in enumerate(counts):
        hours.add(60 * hour, (mentions, 0, 0, 0, 0, 0, 0, 0), (0, mentions, 0, 0))
    hours.excluded, hours.level_since = {hour for hour in excluded if hour < len(counts)}, level_since
    hours.backfilled = {len(counts) - 2: [3, 0, 0, 0]}
    now = len(counts) - 1
    found = idle_rates(hours, now, ahead, learning, HistoryTable(hours, now))
    assert found is not None
    expected = [learn_mentions(hours, now + step, learning, HistoryTable(hours, now + step)) for step in range(ahead)]
    np.testing.assert_allclose(found, [one.rates for one in expected], rtol=ERROR / 100, atol=1e-12)


@pytest.mark.parametrize(("known_from", "found"), [(300, True), (301, False), (310, False), (311, True)])
def test_the_rates_ahead_leave_out_what_people_called_a_crisis(known_from: int, *, found: bool) -> None:
    """They are those of the baseline where a verdict is known already, or later; none where it becomes known midway."""
    hours, learning, now, ahead = HourBuckets(), Learning(), 300, 11
    for hour in range(now + 1):
        hours.add(60 * hour, (hour % 7, 0, 0, 0, 0, 0, 0, 0), (0, hour % 7, 0, 0))
    judge(hours, JudgedHours(60 * 200, 230, known_from))
    rates = idle_rates(hours, now, ahead, learning, HistoryTable(hours, now))
    assert (rates is not None) is found
    if rates is not None:
        expected = [
            learn_mentions(hours, now + step, learning, HistoryTable(hours, now + step)) for step in range(ahead)
        ]
        np.testing.assert_allclose(rates, [one.rates for one in expected], rtol=ERROR / 100, atol=1e-12)


def test_a_quiet_brand_is_looked_at_only_when_a_channel_may_miss_enough() -> None:
    """Of three days of silence few hours are looked at: when its channel is forgotten, and when enough is missed."""
    rows = [Row(60 * hour) for hour in range(PAST_HOURS)]
    looked = {}
    for least in (20.0, 30.0, 1_000.0):
        policy = Policy.model_validate({"no_data": {"min_expected": least}})
        _, state = run(rows, PAST_HOURS + 1, 1, policy)
        now = 60 * (START // HOUR + PAST_HOURS + 1)
        looked[least] = (next_hour_end(state, now, now + 72 * 60, policy) - now) // 60
    assert looked[1_000.0] == 48 - 2
    assert 6 <= looked[20.0] < 20
    assert looked[20.0] < looked[30.0] < 46


def test_backfill_of_the_last_hours_is_learned_as_after_a_restart() -> None:
    """A table that was built before such an hour is learned from holds it once it is."""
    hours = HourBuckets()
    hours.add(0, (5, 0, 0, 0, 0, 0, 0, 0), (0, 5, 0, 0))
    hours.learn(10, (4, 0, 0, 0))
    table = HistoryTable(hours, 11)
    table.advance(hours, 20)
    assert (table.counts == HistoryTable(hours, 20).counts).all()
