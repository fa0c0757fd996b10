"""Follows a compacted topic: what it holds now, then every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import ConsumerRecord

    from streams.kafka.connection import Connection

    Records = list[ConsumerRecord[bytes, bytes]]


async def follow(connection: Connection, topic: str, partitions: int) -> AsyncIterator[Records]:
    """Yield the records of `topic` up to its present end in one list, then whatever comes, until cancelled."""
    consumer = AIOKafkaConsumer(**connection.aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        assignment = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(assignment)
        ends = await consumer.end_offsets(assignment)
        known: Records = []
        for tp in assignment:
            while await consumer.position(tp) < ends[tp]:
                known += _flat(await consumer.getmany(timeout_ms=200))
        yield known
        while True:
            records = _flat(await consumer.getmany(timeout_ms=1_000))
            if records:
                yield records
    finally:
        await consumer.stop()


def _flat(batches: dict[TopicPartition, Records]) -> Records:
    return [record for batch in batches.values() for record in batch]
