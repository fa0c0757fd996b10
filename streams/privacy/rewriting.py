"""Rewriting: all topics of an installation copied under another prefix, without one author.

Kafka cannot change a record, and compaction takes its time; a topic that is deleted is gone. So the records are copied
in order, with keys, headers and timestamps, the positions of the workers are set to the ends, and the topics of before
are deleted once the new ones run. Nobody may write meanwhile: workers and all else are stopped.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kafka import TopicPartition
from kafka.errors import KafkaError

from streams.exactly_once import fencing
from streams.kafka import clients
from streams.kafka.admin import create_topics
from streams.kafka.errors import BrokerError
from streams.kafka.positions import commit_ends, commit_group
from streams.moderation.intake_service import group_of as intake_group
from streams.privacy.records import RecordErasure
from streams.privacy.watch_rows import without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kafka import KafkaConsumer, KafkaProducer

    from detectors.model.erased_author import ErasedAuthor
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

_POLL_MS: Final = 500
_ACKNOWLEDGED_AT: Final = 5_000


class Rewritten(NamedTuple):
    """What became of a topic."""

    topic: str
    records: int
    changed: int
    """Records of which a part of the author was taken out."""
    dropped: int
    """Records that were the author's alone."""


def rewrite(
    connection: Connection, topics: Topics, target: Topics, author: ErasedAuthor, replication: int
) -> Iterator[Rewritten]:
    """Copy each topic to that of `target` without an author, then commit the ends there; yield what became of each.

    Raises:
        BrokerError: no broker answers, or a topic of the target holds records.
    """
    with closing(clients.consumer(connection)) as consumer, closing(clients.producer(connection)) as producer:
        partitions = len(consumer.partitions_for_topic(topics.mentions.name) or ())
        create_topics(connection, target.all(), partitions, replication)
        _require_empty(connection, consumer, target)
        erasure = RecordErasure(author)
        changes = erasure.for_topics(topics)
        pairs = list(zip(topics.all(), target.all(), strict=True))
        for source, to in pairs:
            copy = _Copy(connection, producer, to)
            records = _records(consumer, source)
            if source == topics.watch_state:
                yield _copy_states(records, copy, author, source.name)
            else:
                yield _copy(records, copy, changes.get(source.name, lambda value: value), source.name)
    commit_ends(connection, target)
    commit_group(connection, intake_group(target), (target.mentions,))


class _Copy:
    """A topic that is written."""

    def __init__(self, connection: Connection, producer: KafkaProducer, topic: Topic) -> None:
        self._connection = connection
        self._producer = producer
        self._topic = topic.name
        self._sent: list[Any] = []

    def send(self, record: Any, value: bytes | None) -> None:
        """Send a record with another value."""
        self.send_row(record.partition, record.key, value, record.timestamp, list(record.headers))

    def send_row(self, partition: int, key: bytes | None, value: bytes | None, at: int | None, headers: Any) -> None:
        """Send a record."""
        future = self._producer.send(
            self._topic, key=key, value=value, headers=headers, partition=partition, timestamp_ms=at
        )
        self._sent.append(future)
        if len(self._sent) >= _ACKNOWLEDGED_AT:
            self.settle()

    def settle(self) -> None:
        """Wait until all is acknowledged.

        Raises:
            BrokerError: something was not.
        """
        try:
            for future in self._sent:
                future.get(timeout=60)
        except KafkaError as error:
            raise BrokerError(self._connection.bootstrap, error) from error
        self._sent.clear()


def _copy(records: Iterable[Any], copy: _Copy, change: Callable[[bytes], bytes | None], topic: str) -> Rewritten:
    count = changed = dropped = 0
    for record in records:
        count += 1
        after = change(record.value) if record.value else record.value
        if record.value and after is None:
            dropped += 1
            continue
        changed += after is not record.value
        copy.send(record, after)
    copy.settle()
    return Rewritten(topic, count, changed, dropped)


def _copy_states(records: Iterable[Any], copy: _Copy, author: ErasedAuthor, topic: str) -> Rewritten:
    """Copy the latest row of each key; superseded ones are not needed by anybody."""
    rows: dict[int, dict[bytes, bytes]] = {}
    count = 0
    for record in records:
        count += 1
        fencing.apply(rows.setdefault(record.partition, {}), record.key, record.value, record.partition)
    changed = 0
    for partition, stored in sorted(rows.items()):
        kept, brands = without({key: fencing.decode(raw) for key, raw in stored.items()}, author)
        changed += len(brands)
        for key, row in kept.items():
            copy.send_row(partition, key, row.encode(), None, [])
    copy.settle()
    return Rewritten(topic, count, changed, 0)


def _records(consumer: KafkaConsumer, topic: Topic) -> Iterator[Any]:
    tps = [TopicPartition(topic.name, number) for number in sorted(consumer.partitions_for_topic(topic.name) or ())]
    ends = consumer.end_offsets(tps)
    consumer.assign(tps)
    consumer.seek_to_beginning(*tps)
    while any(consumer.position(tp) < end for tp, end in ends.items()):
        for batch in consumer.poll(_POLL_MS).values():
            yield from batch


def _require_empty(connection: Connection, consumer: KafkaConsumer, target: Topics) -> None:
    names = [topic.name for topic in target.all()]
    tps = [TopicPartition(name, number) for name in names for number in consumer.partitions_for_topic(name) or ()]
    full = sorted({tp.topic for tp, end in consumer.end_offsets(tps).items() if end})
    if full:
        raise BrokerError(connection.bootstrap, f"topics that hold records already: {', '.join(full)}: another prefix")
