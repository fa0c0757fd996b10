"""What does a topic hold, up to now? Read from outside, with kafka-python, in no group."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kafka import TopicPartition

from streams import clients
from streams.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka import KafkaConsumer

    from streams.connection import Connection

POLL_MS: Final = 500
PATIENCE: Final = 30.0  # seconds without any record


@dataclass(frozen=True)
class Record:
    """One record of a topic."""

    partition: int
    offset: int
    timestamp: int  # ms
    key: bytes | None
    value: bytes | None


def records(connection: Connection, topic: str) -> Iterator[Record]:
    """Return the records of `topic` as it stands now: each partition in order, partitions interleaved.

    Raises:
        BrokerError: no broker answers, the topic does not exist, or nothing comes for 30 s.
    """
    with closing(clients.consumer(connection)) as consumer:
        yield from _drain(connection, consumer, _partitions(connection, consumer, topic))


def _partitions(connection: Connection, consumer: KafkaConsumer, topic: str) -> list[Any]:
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise BrokerError(connection.bootstrap, f"there is no topic {topic}: `tocsin topics create` makes it")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def _drain(connection: Connection, consumer: KafkaConsumer, partitions: list[Any]) -> Iterator[Record]:
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    deadline = time.monotonic() + PATIENCE
    while any(consumer.position(tp) < end for tp, end in ends.items()):
        batches = consumer.poll(POLL_MS)
        if batches:
            deadline = time.monotonic() + PATIENCE
        elif time.monotonic() > deadline:
            raise BrokerError(connection.bootstrap, f"nothing came for {PATIENCE:.0f} s")
        for tp, batch in batches.items():
            for record in batch:
                if record.offset < ends[tp]:
                    yield Record(tp.partition, record.offset, record.timestamp, record.key, record.value)


def latest(connection: Connection, topic: str) -> dict[bytes, bytes]:
    """Return the latest value of each key of a compacted topic; removed keys are left out.

    Raises:
        BrokerError: as `records`.
    """
    found: dict[bytes, bytes] = {}
    for record in records(connection, topic):
        if record.value is None:
            found.pop(record.key or b"", None)
        else:
            found[record.key or b""] = record.value
    return found
