"""Which source partitions are read to their end?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faust.types import TP, AppT

    from streams.exactly_once.batch_processor import Stage
    from streams.exactly_once.start_offsets import Starts


class AtEnd:
    """Compares what a stage has done with what the broker holds, for the owned partitions of one topic."""

    def __init__(self, app: AppT, topic: str, stage: Stage, starts: Starts) -> None:
        self._app = app
        self._topic = topic
        self._stage = stage
        self._starts = starts

    async def partitions(self) -> list[TP]:
        """Return the owned partitions of which every record is done."""
        if self._app.rebalancing:
            return []
        return [tp for tp in self._app.consumer.assignment() if tp.topic == self._topic and await self._ended(tp)]

    async def _ended(self, tp: TP) -> bool:
        start = await self._starts.of(tp)
        done = self._stage.positions.done(tp)
        end = self._app.consumer.highwater(tp)
        return start is not None and end is not None and (start if done is None else done) >= end
