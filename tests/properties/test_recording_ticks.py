"""A recording without most of its ticks replays like the whole one."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.model.batches import Batch, Tick
from replay.player.policy_set import PolicySet
from streams.recording.format import ScoredEntry
from streams.recording.tick_compactor import TickCompactor
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard
from tests.support.recordings import entries, mentions

PARTITIONS = 3
Stream = list[tuple[int, Batch | Tick]]


@cache
def batches() -> tuple[Batch, ...]:
    """Return a calm hour and a storm, one mention a batch."""
    return tuple(entry.batch for entry in entries(mentions()) if isinstance(entry, ScoredEntry))


def ticking(gaps: list[tuple[int, int]], every: int) -> Stream:
    """Return the stream with a tick of each source partition each second, but for silences of 25 s."""
    records: Stream = []
    clock = batches()[0].published[0]
    for batch in batches()[::every]:
        while clock < batch.published[0]:
            clock += 1_000
            for part in range(PARTITIONS):
                if not any(part == silent and start <= clock // 1_000 % 600 < start + 25 for silent, start in gaps):
                    records.append((clock + part, Tick(part, PARTITIONS, clock, clock)))
        records.append((clock, batch))
    records += [
        (clock + at, Tick(p, PARTITIONS, clock + at, clock + at))
        for at in range(0, 7_200_000, 5_000)
        for p in range(PARTITIONS)
    ]
    return records


def reported(records: Stream) -> list[object]:
    """Return what is told of a stream."""
    watch, triage = WatchShard(PolicySet.built_in()), TriageShard(PolicySet.built_in())
    return [note for _, record in records for found in watch.apply(record) for note in triage.apply(found)]


def thinned(records: Stream) -> Stream:
    """Return the stream without the ticks that change nothing."""
    thinning = TickCompactor()
    kept = [placed for at, record in records for placed in thinning.take(at, record)]
    return [*kept, *thinning.flush()]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, 570)), max_size=3), st.sampled_from([1, 2]))
def test_left_out_ticks_change_nothing(gaps: list[tuple[int, int]], every: int) -> None:
    """With readers that fall silent now and then, the same is told at the same instants, out of fewer ticks."""
    whole = ticking(gaps, every)
    fewer = thinned(whole)
    assert reported(fewer) == reported(whole)
    assert reported(whole)
    assert len(fewer) < len(whole)
    assert [record for _, record in fewer if isinstance(record, Batch)] == list(batches()[::every])


def test_a_quiet_day_keeps_few() -> None:
    """Without mentions some ticks a minute are left of the 180, and the instants never go back."""
    day = [(at * 1_000, Tick(at % PARTITIONS, PARTITIONS, at * 1_000, at * 1_000)) for at in range(86_400)]
    fewer = thinned([*day])
    assert len(fewer) < len(day) / 3
    assert [at for at, _ in fewer] == sorted(at for at, _ in fewer)
