"""Mending of a state that a wrong clock took into the future: it hears again at once, and keeps what it learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from detectors.engine import engine, mending
from detectors.engine.storage import decode, encode
from detectors.engine.topics import stored_topics
from detectors.policy import Policy
from detectors.topics.risk.terms import built_in_terms
from mentions.model.batches import NEGATIVE
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.engine.state import State

POLICY: Final = Policy()
DAY: Final = 1440  # minutes


def at(minute: float) -> int:
    """Return an instant [ms] in minutes from START."""
    return START + round(minute * MINUTE)


def calm(days: int, first_offset: int = 0) -> State:
    """Return a brand with a mention every quarter of an hour for some days."""
    state = engine.initial_state("acme")
    rows = [Row(15 * number) for number in range(days * DAY // 15)]
    state, _ = engine.advance_watermark(state, START - MINUTE, POLICY)
    for place, row in enumerate(rows, first_offset):
        state, _ = engine.process(state, batch_of([row], place), POLICY)
        state, _ = engine.advance_watermark(state, at(row.minute + 3), POLICY)
    return state


def burst(minute: float, count: int = 60) -> Sequence[Row]:
    """Return complaints of one minute."""
    return [Row(minute + place / 100, NEGATIVE, f"broken again {place}", f"author {place}") for place in range(count)]


def poisoned(now: float, ahead: float = 3 * DAY) -> State:
    """Return a brand four days old whose event time a forged record took `ahead` minutes beyond `now`."""
    state = calm(4)
    for place in range(4):
        state, _ = engine.process(state, batch_of([Row(now + ahead + place)], 5_000 + place), POLICY)
    state, _ = engine.advance_watermark(state, at(now + ahead + 30), POLICY)
    return state


def detected(state: State, now: float) -> set[str]:
    """Return the detectors that find a burst that is published now."""
    state, signals = engine.process(state, batch_of(burst(now), 6_000), POLICY)
    state, more = engine.advance_watermark(state, at(now + 6), POLICY)
    return {signal.detector for signal in [*signals, *more]}


@pytest.mark.parametrize("ahead", [300, 3 * DAY])
def test_a_burst_is_found_as_if_the_clock_had_never_been_wrong(ahead: int) -> None:
    """Unmended, it is a backfill that nobody hears."""
    now = 4 * DAY
    assert not detected(poisoned(now, ahead), now)
    state = poisoned(now, ahead)
    assert mending.is_ahead(state, at(now))
    mending.mend(state, at(now))
    assert not mending.is_ahead(state, at(now))
    assert detected(state, now) == detected(calm(4), now) != set()


@pytest.mark.parametrize("ahead", [20, 3 * DAY])
def test_nothing_of_a_mended_state_lies_in_the_future(ahead: int) -> None:
    """Minutes, hours, ids, sources, topics: what remains is up to now, also once it is stored and read."""
    now = 4 * DAY
    state = poisoned(now, ahead)
    mending.mend(state, at(now))
    state = decode(encode(state))
    minute = at(now) // MINUTE
    assert state.last_closed_minute == minute - mending.OPEN_MINUTES
    assert max([0, *state.minutes.closed, *state.minutes.opened, *state.minutes.ahead, *state.pending]) <= minute
    assert max(state.hours.rows) <= minute // 60
    assert state.dedup.latest <= minute
    assert max(source.last for source in state.sources.sources.values()) <= minute


def test_minutes_that_are_open_again_count_once() -> None:
    """What was closed too early in the latest minutes closes again, and its hour counts it once."""
    now = 4 * DAY
    state = calm(4)
    state, _ = engine.process(state, batch_of([Row(now - 1), Row(now)], 5_000), POLICY)
    state, _ = engine.advance_watermark(state, at(now + 50), POLICY)
    before = {minute: rest for minute, *rest in engine.minute_counts(state)}
    hours = {hour: list(row) for hour, row in state.hours.rows.items()}
    mending.mend(state, at(now))
    assert sorted(state.minutes.opened) == [at(now - 1) // MINUTE, at(now) // MINUTE]
    state, _ = engine.advance_watermark(state, at(now + 50), POLICY)
    assert {minute: rest for minute, *rest in engine.minute_counts(state)} == before
    assert {hour: list(row) for hour, row in state.hours.rows.items()} == hours


def test_what_was_learned_stays() -> None:
    """The history before the wrong clock, the marks of the sources and the totals."""
    now = 4 * DAY
    state = poisoned(now)
    before, marks, total = dict(state.hours.rows), dict(state.offsets), state.totals.mentions
    mending.mend(state, at(now))
    assert {hour: row for hour, row in before.items() if hour <= at(now) // MINUTE // 60} == state.hours.rows
    assert state.offsets == marks
    assert state.totals.mentions == total


def test_a_sample_of_a_minute_that_is_past_stays() -> None:
    """How many posts of a minute were read for topics is taken back only where the minute is still to come."""
    state = calm(1)
    assert state.topics is not None
    stored = state.topics.stored
    before = stored.minute, stored.sampled, stored.seen
    assert before[1:] != (0, 0)
    mending.mend(state, at(DAY + 2))
    read = stored_topics(state, frozenset(), built_in_terms())
    assert read is not None
    assert (read.stored.minute, read.stored.sampled, read.stored.seen) == before


def test_a_post_fetched_twice_is_still_one_after_the_mending() -> None:
    """The memory of ids follows the clock again."""
    now = 4 * DAY
    state = poisoned(now)
    mending.mend(state, at(now))
    for offset in (7_000, 7_001):
        state, _ = engine.process(state, batch_of([Row(now, id="the same")], offset), POLICY)
    assert state.totals.duplicates == 1


def test_a_state_in_time_is_not_ahead() -> None:
    """Nor is one without any closed minute."""
    assert not mending.is_ahead(calm(1), at(DAY))
    assert not mending.is_ahead(engine.initial_state("acme"), 0)
