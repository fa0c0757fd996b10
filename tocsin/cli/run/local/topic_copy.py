"""Topic copy: moves all records of an installation to other brokers."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from kafka.errors import KafkaError

from streams.kafka import clients
from streams.kafka.admin import create_topics
from streams.kafka.errors import BrokerError
from streams.kafka.positions import all_partitions

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafka import KafkaConsumer, KafkaProducer

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

_POLL_MS: Final = 500


def copy_topics(
    source: Connection, target: Connection, topics: Topics, replication: int, report: Callable[[str, int], None]
) -> None:
    """Copy each topic, partition by partition, with keys, headers and timestamps; offsets begin again.

    All topics of the target must be empty or missing. `report` gets each topic's name and number of records.

    Raises:
        BrokerError: a broker does not answer, or a topic of the target holds records.
    """
    with (
        closing(clients.consumer(source)) as reader,
        closing(clients.producer(target, compression_type="zstd")) as writer,
    ):
        partitions = len(reader.partitions_for_topic(topics.mentions.name) or ())
        create_topics(target, topics.all(), partitions, replication)
        _require_empty(target, topics)
        for topic in topics.all():
            report(topic.name, _copy(reader, writer, topic, target))


def _copy(reader: KafkaConsumer, writer: KafkaProducer, topic: Topic, target: Connection) -> int:
    tps = all_partitions(reader, topic)
    ends = reader.end_offsets(tps)
    reader.assign(tps)
    reader.seek_to_beginning(*tps)
    futures: list[Any] = []
    count = 0
    while any(reader.position(tp) < end for tp, end in ends.items()):
        for batch in reader.poll(_POLL_MS).values():
            futures += [_send(writer, topic, record) for record in batch]
        count += _settle(futures, target)
    return count


def _send(writer: KafkaProducer, topic: Topic, record: Any) -> Any:
    return writer.send(
        topic.name,
        key=record.key,
        value=record.value,
        headers=list(record.headers),
        partition=record.partition,
        timestamp_ms=record.timestamp,
    )


def _settle(futures: list[Any], target: Connection) -> int:
    """Wait until all are acknowledged; return how many."""
    try:
        for future in futures:
            future.get(timeout=60)
    except KafkaError as error:
        raise BrokerError(target.bootstrap, error) from error
    count = len(futures)
    futures.clear()
    return count


def _require_empty(target: Connection, topics: Topics) -> None:
    with closing(clients.consumer(target)) as consumer:
        ends = consumer.end_offsets(all_partitions(consumer, *topics.all()))
    full = sorted({tp.topic for tp, end in ends.items() if end})
    if full:
        why = f"topics that hold records already: {', '.join(full)}: choose another TOCSIN_PREFIX, or other brokers"
        raise BrokerError(target.bootstrap, why)
