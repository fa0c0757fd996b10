"""Moderation queue as another process sees it: follows the topic `moderation`, and submits records to it.

Whether a record counts is decided by its place in the topic alone: the process that submits one waits until it is read
back, and learns from the fold what became of it. So several processes serve one queue, and nobody gets what another
has.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
import structlog

from moderation.model import decode, encode
from moderation.queue import Queue
from streams.clock import wall_ms
from streams.kafka.compacted_topic import follow
from streams.kafka.producer_session import ProducerSession

if TYPE_CHECKING:
    from moderation.model import AnyRecord
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

SUBMIT_TIMEOUT: Final = 30.0
"""Seconds until a record that was sent has to be read back."""

_REMEMBERED: Final = 10_000
"""Answers to the latest records that are kept for those who wait."""


class ModerationQueue(Protocol):
    """The queue, kept up to date, and what people do with it."""

    @property
    def queue(self) -> Queue:
        """Return the queue as it is now."""

    async def submit(self, record: AnyRecord) -> str:
        """Pass a record on; return why it changed nothing, or "", once that is known."""


class SubmitError(Exception):
    """A record was sent, and what became of it is not known yet."""


class QueueView(ProducerSession):
    """The queue, up to date while `follow` runs. Use it as a context, made within a running event loop."""

    def __init__(self, connection: Connection, topics: Topics, partitions: int) -> None:
        super().__init__(connection)
        self._connection = connection
        self._topic = topics.moderation
        self._partitions = partitions
        self._answers: OrderedDict[str, str] = OrderedDict()
        self._ready = asyncio.Event()
        self._applied = asyncio.Condition()
        self.queue = Queue()

    async def loaded(self) -> None:
        """Wait until the topic is read to its end for the first time."""
        await self._ready.wait()

    async def follow(self) -> None:
        """Keep up to date until cancelled."""
        async for records in follow(self._connection, self._topic.name, self._partitions):
            async with self._applied:
                for record in records:
                    self._apply(record.value or b"")
                self._applied.notify_all()
            self._forget()
            self._ready.set()

    async def submit(self, record: AnyRecord) -> str:
        """Send a record; return why it changed nothing, or "".

        Raises:
            KafkaError: Kafka did not take it.
            SubmitError: it was sent, but not read back in time.
        """
        await self.producer.send_and_wait(self._topic.name, encode(record), key=record.item.encode())
        try:
            async with asyncio.timeout(SUBMIT_TIMEOUT), self._applied:
                await self._applied.wait_for(lambda: record.id in self._answers)
        except TimeoutError:
            raise SubmitError(f"{record.item}: sent, but not read back within {SUBMIT_TIMEOUT:.0f} s") from None
        return self._answers[record.id]

    def _apply(self, raw: bytes) -> None:
        try:
            record = decode(raw)
        except msgspec.DecodeError as error:
            log.error("undecodable moderation record skipped", reason=str(error))  # noqa: TRY400
            return
        self._answers[record.id] = self.queue.apply(record)
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    def _forget(self) -> None:
        if self._topic.retention is not None:
            self.queue.forget_before(wall_ms() - int(self._topic.retention.total_seconds() * 1000))
