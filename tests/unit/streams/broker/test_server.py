"""The local broker as Kafka clients see it, and how it ends when the disk is full."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from kafka import TopicPartition
from kafka.protocol.admin.topics import CreateTopicsRequest
from kafka.structs import OffsetAndMetadata

from streams.broker import journal
from streams.clock import wall_ms
from streams.kafka import clients, reader
from streams.kafka.admin import create_topics, delete_topics
from streams.kafka.topic_watch import describe
from streams.kafka.topics import Topics
from tests.support.local_broker import served

if TYPE_CHECKING:
    from pathlib import Path

    from streams.kafka.connection import Connection

TOPICS = Topics("local.")
NOW = wall_ms()
"""What is older than a topic keeps would be gone at once."""


def write(connection: Connection) -> list[str]:
    """Create topics, send records of three instants, commit; return the identities of the topics."""
    created = create_topics(connection, TOPICS.all(), 2, 1)
    assert all(one.created and one.partitions == 2 for one in created)
    assert not any(one.created for one in create_topics(connection, TOPICS.all(), 2, 1))
    with closing(clients.producer(connection)) as producer:
        for at in (1, 2, 3):
            sent = producer.send(TOPICS.mentions.name, key=b"k", value=b"%d" % at, partition=1, timestamp_ms=NOW + at)
            sent.get(timeout=30)
    with closing(clients.group_consumer(connection, "workers")) as consumer:
        consumer.commit({TopicPartition(TOPICS.mentions.name, 1): OffsetAndMetadata(2, "", -1)})
    return identities(connection)


def identities(connection: Connection) -> list[str]:
    """Return what tells the topics from later ones of the same names."""
    return [f"{name} {one.identity}" for name, one in sorted(describe(connection, TOPICS).items())]


def read(connection: Connection) -> dict[str, Any]:
    """Return what clients find: all records, those of a stretch of time, and what a group has committed."""
    return {
        "all": [(one.partition, one.offset, one.value) for one in reader.records(connection, TOPICS.mentions.name)],
        "between": [one.value for one in reader.between(connection, TOPICS.mentions.name, NOW + 2, NOW + 3)],
        "committed": reader.committed(connection, TOPICS.mentions.name, "workers"),
    }


async def test_clients_find_everything_again_after_a_restart(tmp_path: Path) -> None:
    """Offsets, times, committed offsets and topic ids; a deleted topic is gone."""
    async with served(tmp_path) as (connection, _):
        before = await asyncio.to_thread(write, connection)
    async with served(tmp_path) as (connection, _):
        assert await asyncio.to_thread(identities, connection) == before
        assert await asyncio.to_thread(read, connection) == {
            "all": [(1, 0, b"1"), (1, 1, b"2"), (1, 2, b"3")],
            "between": [b"2"],
            "committed": (2, 3),
        }
        await asyncio.to_thread(delete_topics, connection, [TOPICS.mentions.name])
        assert len(await asyncio.to_thread(identities, connection)) == len(before) - 1


async def test_a_group_is_described(tmp_path: Path) -> None:
    """To the client that asks for the workers of an installation."""
    async with served(tmp_path) as (connection, _):

        def ask() -> Any:
            with closing(clients.admin(connection)) as admin:
                return admin.describe_groups(["tocsin"])["tocsin"]

        described = await asyncio.to_thread(ask)
    assert (described["group_state"], described["members"], described["error"]) == ("Dead", [], None)


async def test_a_full_disk_ends_it_and_nothing_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker ends with the reason; what it could not keep it has not confirmed."""

    def refuse(_file: int, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with served(tmp_path) as (connection, serving):
        monkeypatch.setattr(journal, "_write", refuse)
        host, port = connection.brokers[0].split(":")
        creating = asyncio.create_task(asyncio.to_thread(_ask_for_a_topic, host, int(port)))
        with pytest.raises(OSError, match="No space left"):
            await serving
        assert await creating == b""


def _ask_for_a_topic(host: str, port: int) -> bytes:
    """Send a request to create a topic; return what is answered before the connection ends."""
    topic = CreateTopicsRequest.CreatableTopic(
        name="one", num_partitions=1, replication_factor=1, assignments=[], configs=[]
    )
    request = CreateTopicsRequest(topics=[topic], timeout_ms=1000, validate_only=False, version=2)
    request.with_header(correlation_id=1)
    with socket.create_connection((host, port), timeout=60) as knock:
        knock.sendall(request.encode(header=True, framed=True))
        return knock.recv(100)
