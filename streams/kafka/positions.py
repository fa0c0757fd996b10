"""Positions of the workers in their topics: what is left to process, and everything marked as processed."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from kafka import TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from streams.kafka import clients
from streams.kafka.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaConsumer

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics


def commit_ends(target: Connection, topics: Topics) -> None:
    """Say that the workers have processed everything that their topics hold.

    Raises:
        BrokerError: the broker does not answer.
    """
    commit_group(
        target,
        topics.application,
        (topics.mentions, topics.scored, topics.signals, topics.actions, topics.notifications),
    )


def commit_group(target: Connection, group: str, stages: Iterable[Topic]) -> None:
    """Say that a group has processed everything that topics hold.

    Raises:
        BrokerError: the broker does not answer.
    """
    with closing(clients.group_consumer(target, group)) as consumer:
        ends = consumer.end_offsets(all_partitions(consumer, *stages))
        try:
            consumer.commit({tp: OffsetAndMetadata(end, "", -1) for tp, end in ends.items()})
        except KafkaError as error:
            raise BrokerError(target.bootstrap, error) from error


def left_over(source: Connection, topics: Topics, *, scored: bool) -> int:
    """Return how many records the workers have not committed; with `scored`, of `mentions.scored` too.

    Raises:
        BrokerError: no broker answers.
    """
    stages = [topics.mentions, topics.signals, topics.actions, topics.notifications]
    with closing(clients.group_consumer(source, topics.application)) as consumer:
        ends = consumer.end_offsets(all_partitions(consumer, *stages, *([topics.scored] if scored else [])))
        return sum(end - (consumer.committed(tp) or 0) for tp, end in ends.items())


def all_partitions(consumer: KafkaConsumer, *topics: Topic) -> list[Any]:
    """Return the partitions of topics."""
    return [
        TopicPartition(topic.name, number)
        for topic in topics
        for number in sorted(consumer.partitions_for_topic(topic.name) or ())
    ]
