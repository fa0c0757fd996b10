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


async def test_what_is_not_processed_counts() -> None:
    """From the committed offset on, until something is processed; other agents' topics do not count."""
    worker = Worker({FIRST: 10, SECOND: 7, OTHER: 99}, {FIRST: 4, SECOND: 7, OTHER: 0})
    assert (await lag_of(worker).total(), await lag_of(worker).partitions_at_end()) == (6, [SECOND])
    worker.offsets.mark_processed(FIRST, 8)
    assert await lag_of(worker).total() == 1
    worker.offsets.mark_processed(FIRST, 9)
    assert (await lag_of(worker).total(), set(await lag_of(worker).partitions_at_end())) == (0, {FIRST, SECOND})


async def test_what_is_unknown_does_not_count() -> None:
    """A partition whose start or end is not known yet is neither behind nor at its end; nor is any in a rebalance."""
    worker = Worker({FIRST: None, SECOND: 7}, {FIRST: 4})
    assert (await lag_of(worker).total(), await lag_of(worker).partitions_at_end()) == (0, [])
    worker = Worker({FIRST: 9}, {FIRST: 9})
    worker.rebalancing = True
    assert await lag_of(worker).partitions_at_end() == []
