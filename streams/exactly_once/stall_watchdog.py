"""Stall watchdog: stops a worker whose assigned partition has records that never arrive, so that another takes over."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from streams.exactly_once.membership import refresh_metadata

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from faust.types import TP, AppT

    from streams.exactly_once.batch_processor import BatchProcessor
    from streams.exactly_once.start_offsets import StartOffsets

log = structlog.get_logger(__name__)

CHECK_INTERVAL: Final = 5.0  # seconds
MAX_QUESTION_INTERVAL: Final = 60.0
"""Seconds at most between two questions for topics; a worker that stands by owns nothing for as long as it runs."""
STALL_TIMEOUT: Final = 60.0  # seconds without a record from a partition that has some


class PartitionStalledError(RuntimeError):
    """A partition holds records, its agent is idle, and none has arrived within the timeout."""


class StallWatchdog:
    """Checks every CHECK_INTERVAL whether an idle agent is missing records that the broker holds.

    A partition that is silent at two checks in a row is sought to the expected offset, which usually helps. One that
    stays silent for the timeout stops the worker. A rebalance or a broker that does not answer is no stall. Topics of
    which the worker owns nothing are asked for, less and less often.
    """

    def __init__(
        self,
        app: AppT,
        processors: Sequence[BatchProcessor],
        start_offsets: StartOffsets,
        timeout: float = STALL_TIMEOUT,
        refresh: Callable[[Any], Awaitable[None]] = refresh_metadata,
    ) -> None:
        self._app = app
        self._processors = processors
        self._start_offsets = start_offsets
        self._timeout = timeout
        self._refresh = refresh
        self._next_question = (0.0, CHECK_INTERVAL)  # when topics are asked for, and after how long again
        self._stalled: dict[TP, tuple[int, float]] = {}  # silent partition → offset waited for, since when

    async def run(self, every: float = CHECK_INTERVAL) -> None:
        """Check until cancelled.

        Raises:
            DeafError: a partition is silent beyond patience, though the broker holds records for it.
        """
        while True:
            await asyncio.sleep(every)
            await self._check(time.monotonic())

    async def _check(self, now: float) -> None:
        await self._look_for_topics(now)
        waited = {} if self._app.rebalancing else await self._expected_offsets()
        ends = await self._end_offsets(waited)
        silent = {tp: offset for tp, offset in waited.items() if offset < (ends.get(tp) or 0)}
        self._stalled = {
            tp: self._stalled[tp] if self._stalled.get(tp, (None,))[0] == offset else (offset, now)
            for tp, offset in silent.items()
        }
        for tp, (offset, since) in self._stalled.items():
            if now - since >= self._timeout:
                silence = f"nothing has come for {now - since:.0f} s from offset {offset} on"
                message = f"{tp.topic} partition {tp.partition}: {silence}"
                log.error("partition stalled, worker stops", topic=tp.topic, partition=tp.partition, offset=offset)
                raise PartitionStalledError(message)
            if now > since:  # silent at two checks: a seek may be enough
                log.warning("seek on a silent partition", topic=tp.topic, partition=tp.partition, offset=offset)
                with suppress(Exception):  # partitions may be reassigned this moment: the next check knows
                    await self._app.consumer.seek(tp, offset)

    async def _look_for_topics(self, now: float) -> None:
        """Ask for the topics of which no partition is owned: a broker that starts may not know them yet.

        Else they are divided when the client asks again, after five minutes.
        """
        topics = frozenset().union(*(processor.topics for processor in self._processors))
        if self._app.rebalancing or not topics - {tp.topic for tp in self._app.consumer.assignment()}:
            self._next_question = (0.0, CHECK_INTERVAL)
            return
        due, interval = self._next_question
        if now >= due:
            self._next_question = (now + interval, min(2 * interval, MAX_QUESTION_INTERVAL))
            with suppress(Exception):  # a failing broker is asked again
                await self._refresh(self._app.consumer)

    async def _end_offsets(self, waited: Iterable[TP]) -> Mapping[TP, int]:
        """Return the end offsets; none if the broker does not answer: then the silence is the broker's."""
        try:
            return await self._app.consumer.highwaters(*waited) if waited else {}
        except Exception as error:  # noqa: BLE001 - a failing broker is no stall
            log.warning("end offsets unknown", reason=repr(error))
            return {}

    async def _expected_offsets(self) -> dict[TP, int]:
        """Return the next offset expected of each owned partition whose agent is idle."""
        waited: dict[TP, int] = {}
        for processor in self._processors:
            if not processor.idle:
                continue
            for tp in self._app.consumer.assignment():
                if tp.topic in processor.topics:
                    expected = processor.offsets.expected(tp)
                    start = await self._start_offsets.get(tp) if expected is None else expected
                    if start is not None:
                        waited[tp] = start
        return waited
