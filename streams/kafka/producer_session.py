"""Producer session: a producer that runs as long as a context lasts, and whose records all replicas acknowledge."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaProducer

if TYPE_CHECKING:
    from streams.kafka.connection import Connection


class ProducerSession:
    """Base of what sends to Kafka. Make it within a running event loop."""

    def __init__(self, connection: Connection, **settings: Any) -> None:
        self.producer = AIOKafkaProducer(
            **connection.aiokafka(), acks="all", enable_idempotence=not connection.embedded, **settings
        )

    async def __aenter__(self) -> Self:
        await self.producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(Exception):
            await self.producer.stop()
