"""How does an agent work through its records? In batches that form by themselves, in order, committed when done.

While one batch waits for its acknowledgements the next records gather; so an idle stage adds no delay and a busy one
pays the broker's round trip once for many records. A batch that fails stops the worker before any later offset of the
same partition goes out ("in order or not at all"): what was not committed is read again by whoever comes next.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from streams.exactly_once.offsets import Follows, Positions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from faust.types import TP, AppT, EventT

    from streams.exactly_once.start_offsets import Starts

log = structlog.get_logger(__name__)

LARGEST_BATCH: Final = 200  # records
WAITING: Final = 400  # records that may gather before the stream is held back
COMMIT_EVERY: Final = 0.5  # seconds
SEEK_AGAIN: Final = 5.0  # seconds


class Stage:
    """Works through one agent's records: `process` gets them in order and returns when all it sent is acknowledged.

    With `finishes` false, `process` only takes the records on and tells `positions` itself when each is done.
    """

    def __init__(
        self,
        app: AppT,
        name: str,
        process: Callable[[Sequence[EventT[Any]]], Awaitable[None]],
        starts: Starts,
        *,
        topics: Iterable[str] = (),
        finishes: bool = True,
    ) -> None:
        self.name = name
        self.topics = frozenset(topics)
        self.positions: Positions[TP] = Positions()
        self._app = app
        self._process = process
        self._starts = starts
        self._sought: dict[TP, float] = {}  # partition being read again → since when, s
        self._waiting: asyncio.Queue[EventT[Any]] = asyncio.Queue(maxsize=WAITING)
        self._finishes = finishes
        self._settled = False
        self._deal = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def put(self, event: EventT[Any]) -> None:
        """Hand in the next record; waits while too many are pending."""
        if self._stale(event) or not await self._started(event):
            return
        follows = self.positions.follows(event.message.tp, event.message.offset)
        if follows is Follows.GAP or (follows is Follows.STALE and self._in_vain(event.message.tp)):
            await self._read_again(event)
        if follows in {Follows.GAP, Follows.STALE, Follows.REPEATED}:
            return
        if follows is Follows.CONFIRMED_GAP:
            log.warning("offsets are missing", stage=self.name, partition=str(event.message.tp))
        await self._waiting.put(event)

    async def _started(self, event: EventT[Any]) -> bool:
        """Expect the partition's start before its first record; false where it is not ours any more."""
        tp = event.message.tp
        if self.positions.expected(tp) is None:
            start = await self._starts.of(tp)
            if start is None or self._stale(event):
                return False
            self.positions.expect(tp, start)
        return True

    def _in_vain(self, tp: TP) -> bool:
        """Tell whether a partition was sought back a while ago and still gives what lies after."""
        return time.monotonic() - self._sought.get(tp, -math.inf) > SEEK_AGAIN

    def _stale(self, event: EventT[Any]) -> bool:
        """Tell a record fetched before the last dealing of partitions: its partition is read again from the commit."""
        return self._settled or event.message.generation_id != cast("Any", self._app).consumer_generation_id

    async def _read_again(self, event: EventT[Any]) -> None:
        expected = self.positions.expected(event.message.tp)
        assert expected is not None
        self._sought[event.message.tp] = time.monotonic()
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
        deal = self._deal
        await self._process(batch)
        if self._finishes and deal == self._deal:
            for event in batch:
                self.positions.finish(event.message.tp, event.message.offset)

    async def commit(self) -> None:
        """Commit what is done since the last commit."""
        offsets = self.positions.uncommitted()
        if offsets and await cast("Any", self._app.consumer)._commit(offsets):  # noqa: SLF001 - see streams.exactly_once.offsets
            self.positions.committed(offsets)

    async def commit_now_and_then(self) -> None:
        """Commit at intervals until cancelled."""
        while True:
            await asyncio.sleep(COMMIT_EVERY)
            await self.commit()

    def halt(self) -> None:
        """Take no more records, and let go what only waits: partitions are about to be dealt anew."""
        self._settled = True

    async def settle(self) -> None:
        """Wait for the batch at hand and commit what is done."""
        await self._idle.wait()
        await self.commit()

    def forget(self) -> None:
        """Forget all positions. A batch still under way counts as not done: it will be read again."""
        self._deal += 1
        self.positions.forget()
        self._sought.clear()

    def resume(self) -> None:
        """Take records again: the partitions are dealt."""
        self._settled = False

    @property
    def waits(self) -> bool:
        """Tell whether there is nothing to do: all that came is done or taken on."""
        return not self._settled and self._idle.is_set() and self._waiting.empty()
