"""Lag: how many records of the owned partitions an agent has not processed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faust.types import TP, AppT

    from streams.exactly_once.batch_processor import BatchProcessor
    from streams.exactly_once.start_offsets import StartOffsets


class Lag:
    """Compares processed offsets with end offsets, for the owned partitions of one agent's topics."""

    def __init__(self, app: AppT, processor: BatchProcessor, start_offsets: StartOffsets) -> None:
        self.stage = processor.name
        self._app = app
        self._processor = processor
        self._start_offsets = start_offsets
        self._behind_since: dict[TP, float] = {}  # partition → when it was first seen behind, monotonic, s

    async def partitions_at_end(self) -> list[TP]:
        """Return the owned partitions of which every record is processed."""
        return [tp for tp, lag in (await self._by_partition()).items() if lag <= 0]

    async def measure(self, now: int, clock: float) -> tuple[int, float]:
        """Return how many records of the owned partitions are not processed, and how long the oldest waits at most, s.

        The oldest came after the last that was processed, and was not there when the partition was last at its end.
        `now` is the wall clock [ms], `clock` a monotonic one [s].
        """
        lags = await self._by_partition()
        behind = [tp for tp, lag in lags.items() if lag > 0]
        self._behind_since = {tp: self._behind_since.get(tp, clock) for tp in behind}
        waits = [self._wait(tp, now, clock) for tp in behind]
        return sum(max(0, lag) for lag in lags.values()), max(waits, default=0.0)

    def _wait(self, tp: TP, now: int, clock: float) -> float:
        processed_at = self._processor.latest_timestamps.get(tp)
        since_end = clock - self._behind_since[tp]
        return since_end if processed_at is None else min(since_end, max(0.0, (now - processed_at) / 1000))

    async def _by_partition(self) -> dict[TP, int]:
        """Return the lag of each owned partition whose start and end are known; none in a rebalance."""
        if self._app.rebalancing:
            return {}
        found: dict[TP, int] = {}
        for tp in self._app.consumer.assignment():
            if tp.topic in self._processor.topics:
                start, end = await self._start_offsets.get(tp), self._app.consumer.highwater(tp)
                if start is not None and end is not None:
                    done = self._processor.offsets.processed(tp)
                    found[tp] = end - (start if done is None else done)
        return found
