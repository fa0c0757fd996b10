"""Which source partitions are read to their end?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from faust.types import TP, AppT

    from streams.stage import Stage


class AtEnd:
    """Compares what a stage has done with what the broker holds, for the owned partitions of one topic."""

    def __init__(self, app: AppT, topic: str, stage: Stage) -> None:
        self._app = app
        self._topic = topic
        self._stage = stage
        self._starts: dict[TP, int] = {}

    async def partitions(self) -> list[TP]:
        """Return the owned partitions of which every record is done."""
        if self._app.rebalancing:
            return []
        return [tp for tp in self._app.consumer.assignment() if tp.topic == self._topic and await self._ended(tp)]

    async def _ended(self, tp: TP) -> bool:
        end = self._app.consumer.highwater(tp)
        if end is None:
            return False
        done = self._stage.positions.done(tp)
        return (await self._start(tp) if done is None else done) >= end

    async def _start(self, tp: TP) -> int:
        """Return the offset from which this worker reads `tp`: what the group committed, else the earliest."""
        if tp not in self._starts:
            committed = cast("Any", self._app.consumer)._committed_offset.get(tp)  # noqa: SLF001 - Faust offers no other way
            earliest = (await self._app.consumer.earliest_offsets(tp))[tp]
            self._starts[tp] = max(committed or 0, earliest)
        return self._starts[tp]

    def forget(self) -> None:
        """Forget the starts: partitions are being dealt anew."""
        self._starts.clear()
