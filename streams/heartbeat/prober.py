"""Canary prober: sends canaries and reads their acknowledgements, by Kafka clients that survive an outage."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from streams.heartbeat import canary
from streams.heartbeat.canary import Canary
from streams.kafka.errors import refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

BROKER_TIMEOUT: Final = 10.0
"""Seconds that a broker may take for the canaries of one round."""

RETRY_DELAY: Final = 1.0
"""Seconds until a broker that could not be reached is tried again."""


class CanaryNotSentError(Exception):
    """The canaries could not be sent; the message says why."""


class CanaryProber:
    """Sends one canary per round to each partition of `mentions`, and yields the acknowledgements of the workers."""

    def __init__(self, connection: Connection, topics: Topics, sender: str, timeout: float = BROKER_TIMEOUT) -> None:
        """Take the connection; `sender` identifies the canaries of this process."""
        self._timeout = timeout
        self._connection = connection
        self._topics = topics
        self._sender = sender
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self.listening = asyncio.Event()  # from now on no acknowledgement is missed

    async def partitions(self) -> int:
        """Return how many partitions there are.

        Raises:
            UnsentError: the broker does not answer.
        """
        async with self._broker_timeout():
            return len(await (await self._get_producer()).partitions_for(self._topics.mentions.name))

    async def send(self, at: int, partitions: int) -> None:
        """Send one canary to each partition.

        Raises:
            UnsentError: the broker does not take them.
        """
        async with self._broker_timeout():
            producer = await self._get_producer()
            beats = [Canary(self._sender, number, at) for number in range(partitions)]
            acknowledged = [await self._send_one(producer, beat) for beat in beats]
            await asyncio.gather(*acknowledged)

    @asynccontextmanager
    async def _broker_timeout(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise CanaryNotSentError(f"no answer within {self._timeout:.0f} s") from None
        except (KafkaError, OSError) as error:
            raise CanaryNotSentError(refusal(error) or type(error).__name__) from error

    async def _send_one(self, producer: AIOKafkaProducer, beat: Canary) -> Awaitable[Any]:
        headers = [(canary.HEADER, canary.encode(beat))]
        sent: Awaitable[Any] = await producer.send(
            self._topics.mentions.name, canary.build_mention(beat), partition=beat.partition, headers=headers
        )
        return sent

    async def _get_producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(**self._connection.aiokafka(), acks="all")
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
        return self._producer

    async def acks(self) -> AsyncIterator[Canary]:
        """Yield the acknowledgements of these canaries, until cancelled."""
        while True:
            try:
                async for beat in self._read_acks():
                    if beat.sender == self._sender:
                        yield beat
            except (KafkaError, OSError) as error:
                log.warning("broker unreachable", reason=refusal(error) or type(error).__name__)
            await asyncio.sleep(RETRY_DELAY)

    async def _read_acks(self) -> AsyncIterator[Canary]:
        consumer = AIOKafkaConsumer(**self._connection.aiokafka(), enable_auto_commit=False)
        try:
            topic = self._topics.heartbeats.name
            places = [
                TopicPartition(topic, number) for number in await (await self._get_producer()).partitions_for(topic)
            ]
            await consumer.start()
            consumer.assign(places)
            await consumer.seek_to_end(*places)
            for place in places:
                await consumer.position(place)
            self.listening.set()
            while True:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        with suppress(msgspec.DecodeError):
                            yield canary.decode(record.value or b"")
        finally:
            await consumer.stop()

    async def close(self) -> None:
        """Close the producer."""
        if self._producer is not None:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(BROKER_TIMEOUT):
                    await self._producer.stop()
