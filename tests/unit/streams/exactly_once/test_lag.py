"""Lag: what is not processed, of owned partitions alone."""

from __future__ import annotations

from typing import Any

from faust.types import TP

from streams.exactly_once.lag import Lag
from streams.exactly_once.offsets import OffsetTracker

FIRST, SECOND, OTHER = TP("mentions", 0), TP("mentions", 1), TP("signals", 0)


class Worker:
    """As much of an app, a processor and start offsets as a lag needs."""

    def __init__(self, ends: dict[TP, int | None], starts: dict[TP, int]) -> None:
        self.rebalancing = False
        self.name, self.topics, self.offsets = "score", frozenset(["mentions"]), OffsetTracker[TP]()
        self._ends, self._starts = ends, starts
        self.latest_timestamps: dict[TP, int] = {}

    def set_end(self, tp: TP, end: int) -> None:
        """Let a partition have more records."""
        self._ends[tp] = end

    @property
    def consumer(self) -> Any:
        """Return the consumer's side."""
        return self

    def assignment(self) -> set[TP]:
        """Return the owned partitions."""
        return set(self._ends)

    def highwater(self, tp: TP) -> int | None:
        """Return the end offset of a partition."""
        return self._ends[tp]

    async def get(self, tp: TP) -> int | None:
        """Return the start offset of a partition."""
        return self._starts.get(tp)


def lag_of(worker: Worker) -> Lag:
    """Return the lag of that worker's agent."""
    anything: Any = worker
    return Lag(anything, anything, anything)


async def records_behind(worker: Worker) -> int:
    """Return how many records that worker's agent has not processed."""
    return (await lag_of(worker).measure(0, 0.0))[0]


async def test_the_oldest_waits_since_the_last_was_processed_or_the_end_was_left() -> None:
    """The shorter of both counts: after a calm hour the first record has not waited an hour."""
    worker = Worker({FIRST: 10}, {FIRST: 10})
    lag = lag_of(worker)
    worker.latest_timestamps[FIRST] = 1_000
    assert await lag.measure(3_600_000, 3_600.0) == (0, 0.0)
    worker.set_end(FIRST, 12)
    assert await lag.measure(3_601_000, 3_601.0) == (2, 0.0)
    assert await lag.measure(3_671_000, 3_671.0) == (2, 70.0)
    worker.offsets.mark_processed(FIRST, 10)
    worker.latest_timestamps[FIRST] = 3_665_000
    assert await lag.measure(3_672_000, 3_672.0) == (1, 7.0)
    worker.offsets.mark_processed(FIRST, 11)
    assert await lag.measure(3_680_000, 3_680.0) == (0, 0.0)


async def test_what_is_not_processed_counts() -> None:
    """From the committed offset on, until something is processed; other agents' topics do not count."""
    worker = Worker({FIRST: 10, SECOND: 7, OTHER: 99}, {FIRST: 4, SECOND: 7, OTHER: 0})
    assert (await records_behind(worker), await lag_of(worker).partitions_at_end()) == (6, [SECOND])
    worker.offsets.mark_processed(FIRST, 8)
    assert await records_behind(worker) == 1
    worker.offsets.mark_processed(FIRST, 9)
    assert (await records_behind(worker), set(await lag_of(worker).partitions_at_end())) == (0, {FIRST, SECOND})


async def test_what_is_unknown_does_not_count() -> None:
    """A partition whose start or end is not known yet is neither behind nor at its end; nor is any in a rebalance."""
    worker = Worker({FIRST: None, SECOND: 7}, {FIRST: 4})
    assert (await records_behind(worker), await lag_of(worker).partitions_at_end()) == (0, [])
    worker = Worker({FIRST: 9}, {FIRST: 9})
    worker.rebalancing = True
    assert await lag_of(worker).partitions_at_end() == []
