"""Reads topics from outside a worker, up to their present end, with kafka-python and without a consumer group."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kafka import TopicPartition

from streams.kafka import clients
from streams.kafka.errors import BrokerError, MissingTopicError
from streams.kafka.partitioning import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kafka import KafkaConsumer

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

POLL_MS: Final = 500
READ_TIMEOUT: Final = 30.0  # seconds without any record


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
        partitions = partitions_of(connection, consumer, topic)
        yield from _drain(connection, consumer, dict.fromkeys(partitions), consumer.end_offsets(partitions))


def between(connection: Connection, topic: str, since: int, until: int, keys: Iterable[bytes] = ()) -> Iterator[Record]:
    """Return the records whose timestamps lie from `since` up to but not including `until` (ms).

    Found by the broker's index of timestamps: what lies before is not read. A partition is read from the first record
    at or after `since` up to the first at or after `until`. Where `keys` are given, only their partitions are read.

    Raises:
        BrokerError: as `records`.
    """
    with closing(clients.consumer(connection)) as consumer:
        partitions = partitions_of(connection, consumer, topic)
        places = {partition_of(key, len(partitions)) for key in keys}
        ends = consumer.end_offsets([tp for tp in partitions if not places or tp.partition in places])
        starts, stops = (_offsets(consumer, ends, instant) for instant in (since, until))
        yield from _drain(connection, consumer, starts, stops)


def offset_ranges(connection: Connection, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Record]:
    """Return the records at the offsets from first to last, both included, by partition; those that are gone are not.

    Raises:
        BrokerError: as `records`.
    """
    with closing(clients.consumer(connection)) as consumer:
        known = {tp.partition: tp for tp in partitions_of(connection, consumer, topic)}
        partitions = [known[number] for number in wanted]
        ends, begins = consumer.end_offsets(partitions), consumer.beginning_offsets(partitions)
        starts = {tp: max(begins[tp], wanted[tp.partition][0]) for tp in partitions}
        stops = {tp: min(ends[tp], wanted[tp.partition][1] + 1) for tp in partitions}
        yield from _drain(connection, consumer, starts, stops)


def partition_ends(connection: Connection, topic: str) -> dict[int, int]:
    """Return the offset after the last record of each partition of a topic.

    Raises:
        BrokerError: no broker answers, or the topic does not exist.
    """
    with closing(clients.consumer(connection)) as consumer:
        partitions = partitions_of(connection, consumer, topic)
        return {tp.partition: end for tp, end in consumer.end_offsets(partitions).items()}


def committed(connection: Connection, topic: str, group: str) -> tuple[int, int]:
    """Return how many records of a topic a group has committed, and how many there are, as offsets added up.

    What is committed is asked for first: where both are equal, all there was then is done.

    Raises:
        BrokerError: no broker answers, or the topic does not exist.
    """
    with closing(clients.group_consumer(connection, group)) as consumer:
        partitions = partitions_of(connection, consumer, topic)
        done = sum(consumer.committed(tp) or 0 for tp in partitions)
        return done, sum(consumer.end_offsets(partitions).values())


def progress(connection: Connection, topics: Topics) -> tuple[int, int]:
    """Return how many records the workers have done, and how many are left; each stage's before the next one's.

    Raises:
        BrokerError: as `committed`.
    """
    stages = topics.mentions, topics.scored, topics.signals, topics.notifications
    read = [committed(connection, stage.name, topics.application) for stage in stages]
    return sum(done for done, _ in read), sum(end - done for done, end in read)


def _offsets(consumer: KafkaConsumer, ends: Mapping[Any, int], instant: int) -> dict[Any, int]:
    """Return the offset of each partition's first record at or after an instant (ms), its end where there is none."""
    found = consumer.offsets_for_times(dict.fromkeys(ends, max(0, instant)))
    return {tp: end if found.get(tp) is None else found[tp].offset for tp, end in ends.items()}


def partitions_of(connection: Connection, consumer: KafkaConsumer, *topics: str) -> list[Any]:
    """Return the partitions of topics, in order.

    Raises:
        MissingTopicError: one does not exist.
    """
    found = []
    for topic in topics:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise MissingTopicError(connection.bootstrap, topic)
        found += [TopicPartition(topic, number) for number in sorted(numbers)]
    return found


def _drain(
    connection: Connection, consumer: KafkaConsumer, starts: Mapping[Any, int | None], ends: Mapping[Any, int]
) -> Iterator[Record]:
    """Return the records from each partition's start (None: its first) up to its end."""
    consumer.assign(list(starts))
    for tp, start in starts.items():
        if start is not None:
            consumer.seek(tp, min(start, ends[tp]))
    deadline = time.monotonic() + READ_TIMEOUT
    while any(consumer.position(tp) < end for tp, end in ends.items()):
        batches = consumer.poll(POLL_MS)
        if batches:
            deadline = time.monotonic() + READ_TIMEOUT
        elif time.monotonic() > deadline:
            raise BrokerError(connection.bootstrap, f"nothing came for {READ_TIMEOUT:.0f} s")
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
