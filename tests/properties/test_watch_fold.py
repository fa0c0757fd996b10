"""Does the watch give the same however its input is cut, stored or repeated?"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import engine, storage
from detectors.policy import Policy
from tests.support.state_checks import POLICY, START, Row, batch_of, run, streams

HORIZON = 10
"""For how many minutes an id is remembered where it is about that."""


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.integers(0, 150), max_size=20))
def test_cutting_a_batch_changes_nothing(rows: list[Row], cuts: list[int]) -> None:
    """`step(step(s, a), b)` equals `step(s, a + b)`: signals, ledger and stored state are the same bytes."""
    whole, one = run(rows, [])
    parts, many = run(rows, cuts)
    assert many == one
    assert storage.encode(parts) == storage.encode(whole)


@settings(max_examples=60, deadline=None)
@given(streams())
def test_a_restart_between_any_two_steps_changes_nothing(rows: list[Row]) -> None:
    """Storing and reading back the state after every mention leaves signals, ledger and totals as they were."""
    state, signals = run(rows, [])
    stored, again = run(rows, list(range(len(rows))), restart=True)
    assert again == signals
    assert engine.minute_counts(stored) == engine.minute_counts(state)
    assert stored.totals == state.totals


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_a_redelivery_changes_nothing(rows: list[Row], data: st.DataObject) -> None:
    """Rows at or below the high-water mark are dropped wherever they come again."""
    cut = data.draw(st.integers(0, len(rows)))
    again = data.draw(st.integers(0, cut))
    once, signals = engine.process(engine.initial_state("acme"), batch_of(rows), POLICY)
    twice, found = engine.process(engine.initial_state("acme"), batch_of(rows[:cut]), POLICY)
    twice, more = engine.process(twice, batch_of(rows[again:]), POLICY)
    assert found + more == signals
    assert engine.minute_counts(twice) == engine.minute_counts(once)
    assert twice.totals.redelivered == cut - again
    assert twice.totals.mentions == once.totals.mentions == len(rows)


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_the_same_post_fetched_twice_counts_once(rows: list[Row], data: st.DataObject) -> None:
    """A second record with an id already seen is dropped and counted as a duplicate, from whatever partition."""
    doubled = data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: row.number))
    state, _ = engine.process(engine.initial_state("acme"), batch_of(rows), POLICY)
    ledger = engine.minute_counts(state)
    repeated = msgspec.structs.replace(batch_of(doubled), partition=1)
    state, signals = engine.process(state, repeated, POLICY)
    assert signals == []
    assert engine.minute_counts(state) == ledger
    assert state.totals.duplicates == len(doubled)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from([0, 20_000, 200_000, 580_000, 600_000])), min_size=1),
    st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=12),
)
def test_when_an_id_is_forgotten_depends_on_arrival_alone(
    posts: list[tuple[int, int]], cuts: list[tuple[int, bool]]
) -> None:
    """An id that comes back counts again once the horizon has passed by arrival, however rows are cut and time told."""
    rows, met, clock, fresh = [], dict[int, int](), START, 0
    for number, (name, wait) in enumerate(posts):
        clock += wait
        rows.append(Row(number, clock, 0, name))
        if clock // 60_000 - met.get(name, -999) > HORIZON:
            met[name], fresh = clock // 60_000, fresh + 1
    state, ticks = engine.initial_state("acme"), dict(cuts)
    policy = Policy.model_validate({"duplicate_horizon": timedelta(minutes=HORIZON)})
    for start, end in pairwise(sorted({0, len(rows), *(cut for cut in ticks if cut < len(rows))})):
        batch = msgspec.structs.replace(batch_of(rows[start:end]), ids=[row.text for row in rows[start:end]])
        state, _ = engine.process(state, batch, policy)
        if ticks.get(end):
            state, _ = engine.advance_watermark(state, rows[end - 1].published, policy)
        state = storage.decode(storage.encode(state))
    assert (state.totals.mentions, state.totals.duplicates) == (fresh, len(rows) - fresh)


@settings(max_examples=30, deadline=None)
@given(streams())
def test_counts_are_those_of_a_plain_tally(rows: list[Row]) -> None:
    """The ledger equals counting by minute of publication with a dictionary."""
    state, _ = engine.process(engine.initial_state("acme"), batch_of(rows), POLICY)
    plain: dict[int, list[int]] = {}
    for row in rows:
        counts = plain.setdefault(row.published // 60_000 * 60_000, [0, 0, 0, 0])
        counts[0] += 1
        counts[{-1: 1, 1: 2, 2: 3}.get(row.label, 0)] += row.label != 0
    assert engine.minute_counts(state) == [(minute, *counts) for minute, counts in sorted(plain.items())]
