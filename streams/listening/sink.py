"""Sink of a listener: mentions and cursors into Kafka, each acknowledged; waits while Kafka is away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.kafka.topics import MAX_STATE_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.cursor import Cursor
    from streams.listening.health import SourceHealth

log = structlog.get_logger(__name__)

RETRY_DELAY: Final = 2.0
"""Seconds until Kafka is tried again."""


class KafkaSink:
    """Sends what sources bring. Use it as a context, made within a running event loop."""

    def __init__(self, connection: Connection, topics: Topics) -> None:
        self._topics = topics
        self._producer = AIOKafkaProducer(
            **connection.aiokafka(),
            acks="all",
            enable_idempotence=not connection.embedded,
            max_request_size=MAX_STATE_BYTES,
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(Exception):
            await self._producer.stop()

    async def send(self, source: str, records: Sequence[bytes]) -> int | None:
        """Send the mentions of a source, in order; returns the offset after the last, None without any."""
        if not records:
            return None
        sent = await _until_taken(lambda: self._send_all(source, records))
        return int(sent[-1].offset) + 1

    async def _send_all(self, source: str, records: Sequence[bytes]) -> list[Any]:
        pending = [
            await self._producer.send(self._topics.mentions.name, value, key=source.encode()) for value in records
        ]
        return list(await asyncio.gather(*pending))

    async def save(self, source: str, cursor: Cursor) -> None:
        """Keep a cursor; returns once it is kept."""
        raw = msgspec.json.encode(cursor)
        await _until_taken(
            lambda: self._producer.send_and_wait(self._topics.source_cursors.name, raw, key=source.encode())
        )

    async def report(self, health: SourceHealth) -> None:
        """Publish the health of a source; when Kafka is away, it is told later."""
        with suppress(KafkaError):
            await self._producer.send(
                self._topics.source_health.name, msgspec.json.encode(health), key=health.source.encode()
            )

    async def forget(self, source: str) -> None:
        """Withdraw what was said of the health of a source that is read no longer."""
        with suppress(KafkaError):
            await self._producer.send(self._topics.source_health.name, None, key=source.encode())


async def _until_taken(send: Callable[[], Awaitable[Any]]) -> Any:
    """Try until Kafka has it: meanwhile the source is not asked, so nothing piles up."""
    while True:
        try:
            return await send()
        except KafkaError as error:
            log.warning("kafka does not take mentions", reason=type(error).__name__)
            await asyncio.sleep(RETRY_DELAY)
