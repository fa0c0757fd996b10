"""Batch processor: works through one agent's records in order and commits their offsets when they are done.

While one batch waits for its acknowledgements, the next records gather: batches grow with lag. An idle processor adds
no delay, and a busy one pays the broker's round trip once for many records. A batch that fails stops the worker before
any later offset of the same partition is committed; the next owner of the partition reads again what was not committed.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import structlog

from streams.exactly_once.fetch_batches import MAX_BYTES, MAX_RECORDS, place
from streams.exactly_once.offsets import OffsetCheck, OffsetTracker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from faust.types import TP, AppT, EventT

    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.start_offsets import StartOffsets

log = structlog.get_logger(__name__)

BATCH_SIZE: Final = 2 * MAX_RECORDS  # records worked on at once, unless one fetch holds more
BATCH_BYTES: Final = 2 * MAX_BYTES  # bytes worked on at once
QUEUE_SIZE: Final = 2 * BATCH_SIZE  # records that may wait before the stream is held back
QUEUE_BYTES: Final = 2 * BATCH_BYTES  # bytes that may
COMMIT_INTERVAL: Final = 0.5  # seconds
SEEK_TIMEOUT: Final = 5.0  # seconds


class _Fetched(NamedTuple):
    """Records of one partition, in order, as fetched under one generation of the consumer group."""

    tp: TP
    generation: int | None
    records: Sequence[KafkaRecord]
    size: int  # bytes


class BatchProcessor:
    """Works through one agent's records. `process` gets them in order and returns when all it sent is acknowledged.

    With `completes_on_return` false, `process` only takes the records on and tells `offsets` itself when each is done.
    """

    def __init__(
        self,
        app: AppT,
        name: str,
        process: Callable[[Sequence[KafkaRecord]], Awaitable[None]],
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
        self.latest_timestamps: dict[TP, int] = {}  # partition → timestamp of the last record processed, ms
        self._queue = _Queue()
        self._completes_on_return = completes_on_return
        self._paused = False
        self._generation = 0
        self._finished_batch = asyncio.Event()
        self._finished_batch.set()

    async def put(self, event: EventT[Any]) -> None:
        """Take the records of the next event (see `fetch_batches`); waits while too many are queued."""
        tp, generation = event.message.tp, event.message.generation_id
        if self._is_stale(generation) or not await self._expect_start(tp, generation):
            return
        following: list[KafkaRecord] = []
        for record in cast("Sequence[KafkaRecord]", event.message.value):
            follows = self.offsets.check(tp, record.offset)
            if follows is OffsetCheck.GAP or (follows is OffsetCheck.STALE and self._seek_expired(tp)):
                await self._seek_back(tp)
                break  # what lies after the gap is read again with it
            if follows is OffsetCheck.CONFIRMED_GAP:
                log.warning("offset gap confirmed", stage=self.name, **place(record))
            if follows in {OffsetCheck.NEXT, OffsetCheck.CONFIRMED_GAP}:
                following.append(record)
        if following:
            size = sum(len(record.value or b"") for record in following)
            await self._queue.put(_Fetched(tp, generation, following, size))

    async def _expect_start(self, tp: TP, generation: int | None) -> bool:
        """Expect the partition's start offset before its first record; return False if the partition was revoked."""
        if self.offsets.expected(tp) is None:
            start = await self._start_offsets.get(tp)
            if start is None or self._is_stale(generation):
                return False
            self.offsets.expect(tp, start)
        return True

    def _seek_expired(self, tp: TP) -> bool:
        """Return whether a seek has had no effect for SEEK_TIMEOUT: the partition still returns later records."""
        return time.monotonic() - self._seeks.get(tp, -math.inf) > SEEK_TIMEOUT

    def _is_stale(self, generation: int | None) -> bool:
        """Return whether records were fetched before the last rebalance: they are read again from the commit."""
        return self._paused or generation != cast("Any", self._app).consumer_generation_id

    async def _seek_back(self, tp: TP) -> None:
        expected = self.offsets.expected(tp)
        assert expected is not None
        self._seeks[tp] = time.monotonic()
        where = {"topic": tp.topic, "partition": tp.partition, "offset": expected}
        log.warning("seek to expected offset", stage=self.name, **where)
        await self._app.consumer.seek(tp, expected)

    async def run(self) -> None:
        """Process batches until cancelled. An exception of `process` ends the task, and with it the worker."""
        while True:
            await self._queue.wait()
            self._finished_batch.clear()
            try:
                await self._process_batch(self._queue.take())
            finally:
                self._finished_batch.set()

    async def _process_batch(self, waiting: list[_Fetched]) -> None:
        batch = [fetched for fetched in waiting if not self._is_stale(fetched.generation)]
        generation = self._generation
        await self._process([record for fetched in batch for record in fetched.records])
        if generation != self._generation:
            return
        self.latest_timestamps.update({fetched.tp: fetched.records[-1].timestamp for fetched in batch})
        if self._completes_on_return:
            for fetched in batch:
                self.offsets.mark_processed(fetched.tp, fetched.records[-1].offset)

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
        self.latest_timestamps.clear()

    async def restart(self, tps: Iterable[TP], earliest: Mapping[TP, int]) -> None:
        """Commit the beginning of partitions whose topic was created again: what was committed is of the old one."""
        self.pause()
        self.reset()
        mine = {tp: earliest[tp] for tp in tps if tp.topic in self.topics}
        if mine:
            await cast("Any", self._app.consumer)._commit(mine)  # noqa: SLF001 - see streams.exactly_once.offsets

    def resume(self) -> None:
        """Take records again: the partitions are assigned."""
        self._paused = False

    @property
    def idle(self) -> bool:
        """Return whether every record that arrived is processed or in flight."""
        return not self._paused and self._finished_batch.is_set() and not self._queue


class _Queue:
    """What waits for the processor: bounded by records and bytes, and taken in portions that grow with lag."""

    def __init__(self) -> None:
        self._waiting: deque[_Fetched] = deque()
        self._records = self._bytes = 0
        self._filled, self._space = asyncio.Event(), asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, fetched: _Fetched) -> None:
        """Add records; waits until there is space."""
        while self._records >= QUEUE_SIZE or self._bytes >= QUEUE_BYTES:
            self._space.clear()
            await self._space.wait()
        self._waiting.append(fetched)
        self._records += len(fetched.records)
        self._bytes += fetched.size
        self._filled.set()

    async def wait(self) -> None:
        """Wait until there is something to take."""
        await self._filled.wait()

    def take(self) -> list[_Fetched]:
        """Return the longest waiting, as many as may be worked on at once, at least one."""
        taken: list[_Fetched] = []
        records = size = 0
        while self._waiting:
            fetched = self._waiting[0]
            if taken and (records + len(fetched.records) > BATCH_SIZE or size + fetched.size > BATCH_BYTES):
                break
            taken.append(self._waiting.popleft())
            records += len(fetched.records)
            size += fetched.size
        self._records -= records
        self._bytes -= size
        self._space.set()
        if not self._waiting:
            self._filled.clear()
        return taken
