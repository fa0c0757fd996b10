"""End-of-partition check: the owned partitions of a topic of which every record is processed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faust.types import TP, AppT

    from streams.exactly_once.batch_processor import BatchProcessor
    from streams.exactly_once.start_offsets import StartOffsets


class EndOfPartition:
    """Compares processed offsets with end offsets, for the owned partitions of one topic."""

    def __init__(self, app: AppT, topic: str, processor: BatchProcessor, start_offsets: StartOffsets) -> None:
        self._app = app
        self._topic = topic
        self._processor = processor
        self._start_offsets = start_offsets

    async def partitions(self) -> list[TP]:
        """Return the owned partitions of which every record is done."""
        if self._app.rebalancing:
            return []
        return [tp for tp in self._app.consumer.assignment() if tp.topic == self._topic and await self._at_end(tp)]

    async def _at_end(self, tp: TP) -> bool:
        start = await self._start_offsets.get(tp)
        done = self._processor.offsets.processed(tp)
        end = self._app.consumer.highwater(tp)
        return start is not None and end is not None and (start if done is None else done) >= end
