"""What a person calls a crisis does not become the brand's usual, whenever that is said and however often."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from detectors.engine import engine, storage
from detectors.engine.learning import VERDICT_MINUTES, apply_verdict
from detectors.model.learning import Learning
from detectors.policy import Policy
from detectors.stats.baseline import learn
from detectors.windows.buckets import HourBuckets
from mentions.model.batches import CrisisVerdict
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.signal import Signal

HOUR, DAY = 60, 1440  # minutes
COUNTS = Policy.model_validate(
    {name: {"enabled": False} for name in ("topic_burst", "negative_burst", "negative_share", "sentiment_drift")}
)
"""What compares counts with the usual ones: topics and shares find the storm by other means."""

LEARNING = Learning()
FEUD = -4 * DAY + 17 * HOUR
"""Minute from START in which a few accounts begin four hours of 120 negative posts each, which paged nobody."""
CALLED_AT = -3 * DAY + 12 * HOUR
STORM = 2 * HOUR + 5
"""Minute in which a crowd begins to write 100 negative posts in half an hour."""
END = STORM + 40


def verdict(since: int, until: int | None, at: int) -> CrisisVerdict:
    """Return a verdict on a stretch, in minutes after START."""
    end = None if until is None else START + until * MINUTE
    return CrisisVerdict("acme", START + since * MINUTE, end, START + at * MINUTE)


CALLED = verdict(FEUD, FEUD + 240, CALLED_AT)


def storm() -> list[Row]:
    """Draw the storm."""
    dice = Random(3)
    rows = [Row(STORM + 30 * dice.random(), -1, author=f"crowd {place}") for place in range(100)]
    return sorted(rows, key=lambda row: row.minute)


ROWS = storm()


def fresh() -> State:
    """Return a watch with 12 days of four mentions an hour, and the feud, which no detector took for a crisis."""
    state = engine.advance_watermark(engine.initial_state("acme"), START - DAY * MINUTE, COUNTS)[0]
    first = START // MINUTE // HOUR
    for hour in range(first - 12 * 24, first - 20):
        feud = first + FEUD // HOUR <= hour < first + FEUD // HOUR + 4
        count, negative = (124, 121) if feud else (4, 1)
        state.hours.add(60 * hour, (count, negative, 0, 0, 0, 0, 0, 0), (count, 2 * count, negative, 2 * negative))
    return state


def watched(*verdicts: CrisisVerdict, at: int = -DAY, step: int = 10, restart: bool = False) -> list[Signal]:
    """Return the signals of the storm; the verdicts come in at the first step from the minute `at` on."""
    state, waiting = fresh(), list(verdicts)
    signals: list[Signal] = []
    for begin in [-DAY, -HOUR, *range(0, END, step)]:
        if begin >= at:
            while waiting:
                apply_verdict(state, waiting.pop(0), LEARNING)
        until = min(begin + step, END)
        rows = [row for row in ROWS if begin <= row.minute < until]
        state, found = engine.process(state, batch_of(rows, (begin + DAY) * 1000), COUNTS)
        state, more = engine.advance_watermark(state, START + until * MINUTE, COUNTS)
        signals += found + more
        if restart:
            state = storage.decode(storage.encode(state))
    return signals


def first_page(signals: list[Signal]) -> int | None:
    """Return how many minutes after the beginning of the storm something pages."""
    ats = [one.at for one in signals if one.severity != "info"]
    return (min(ats) - START) // MINUTE - STORM if ats else None


def test_what_was_called_a_crisis_hides_no_other() -> None:
    """Taken for the brand's life, the feud keeps the storm from paging; called a crisis, the storm pages."""
    assert first_page(watched()) is None
    minutes = first_page(watched(CALLED))
    assert minutes is not None
    assert minutes <= 30


def test_neither_restarts_nor_repetition_nor_when_it_arrives_matter() -> None:
    """The verdict is known from an hour of event time on, so a replay that has it sooner or later finds the same."""
    signals = watched(CALLED)
    assert watched(CALLED, CALLED, restart=True) == signals
    assert watched(CALLED, at=-HOUR) == signals
    late = verdict(FEUD, FEUD + 240, 3 * HOUR - VERDICT_MINUTES - 20)
    assert watched(late) == watched(late, at=2 * HOUR + 20, step=5) == watched()


def test_a_verdict_that_is_withdrawn_is_as_none() -> None:
    """Taken back, it leaves no trace in what is found."""
    assert watched(CALLED, verdict(FEUD, None, CALLED_AT + 1)) == watched()


def hours_of(days: int) -> HourBuckets:
    """Return a history with 10 mentions an hour, and 100 in each hour of its last day."""
    hours = HourBuckets()
    for hour in range(24 * days):
        count = 100 if hour >= 24 * (days - 1) else 10
        hours.add(60 * hour, (count, count, 0, 0, 0, 0, 0, 0), (count, count, count, count))
    return hours


def state_with(hours: HourBuckets) -> State:
    """Return a watch with that history."""
    state = engine.initial_state("acme")
    state.hours = hours
    return state


def test_the_baseline_is_that_of_the_other_hours_from_the_next_hour_on() -> None:
    """It equals that of a history whose crisis hours are marked, and before that hour the one without a verdict."""
    first = 24 * 9
    state, marked = state_with(hours_of(10)), hours_of(10)
    at = (24 * 10 + 5) * HOUR - VERDICT_MINUTES
    begin, end = first * HOUR * MINUTE, 24 * 10 * HOUR * MINUTE
    apply_verdict(state, CrisisVerdict("acme", begin, end, at * MINUTE - 1), LEARNING)
    assert learn(state.hours, 24 * 10 + 4, LEARNING) == learn(hours_of(10), 24 * 10 + 4, LEARNING)
    marked.excluded = marked.crisis_hours = set(range(first, 24 * 10))
    assert learn(state.hours, 24 * 10 + 5, LEARNING) == learn(marked, 24 * 10 + 5, LEARNING)
    assert learn(state.hours, 24 * 10 + 5, LEARNING).rates[0][0] == pytest.approx(10, rel=0.01)


def test_what_lasts_for_weeks_is_learned_whatever_people_call_it() -> None:
    """Hours later than `relearn_crisis_after` teach, and so does a level that was learned already."""
    state = state_with(hours_of(10))
    apply_verdict(state, CrisisVerdict("acme", 0, 24 * 30 * HOUR * MINUTE, 0), LEARNING)
    assert state.hours.judged[0].last == 24 * 7 - 1
    state.hours.start_level(0)
    plain = hours_of(10)
    plain.start_level(0)
    assert learn(state.hours, 24 * 10, LEARNING) == learn(plain, 24 * 10, LEARNING)
