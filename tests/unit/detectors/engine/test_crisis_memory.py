"""After a crisis the baseline is as before, and a level that stays is learned."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from detectors.engine import engine, storage
from detectors.model.learning import Learning
from detectors.policy import Policy
from detectors.stats.baseline import learn
from detectors.windows.buckets import GAP_HOURS, HourBuckets
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.stats.baseline import Baseline

HOUR = 60
DAY = 24 * HOUR
LEARNING = Learning()
POLICY = Policy()


def days_with_a_crisis(peaks: list[int], crises: set[int]) -> Baseline:
    """Return what is usual after days with such a peak at noon, some of them in a crisis."""
    hours = HourBuckets(crisis_hours={24 * day + 12 for day in crises})
    for hour in range(24 * len(peaks)):
        peak = peaks[hour // 24] if hour % 24 == 12 else 1
        hours.add(60 * hour, (peak, peak, 0, 0, 0, 0, 0, 0), (peak, peak, peak, peak))
    return learn(hours, 24 * len(peaks) - 1 + GAP_HOURS, LEARNING)


@pytest.mark.parametrize("column", range(4))
def test_a_crisis_does_not_raise_the_usual_peak(column: int) -> None:
    """Its day counts for what a third of the days reach; taken for ordinary it makes the bar thirty times as high."""
    peaks = [10] * 15 + [900] + [10] * 5
    assert days_with_a_crisis(peaks, {15}).peak_threshold(column, 150, 1.0) == 10
    assert days_with_a_crisis(peaks, set()).peak_threshold(column, 150, 1.0) > 300


def test_what_comes_on_a_third_of_the_days_is_learned() -> None:
    """Six crises in three weeks are six crises; the seventh makes it this brand's life."""
    often = [900 if day % 3 == 0 else 10 for day in range(21)]
    seven = {day for day in range(21) if day % 3 == 0}
    assert days_with_a_crisis(often, seven).peak_threshold(1, 150, 1.0) > 500
    six = [peak if day else 10 for day, peak in enumerate(often)]
    assert days_with_a_crisis(six, seven - {0}).peak_threshold(1, 150, 1.0) == 10


def rows_of(dice: Random, first: int, days: int, rate: float, negative: float) -> list[Row]:
    """Draw mentions of whole days, a quarter of the rate by night."""
    drawn = []
    for hour in range(24 * days):
        here = rate * (0.25 if hour % 24 < 7 else 1.25)
        at = dice.expovariate(here)
        while at < 1:
            label = -1 if dice.random() < negative else 0
            drawn.append(Row(first + HOUR * (hour + at), label, author=f"author {dice.random()}"))
            at += dice.expovariate(here)
    return drawn


def storm(dice: Random, begin: int, mentions: int, minutes: int) -> list[Row]:
    """Draw negative mentions, evenly over so many minutes."""
    return [Row(begin + minutes * dice.random(), -1, author=f"storm {dice.random()}") for _ in range(mentions)]


def watched(rows: list[Row], until: int, *, restart: bool = False) -> list[Signal]:
    """Return what the watch says of rows, read a day at a time."""
    rows = sorted(rows, key=lambda row: row.minute)
    state, signals = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, POLICY)
    for day in range(until // DAY + 1):
        today = [row for row in rows if day * DAY <= row.minute < min(until, (day + 1) * DAY)]
        state, found = engine.process(state, batch_of(today, day * 10_000), POLICY)
        state, more = engine.advance_watermark(state, START + min(until, (day + 1) * DAY) * MINUTE, POLICY)
        signals += found + more
        if restart:
            state = storage.decode(storage.encode(state))
    return signals


def pages(signals: list[Signal], since: int) -> list[int]:
    """Return in which minutes after `since` something that pages began."""
    begun = sorted(s.at for s in signals if s.severity != "info" and s.revision == 0)
    return [(at - START) // MINUTE - since for at in begun if at >= START + since * MINUTE]


@pytest.mark.parametrize("days", [2, 7])
def test_the_next_crisis_pages_days_after_a_large_one(days: int) -> None:
    """900 posts, and days later 200 in two hours: a page within 30 minutes; a restart every day changes nothing."""
    dice = Random(days)
    first, second = 15 * DAY + 17 * HOUR, (15 + days) * DAY + 11 * HOUR
    rows = rows_of(dice, 0, 16 + days, 3, 0.15) + storm(dice, first, 900, 300) + storm(dice, second, 200, 120)
    signals = watched(rows, second + 120)
    assert pages(signals, first)[0] <= 30
    assert pages(signals, second)[0] <= 30
    assert watched(rows, second + 120, restart=True) == signals


@pytest.mark.slow
def test_a_lasting_change_is_learned_within_weeks() -> None:
    """Five times the mentions for good, quiet nights as before: after three weeks nothing pages any more."""
    dice = Random(5)
    rows = rows_of(dice, 0, 10, 4, 0.25) + rows_of(dice, 10 * DAY, 28, 20, 0.25)
    signals = watched(rows, 38 * DAY)
    assert pages(signals, 10 * DAY)[0] < DAY
    assert pages(signals, 31 * DAY) == []
