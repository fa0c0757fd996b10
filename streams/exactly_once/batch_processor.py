"""Batch processor: works through one agent's records in order and commits their offsets when they are done.

While one batch waits for its acknowledgements, the next records gather. An idle processor adds no delay, and a busy one
pays the broker's round trip once for many records. A batch that fails stops the worker before any later offset of the
same partition is committed; the next owner of the partition reads again what was not committed.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from streams.exactly_once.offsets import OffsetCheck, OffsetTracker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from faust.types import TP, AppT, EventT

    from streams.exactly_once.start_offsets import StartOffsets

log = structlog.get_logger(__name__)

MAX_BATCH: Final = 200  # records
QUEUE_SIZE: Final = 400  # records that may wait before the stream is held back
COMMIT_INTERVAL: Final = 0.5  # seconds
SEEK_TIMEOUT: Final = 5.0  # seconds


class BatchProcessor:
    """Works through one agent's records. `process` gets them in order and returns when all it sent is acknowledged.

    With `finishes` false, `process` only takes the records on and tells `positions` itself when each is done.
    """

    def __init__(
        self,
        app: AppT,
        name: str,
        process: Callable[[Sequence[EventT[Any]]], Awaitable[None]],
        start_offsets: StartOffsets,
        *,
        topics: Iterable[str] = (),
        offsets: OffsetTracker[TP] | None = None,
        completes_on_return: bool = True,
    ) -> None:
        self.name = name
        self.topics = frozenset(topics)
        self.offsets: OffsetTracker[TP] = OffsetTracker() if offsets is None else offsets
        self._app = app
        self._process = process
        self._start_offsets = start_offsets
        self._seeks: dict[TP, float] = {}  # partition sought back → when, s
        self._queue: asyncio.Queue[EventT[Any]] = asyncio.Queue(maxsize=QUEUE_SIZE)
        self._completes_on_return = completes_on_return
        self._paused = False
        self._generation = 0
        self._finished_batch = asyncio.Event()
        self._finished_batch.set()

    async def put(self, event: EventT[Any]) -> None:
        """Take the next record; waits while too many are queued."""
        if self._is_stale(event) or not await self._expect_start(event):
            return
        follows = self.offsets.check(event.message.tp, event.message.offset)
        if follows is OffsetCheck.GAP or (follows is OffsetCheck.STALE and self._seek_expired(event.message.tp)):
            await self._seek_back(event)
        if follows in {OffsetCheck.GAP, OffsetCheck.STALE, OffsetCheck.REPEATED}:
            return
        if follows is OffsetCheck.CONFIRMED_GAP:
            log.warning("offset gap confirmed", stage=self.name, **_place(event))
        await self._queue.put(event)

    async def _expect_start(self, event: EventT[Any]) -> bool:
        """Expect the partition's start offset before its first record; return False if the partition was revoked."""
        tp = event.message.tp
        if self.offsets.expected(tp) is None:
            start = await self._start_offsets.get(tp)
            if start is None or self._is_stale(event):
                return False
            self.offsets.expect(tp, start)
        return True

    def _seek_expired(self, tp: TP) -> bool:
        """Return whether a seek has had no effect for SEEK_TIMEOUT: the partition still returns later records."""
        return time.monotonic() - self._seeks.get(tp, -math.inf) > SEEK_TIMEOUT

    def _is_stale(self, event: EventT[Any]) -> bool:
        """Return whether a record was fetched before the last rebalance: it is read again from the commit."""
        return self._paused or event.message.generation_id != cast("Any", self._app).consumer_generation_id

    async def _seek_back(self, event: EventT[Any]) -> None:
        expected = self.offsets.expected(event.message.tp)
        assert expected is not None
        self._seeks[event.message.tp] = time.monotonic()
        log.warning("seek to expected offset", stage=self.name, **(_place(event) | {"offset": expected}))
        await self._app.consumer.seek(event.message.tp, expected)

    async def run(self) -> None:
        """Process batches until cancelled. An exception of `process` ends the task, and with it the worker."""
        while True:
            event = await self._queue.get()
            self._finished_batch.clear()
            try:
                await self._process_batch(event)
            finally:
                self._finished_batch.set()

    async def _process_batch(self, first: EventT[Any]) -> None:
        batch = [first]
        while len(batch) < MAX_BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        batch = [event for event in batch if not self._is_stale(event)]
        deal = self._generation
        await self._process(batch)
        if self._completes_on_return and deal == self._generation:
            for event in batch:
                self.offsets.mark_processed(event.message.tp, event.message.offset)

    async def commit(self) -> None:
        """Commit the offsets processed since the last commit."""
        offsets = self.offsets.uncommitted()
        if offsets and await cast("Any", self._app.consumer)._commit(offsets):  # noqa: SLF001 - see streams.exactly_once.offsets
            self.offsets.mark_committed(offsets)

    async def commit_periodically(self) -> None:
        """Commit at intervals until cancelled."""
        while True:
            await asyncio.sleep(COMMIT_INTERVAL)
            await self.commit()

    def pause(self) -> None:
        """Take no more records and drop those queued: partitions are about to be revoked."""
        self._paused = True

    async def drain(self) -> None:
        """Wait for the current batch, then commit."""
        await self._finished_batch.wait()
        await self.commit()

    def reset(self) -> None:
        """Forget all offsets. A batch still running counts as not processed: it will be read again."""
        self._generation += 1
        self.offsets.reset()
        self._seeks.clear()

    def resume(self) -> None:
        """Take records again: the partitions are assigned."""
        self._paused = False

    @property
    def idle(self) -> bool:
        """Return whether every record that arrived is processed or in flight."""
        return not self._paused and self._finished_batch.is_set() and self._queue.empty()


def _place(event: EventT[Any]) -> dict[str, Any]:
    message = event.message
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}
