"""How does an agent work through its records? In batches that form by themselves, in order, committed when done.

While one batch waits for its acknowledgements the next records gather; so an idle stage adds no delay and a busy one
pays the broker's round trip once for many records. A batch that fails stops the worker before any later offset of the
same partition goes out ("in order or not at all"): what was not committed is read again by whoever comes next.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

import structlog
from faust.types import TP, AppT, EventT

from streams.positions import Follows, Positions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

log = structlog.get_logger(__name__)

LARGEST_BATCH: Final = 200  # records
WAITING: Final = 400  # records that may gather before the stream is held back
COMMIT_EVERY: Final = 0.5  # seconds


class Stage:
    """Works through one agent's records: `process` gets them in order and returns when all it sent is acknowledged."""

    def __init__(self, app: AppT, name: str, process: Callable[[Sequence[EventT[Any]]], Awaitable[None]]) -> None:
        self.name = name
        self.positions: Positions[TP] = Positions()
        self._app = app
        self._process = process
        self._waiting: asyncio.Queue[EventT[Any]] = asyncio.Queue(maxsize=WAITING)
        self._settled = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def put(self, event: EventT[Any]) -> None:
        """Hand in the next record; waits while too many are pending."""
        if self._stale(event):
            return
        follows = self.positions.follows(event.message.tp, event.message.offset)
        if follows is Follows.GAP:
            await self._read_again(event)
        if follows in {Follows.GAP, Follows.STALE}:
            return
        if follows is Follows.CONFIRMED_GAP:
            log.warning("offsets are missing", stage=self.name, partition=str(event.message.tp))
        await self._waiting.put(event)

    def _stale(self, event: EventT[Any]) -> bool:
        """Tell a record fetched before the last dealing of partitions: its partition is read again from the commit."""
        return self._settled or event.message.generation_id != cast("Any", self._app).consumer_generation_id

    async def _read_again(self, event: EventT[Any]) -> None:
        expected = self.positions.expected(event.message.tp)
        assert expected is not None
        log.warning("reading again", stage=self.name, partition=str(event.message.tp), offset=expected)
        await self._app.consumer.seek(event.message.tp, expected)

    async def run(self) -> None:
        """Work until cancelled. An exception of `process` ends it, and with it the worker."""
        while True:
            event = await self._waiting.get()
            self._idle.clear()
            try:
                await self._work_off(event)
            finally:
                self._idle.set()

    async def _work_off(self, first: EventT[Any]) -> None:
        batch = [first]
        while len(batch) < LARGEST_BATCH and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        batch = [event for event in batch if not self._stale(event)]
        await self._process(batch)
        for event in batch:
            self.positions.finish(event.message.tp, event.message.offset)

    async def commit(self) -> None:
        """Commit what is done since the last commit."""
        offsets = self.positions.uncommitted()
        if offsets and await cast("Any", self._app.consumer)._commit(offsets):  # noqa: SLF001 - see streams.positions
            self.positions.committed(offsets)

    async def commit_now_and_then(self) -> None:
        """Commit at intervals until cancelled."""
        while True:
            await asyncio.sleep(COMMIT_EVERY)
            await self.commit()

    async def settle(self) -> None:
        """Finish the batch at hand, let what waits go, commit, and forget: partitions are being dealt anew."""
        self._settled = True
        await self._idle.wait()
        await self.commit()
        self.positions.forget()

    def resume(self) -> None:
        """Take records again: the partitions are dealt."""
        self._settled = False

    @property
    def pending(self) -> int:
        """Return how many records wait."""
        return self._waiting.qsize()
