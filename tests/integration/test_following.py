"""Tailing topics: what they hold from the beginning, then what is added."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from streams.kafka import clients
from streams.kafka.admin import create_topics
from streams.kafka.connection import Connection
from streams.kafka.embedded import EmbeddedBroker
from streams.kafka.errors import BrokerError
from streams.kafka.tail import TailedRecord, TopicTail
from streams.kafka.topics import Topic

if TYPE_CHECKING:
    from tests.support.brokers import Broker


@pytest.fixture
def connection(kafka: Broker) -> Connection:
    """Return the way to the session's broker."""
    return Connection((kafka.bootstrap,), embedded=isinstance(kafka, EmbeddedBroker))


def _topics(connection: Connection) -> list[str]:
    topics = [Topic(f"follow-{uuid.uuid4().hex[:8]}") for _ in range(2)]
    create_topics(connection, topics, 2, 1)
    return [topic.name for topic in topics]


def _write(connection: Connection, topic: str, *values: bytes) -> None:
    producer = clients.producer(connection)
    for value in values:
        producer.send(topic, value=value, partition=0)
    producer.flush()
    producer.close()


def _read(follower: TopicTail, count: int) -> list[TailedRecord]:
    deadline = time.monotonic() + 20
    seen: list[TailedRecord] = []
    while len(seen) < count and time.monotonic() < deadline:
        seen += follower.poll(0.2)
    return seen


def test_follower_reads_old_and_new(connection: Connection) -> None:
    """What was written before it came is read first, then what is added; each record once, in order."""
    one, other = _topics(connection)
    _write(connection, one, b"1", b"2")
    with TopicTail(connection, [one, other]) as follower:
        assert _read(follower, 2) == [TailedRecord(one, b"1"), TailedRecord(one, b"2")]
        _write(connection, other, b"3")
        assert _read(follower, 1) == [TailedRecord(other, b"3")]
        assert follower.poll(0.1) == []


def test_followers_take_nothing_from_each_other(connection: Connection) -> None:
    """Two followers both see every record."""
    one, _ = _topics(connection)
    _write(connection, one, b"1")
    with TopicTail(connection, [one]) as first, TopicTail(connection, [one]) as second:
        assert _read(first, 1) == _read(second, 1) == [TailedRecord(one, b"1")]


def test_missing_topic_is_named(real_kafka: Broker) -> None:
    """A topic that does not exist is an error that names it and says how to make it."""
    with pytest.raises(BrokerError, match=r"no topic nowhere: `tocsin topics create`"):
        TopicTail(Connection((real_kafka.bootstrap,)), ["nowhere"])
