"""Does the watch give the same however its input is cut, stored, ordered or repeated?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import findings, storage, watch
from detectors.policy import Policy
from detectors.registry import ALL
from mentions.scored import Batch

if TYPE_CHECKING:
    from detectors.signal import Signal
    from detectors.state import State

START = 24_000_000 * 60_000  # a minute, in ms, at the start of an hour
KEEN = {
    "sensitivity": "high",
    "learning": {"warm_up": "2h"},
    "outcry": {"least": 4, "tone": 0.0},
    "shift": {"least": 5, "rise": 0.05, "busy": 0.5},
    "slow_burn": {"least": 5, "lasting": "1h"},
    "praise": {"least": 4, "rise": 1.0},
    "silence": {"least": 5.0, "history": "12h"},
}
"""Detectors on shares and means that find something in little."""

POLICY = Policy.model_validate(
    {
        "absolute": {"mentions": 12, "negative": 5, "negative_share": 0.5, "share_least": 6},
        "learning": {"warm_up": "2h"},
        "volume": {"least": 5},
        "negative": {"least": 3},
        "outcry": {"least": 4, "tone": 0.0},
        "lateness": "2m",
    }
)


HORIZON = 10
"""For how many minutes an id is remembered where it is about that."""


class Row(NamedTuple):
    """One mention, as much of it as the watch looks at."""

    number: int
    published: int
    label: int
    text: int


def batch_of(rows: list[Row], partition: int = 0, brand: str = "acme") -> Batch:
    """Return rows as a batch; their numbers are their offsets."""
    size = len(rows)
    published = [row.published for row in rows]
    return Batch(
        brand=brand,
        partition=partition,
        policy=1,
        scorer="test",
        offsets=[row.number for row in rows],
        indexes=[0] * size,
        ids=[row.number + 1_000_000 * partition for row in rows],
        published=published,
        arrived=published,
        compounds=[row.label / 2 for row in rows],
        labels=[row.label for row in rows],
        abuses=[0.0] * size,
        channels=["forum"] * size,
        authors=[f"author {row.text % 5}" for row in rows],
        reaches=[0] * size,
        likenesses=[row.text for row in rows],
        excerpts=["text"] * size,
        urls=[""] * size,
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Row]:
    """Draw up to three hours of mentions in order of publication: quiet stretches, bursts, gaps."""
    clock = START
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 6))):
        clock += draw(st.sampled_from([0, 30_000, 600_000, 3_600_000, 7_200_000]))
        pace = draw(st.sampled_from([1_000, 10_000, 60_000, 300_000]))
        for _ in range(draw(st.integers(1, 25))):
            clock += draw(st.integers(0, pace))
            rows.append(Row(len(rows), clock, draw(st.sampled_from([-1, -1, 0, 1, 2])), draw(st.integers(0, 30))))
    return rows


def run(rows: list[Row], cuts: list[int], *, restart: bool = False) -> tuple[State, list[Signal]]:
    """Fold the rows, cut into batches at `cuts`, the watermark following a fixed rule that the cuts do not change."""
    state = watch.new("acme")
    signals: list[Signal] = []
    state, _ = watch.advance(state, START - 60_000, POLICY)
    bounds = sorted({0, len(rows), *range(0, len(rows), 10), *(cut for cut in cuts if cut < len(rows))})
    for start, end in pairwise(bounds):
        state, found = watch.step(state, batch_of(rows[start:end]), POLICY)
        signals += found
        if end % 10 == 0 or end == len(rows):
            state, found = watch.advance(state, max(row.published for row in rows[:end]), POLICY)
            signals += found
        if restart:
            state = storage.decode(storage.encode(state))
    state, found = watch.advance(state, rows[-1].published + 86_400_000, POLICY)
    return state, signals + found


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
    """Storing and reading back the state after every step leaves signals, ledger and totals as they were."""
    state, signals = run(rows, [])
    stored, again = run(rows, [], restart=True)
    assert again == signals
    assert watch.ledger(stored) == watch.ledger(state)
    assert stored.totals == state.totals


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_a_redelivery_changes_nothing(rows: list[Row], data: st.DataObject) -> None:
    """Rows at or below the high-water mark are dropped wherever they come again."""
    cut = data.draw(st.integers(0, len(rows)))
    again = data.draw(st.integers(0, cut))
    once, signals = watch.step(watch.new("acme"), batch_of(rows), POLICY)
    twice, found = watch.step(watch.new("acme"), batch_of(rows[:cut]), POLICY)
    twice, more = watch.step(twice, batch_of(rows[again:]), POLICY)
    assert found + more == signals
    assert watch.ledger(twice) == watch.ledger(once)
    assert twice.totals.redelivered == cut - again
    assert twice.totals.mentions == once.totals.mentions == len(rows)


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_the_same_post_fetched_twice_counts_once(rows: list[Row], data: st.DataObject) -> None:
    """A second record with an id already seen is dropped and counted as a duplicate, from whatever partition."""
    doubled = data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: row.number))
    state, _ = watch.step(watch.new("acme"), batch_of(rows), POLICY)
    ledger = watch.ledger(state)
    repeated = msgspec.structs.replace(batch_of(doubled), partition=1)
    state, signals = watch.step(state, repeated, POLICY)
    assert signals == []
    assert watch.ledger(state) == ledger
    assert state.totals.duplicates == len(doubled)


@settings(max_examples=40, deadline=None)
@given(streams(), st.sampled_from([7, 20, 60]), st.booleans())
def test_who_rests_could_have_found_nothing(rows: list[Row], pace: int, keen: bool) -> None:  # noqa: FBT001 - drawn
    """Signals and stored state are those of a watch that asks every detector at the end of every minute.

    It is told of each minute on its own, and forgets at each what need not be looked at.
    """
    policy, hours = Policy.model_validate(KEEN) if keen else POLICY, 9
    said = [Row(n, START + n * pace * 60_000, (-1, 0, 1, 0)[n % 4], n) for n in range(60 * hours // pace)]
    said += [Row(len(said) + row.number, row.published + hours * 3_600_000, *row[2:]) for row in rows]
    quick = step_by_step(said, policy, 90)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "ALL", tuple(replace(each, room=None, dormant=None) for each in ALL))
        assert step_by_step(said, policy, 1) == quick


def step_by_step(rows: list[Row], policy: Policy, stride: int) -> tuple[list[Signal], bytes]:
    """Return what comes of rows, counted up to a minute and time told, `stride` minutes at a time."""
    state, _ = watch.advance(watch.new("acme"), START - 60_000, policy)
    signals: list[Signal] = []
    for _, said in groupby(rows, key=lambda row: row.published // 60_000 // stride):
        part = list(said)
        for minute in range((state.frontier or 0) + 3, part[0].published // 60_000, stride):
            signals += told(state, minute, policy, forget=stride == 1)
        signals += watch.step(state, batch_of(part), policy)[1]
    for minute in range((state.frontier or 0) + 3, rows[-1].published // 60_000 + 150, stride):
        signals += told(state, minute, policy, forget=stride == 1)
    return signals + told(state, rows[-1].published // 60_000 + 150, policy), storage.encode(state)


def told(state: State, minute: int, policy: Policy, *, forget: bool = False) -> list[Signal]:
    """Return what a step of time brings, where nothing is remembered of what need not be looked at."""
    if forget:
        state.cache.clear()
    return watch.advance(state, minute * 60_000, policy)[1]


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.integers(0, 150), max_size=8))
def test_how_often_time_is_told_does_not_matter(rows: list[Row], cuts: list[int]) -> None:
    """One step over hours and one tick find what a tick after every row finds, to the last figure."""
    bounds = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    found = []
    for places in (range(len(rows) + 1), bounds):
        state, _ = watch.advance(watch.new("acme"), START - 60_000, POLICY)
        signals: list[Signal] = []
        for start, end in pairwise(places):
            state, counted = watch.step(state, batch_of(rows[start:end]), POLICY)
            state, closed = watch.advance(state, rows[end - 1].published, POLICY)
            signals += counted + closed
        found.append((signals, watch.ledger(state), state.totals, state.episodes, state.hours, state.sample.tables))
    assert found[0] == found[1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from([0, 20_000, 200_000, 580_000, 600_000])), min_size=1),
    st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=12),
)
def test_when_an_id_is_forgotten_hangs_on_arrival_alone(
    posts: list[tuple[int, int]], cuts: list[tuple[int, bool]]
) -> None:
    """An id that comes back counts anew once the horizon has passed by arrival, however rows are cut and time told."""
    rows, met, clock, fresh = [], dict[int, int](), START, 0
    for number, (name, wait) in enumerate(posts):
        clock += wait
        rows.append(Row(number, clock, 0, name))
        if clock // 60_000 - met.get(name, -999) > HORIZON:
            met[name], fresh = clock // 60_000, fresh + 1
    state, ticks = watch.new("acme"), dict(cuts)
    policy = Policy.model_validate({"duplicate_horizon": timedelta(minutes=HORIZON)})
    for start, end in pairwise(sorted({0, len(rows), *(cut for cut in ticks if cut < len(rows))})):
        batch = msgspec.structs.replace(batch_of(rows[start:end]), ids=[row.text for row in rows[start:end]])
        state, _ = watch.step(state, batch, policy)
        if ticks.get(end):
            state, _ = watch.advance(state, rows[end - 1].published, policy)
        state = storage.decode(storage.encode(state))
    assert (state.totals.mentions, state.totals.duplicates) == (fresh, len(rows) - fresh)


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.tuples(st.integers(0, 150), st.integers(0, 30)), max_size=12))
def test_how_far_time_lags_does_not_matter(rows: list[Row], ticks: list[tuple[int, int]]) -> None:
    """Time told late by minutes, at any row: every signal is that of a tick after every row, its instant included."""
    found = []
    every = [(place, 0) for place in range(1, len(rows) + 1)]
    some = sorted((place, lag) for place, lag in ticks if 0 < place < len(rows))
    for schedule in (every, [*some, (len(rows), 0)]):
        state, _ = watch.advance(watch.new("acme"), START - 60_000, POLICY)
        signals: list[Signal] = []
        start = 0
        for end, lag in schedule:
            state, counted = watch.step(state, batch_of(rows[start:end]), POLICY)
            state, closed = watch.advance(state, rows[end - 1].published - 60_000 * lag, POLICY)
            signals, start = signals + counted + closed, end
        found.append((signals, watch.ledger(state), state.totals))
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
    together, _ = watch.advance(watch.new("acme"), START - 60_000, POLICY)
    together, counted = watch.step(together, batch_of(stamped), POLICY)
    together, closed = watch.advance(together, end, POLICY)
    apart, _ = watch.advance(watch.new("acme"), START - 60_000, POLICY)
    signals: list[Signal] = []
    for partition, part in enumerate((ahead, behind)):
        apart, found = watch.step(apart, batch_of(part, partition), POLICY)
        signals += found
    apart, found = watch.advance(apart, end, POLICY)
    begun = START + 300_000
    assert [s for s in signals + found if s.start > begun] == [s for s in counted + closed if s.start > begun]
    assert watch.ledger(apart) == watch.ledger(together)


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
    assert watch.ledger(other) == watch.ledger(state)
    assert other.totals.mentions == state.totals.mentions
    assert other.totals.late == 0
    raised = [sorted((s.detector, s.start) for s in ss if s.phase == "raised") for ss in (signals, found)]
    assert [name for name, _ in raised[0]] == [name for name, _ in raised[1]]
    assert all(abs(a - b) <= 240_000 for (_, a), (_, b) in zip(*raised, strict=True))


@settings(max_examples=30, deadline=None)
@given(streams())
def test_counts_are_those_of_a_plain_tally(rows: list[Row]) -> None:
    """The ledger equals counting by minute of publication with a dictionary."""
    state, _ = watch.step(watch.new("acme"), batch_of(rows), POLICY)
    plain: dict[int, list[int]] = {}
    for row in rows:
        counts = plain.setdefault(row.published // 60_000 * 60_000, [0, 0, 0, 0])
        counts[0] += 1
        counts[{-1: 1, 1: 2, 2: 3}.get(row.label, 0)] += row.label != 0
    assert watch.ledger(state) == [(minute, *counts) for minute, counts in sorted(plain.items())]
