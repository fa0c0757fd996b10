"""Does the watch give the same however time is told, and in whatever order mentions come?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from detectors.engine import engine
from tests.support.state_checks import POLICY, START, Row, batch_of, run, streams

if TYPE_CHECKING:
    from detectors.model.signal import Signal


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.integers(0, 150), max_size=8))
def test_how_often_time_is_reported_does_not_matter(rows: list[Row], cuts: list[int]) -> None:
    """One step over hours and one tick find what a tick after every row finds, to the last figure."""
    bounds = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    found = []
    for places in (range(len(rows) + 1), bounds):
        state, _ = engine.advance_watermark(engine.initial_state("acme"), START - 60_000, POLICY)
        signals: list[Signal] = []
        for start, end in pairwise(places):
            state, counted = engine.process(state, batch_of(rows[start:end]), POLICY)
            state, closed = engine.advance_watermark(state, rows[end - 1].published, POLICY)
            signals += counted + closed
        found.append(
            (signals, engine.minute_counts(state), state.totals, state.episodes, state.hours, state.contributors.tables)
        )
    assert found[0] == found[1]


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.tuples(st.integers(0, 150), st.integers(0, 30)), max_size=12))
def test_how_far_time_lags_does_not_matter(rows: list[Row], ticks: list[tuple[int, int]]) -> None:
    """Time told late by minutes, at any row: every signal is that of a tick after every row, its instant included."""
    found = []
    every = [(place, 0) for place in range(1, len(rows) + 1)]
    some = sorted((place, lag) for place, lag in ticks if 0 < place < len(rows))
    for schedule in (every, [*some, (len(rows), 0)]):
        state, _ = engine.advance_watermark(engine.initial_state("acme"), START - 60_000, POLICY)
        signals: list[Signal] = []
        start = 0
        for end, lag in schedule:
            state, counted = engine.process(state, batch_of(rows[start:end]), POLICY)
            state, closed = engine.advance_watermark(state, rows[end - 1].published - 60_000 * lag, POLICY)
            signals, start = signals + counted + closed, end
        found.append((signals, engine.minute_counts(state), state.totals))
    assert found[0] == found[1]


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_a_partition_read_ahead_does_not_matter(rows: list[Row], data: st.DataObject) -> None:
    """Two source partitions, one read to its end before the other: the signals are those of one stream in order.

    Except in the first minutes, which are watched before the second partition says anything.
    """
    first = data.draw(st.sets(st.sampled_from(rows)))
    stamped = [row._replace(published=row.published + place) for place, row in enumerate(rows)]  # no two at once
    ahead = [row for row in stamped if rows[row.number] in first]
    behind = [row for row in stamped if rows[row.number] not in first]
    end = stamped[-1].published + 7_200_000
    together, _ = engine.advance_watermark(engine.initial_state("acme"), START - 60_000, POLICY)
    together, counted = engine.process(together, batch_of(stamped), POLICY)
    together, closed = engine.advance_watermark(together, end, POLICY)
    apart, _ = engine.advance_watermark(engine.initial_state("acme"), START - 60_000, POLICY)
    signals: list[Signal] = []
    for partition, part in enumerate((ahead, behind)):
        batch = replace(batch_of(part, partition), ids=[row.number for row in part])  # the same posts
        apart, found = engine.process(apart, batch, POLICY)
        signals += found
    apart, found = engine.advance_watermark(apart, end, POLICY)
    begun = START + 300_000
    assert [s for s in signals + found if s.start > begun] == [s for s in counted + closed if s.start > begun]
    assert engine.minute_counts(apart) == engine.minute_counts(together)


@settings(max_examples=60, deadline=None)
@given(streams(), st.randoms(use_true_random=False))
def test_order_within_the_lateness_does_not_matter(rows: list[Row], random: object) -> None:
    """Rows shuffled by less than the lateness give the same ledger and totals, and break the same rules.

    The minute that names an episode may differ by the lateness: who is told at once is told on what was read so far.
    """
    assert hasattr(random, "random")
    shuffled = sorted(rows, key=lambda row: row.published + 119_000 * random.random())
    shuffled = [row._replace(number=place) for place, row in enumerate(shuffled)]
    state, signals = run(rows, [])
    other, found = run(shuffled, [])
    assert engine.minute_counts(other) == engine.minute_counts(state)
    assert other.totals.mentions == state.totals.mentions
    assert other.totals.late == 0
    raised = [sorted((s.detector, s.start) for s in ss if s.phase == "raised") for ss in (signals, found)]
    assert [name for name, _ in raised[0]] == [name for name, _ in raised[1]]
    assert all(abs(a - b) <= 240_000 for (_, a), (_, b) in zip(*raised, strict=True))
