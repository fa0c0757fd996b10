"""Sink of a listener: mentions and cursors into Kafka, each acknowledged; waits while Kafka is away.

With a lease it writes only as long as that holds. Whether it does is asked again right before a request goes out, as a
process may be frozen between any two steps.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.protocol.produce import ProduceRequest

from streams.kafka.producer_session import ProducerSession
from streams.kafka.topics import MAX_STATE_BYTES
from streams.tracing.port import NO_TRACING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from streams.exactly_once.producer import Headers
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.cursor import Cursor
    from streams.listening.health import SourceHealth
    from streams.listening.lease import Lease
    from streams.tracing.port import Tracing

log = structlog.get_logger(__name__)

RETRY_DELAY: Final = 2.0
"""Seconds until Kafka is tried again."""


class KafkaSink(ProducerSession):
    """Sends what sources bring. Use it as a context, made within a running event loop."""

    def __init__(
        self, connection: Connection, topics: Topics, tracing: Tracing = NO_TRACING, lease: Lease | None = None
    ) -> None:
        super().__init__(connection, max_request_size=MAX_STATE_BYTES)
        self._topics = topics
        self._tracing = tracing
        self._lease = lease
        if lease is not None:
            self.producer.client.send = self.guard(self.producer.client)

    async def __aexit__(self, *_: object) -> None:
        if self._lease is not None and self._lease.ended.is_set():  # what is not out must never go out
            self.producer._message_accumulator.fail_all(ProducerFenced())  # noqa: SLF001 - `stop` waits for them
        await super().__aexit__()

    def guard(self, client: Any) -> Callable[..., Awaitable[Any]]:
        """Return a client's `send` that lets records out only while the lease holds; once it ended, none at all."""
        send, lease = client.send, self._lease

        async def send_while_held(node: int, request: Any, **options: Any) -> Any:
            if lease is not None and isinstance(request, ProduceRequest):
                await client.ready(node, **options)  # nothing else is waited for between the look and the writing
                await lease.held()
            return await send(node, request, **options)

        return send_while_held

    async def send(self, source: str, records: Sequence[bytes]) -> int | None:
        """Send the mentions of a source, in order; returns the offset after the last, None without any.

        While Kafka is away it tries again with those that are not acknowledged, and the source is not asked: nothing
        piles up.
        """
        if not records:
            return None
        with self._tracing.sending("listen", len(records), source=source) as headers:
            return await self._send(source, records, headers)

    async def _send(self, source: str, records: Sequence[bytes], headers: Headers | None) -> int | None:
        left, last = list(records), -1
        while left:
            answers = await asyncio.gather(
                *[await self._produce(source, value, headers) for value in left], return_exceptions=True
            )
            failed = [answer for answer in answers if isinstance(answer, BaseException)]
            last = max([last, *(answer.offset for answer in answers if not isinstance(answer, BaseException))])
            left = [value for value, answer in zip(left, answers, strict=True) if isinstance(answer, BaseException)]
            if failed:
                await _pause(failed[0])
        return None if last < 0 else last + 1

    async def _produce(self, source: str, value: bytes, headers: Headers | None) -> Awaitable[Any]:
        """Hand a mention to the producer; what is returned ends with the acknowledgement, or with what went wrong."""
        try:
            topic, key = self._topics.mentions.name, source.encode()
            return await self.producer.send(topic, value, key=key, headers=headers)  # type: ignore[no-any-return]
        except KafkaError as error:
            failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed

    async def save(self, source: str, cursor: Cursor) -> None:
        """Keep a cursor; returns once it is kept."""
        raw = msgspec.json.encode(cursor)
        await _until_taken(
            lambda: self.producer.send_and_wait(self._topics.source_cursors.name, raw, key=source.encode())
        )

    async def report(self, health: SourceHealth) -> None:
        """Publish the health of a source; when Kafka is away, it is told later."""
        await self._offer(self._topics.source_health.name, health.source, msgspec.json.encode(health))

    async def forget(self, source: str) -> None:
        """Erase the cursor and the health of a source that is read no longer."""
        for topic in (self._topics.source_cursors, self._topics.source_health):
            await self._offer(topic.name, source, None)

    async def _offer(self, topic: str, source: str, value: bytes | None) -> None:
        """Hand a record to the producer, and do not wait for what becomes of it."""
        with suppress(KafkaError):
            sent = await self.producer.send(topic, value, key=source.encode())
            sent.add_done_callback(lambda done: done.cancelled() or done.exception())  # else asyncio complains


async def _until_taken(send: Callable[[], Awaitable[Any]]) -> Any:
    """Try until Kafka has it."""
    while True:
        try:
            return await send()
        except KafkaError as error:
            await _pause(error)


async def _pause(error: BaseException) -> None:
    """Wait before the next try.

    Raises:
        BaseException: what went wrong is not Kafka's.
    """
    if not isinstance(error, KafkaError):
        raise error
    log.warning("kafka does not take mentions", reason=type(error).__name__)
    await asyncio.sleep(RETRY_DELAY)
