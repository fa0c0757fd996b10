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
        owned = [tp for tp in self._app.consumer.assignment() if tp.topic == self._topic]
        await self._learn_starts([tp for tp in owned if tp not in self._starts])
        return [tp for tp in owned if self._ended(tp)]

    def _ended(self, tp: TP) -> bool:
        end = self._app.consumer.highwater(tp)
        done = self._stage.positions.done(tp)
        return end is not None and (self._starts[tp] if done is None else done) >= end

    async def _learn_starts(self, tps: list[TP]) -> None:
        """Note from which offset each partition is read: what the group committed, else the earliest.

        Asked for all at once: each question waits for the consumer's thread, which may be a second in coming.
        """
        if tps:
            earliest = await self._app.consumer.earliest_offsets(*tps)
            committed = cast("Any", self._app.consumer)._committed_offset  # noqa: SLF001 - Faust offers no other way
            self._starts.update({tp: max(committed.get(tp) or 0, earliest[tp]) for tp in tps})

    def forget(self) -> None:
        """Forget the starts: partitions are being dealt anew."""
        self._starts.clear()
