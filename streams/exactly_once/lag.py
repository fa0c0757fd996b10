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

    async def partitions_at_end(self) -> list[TP]:
        """Return the owned partitions of which every record is processed."""
        return [tp for tp, lag in (await self._by_partition()).items() if lag <= 0]

    async def total(self) -> int:
        """Return how many records of all owned partitions are not processed."""
        return sum(max(0, lag) for lag in (await self._by_partition()).values())

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
