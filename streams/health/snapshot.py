"""Snapshot of an installation: all that `tocsin status` judges, read from the brokers alone."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from kafka.errors import KafkaError

from streams.health.backlog import read_backlogs, records_since
from streams.health.last_canary import read_last_canary
from streams.health.worker_group import read_group
from streams.kafka import clients
from streams.kafka.errors import BrokerError, RefusedError, refusal
from streams.listening import health
from streams.listening.members import read_listeners

if TYPE_CHECKING:
    from streams.health.backlog import StageBacklog
    from streams.health.last_canary import LastCanary
    from streams.health.worker_group import WorkerGroup
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.health import SourceHealth
    from streams.listening.members import ListenerMember


HOUR: Final = 3_600_000
"""Milliseconds of the past in which rejected mentions are counted."""


class Snapshot(NamedTuple):
    """What the brokers know of an installation at an instant (ms)."""

    at: int
    group: WorkerGroup
    partitions: int
    backlogs: list[StageBacklog]
    canary: LastCanary | None  # None: no heartbeat runs
    sources: list[SourceHealth]
    rejected: int = 0  # dead letters of the last hour
    listeners: tuple[ListenerMember, ...] = ()  # the active one first


def take_snapshot(connection: Connection, topics: Topics, now: int) -> Snapshot:
    """Return the installation as it is now.

    Raises:
        BrokerError: no broker answers, it refuses, or a topic does not exist.
    """
    listeners: tuple[ListenerMember, ...] = ()
    try:
        with (
            closing(clients.admin(connection)) as admin,
            closing(clients.consumer(connection, max_partition_fetch_bytes=4096)) as consumer,
        ):
            group = read_group(connection, admin, topics)
            with suppress(RefusedError):  # who reads the sources is told where it may be seen
                listeners = read_listeners(connection, admin, topics)
            backlogs, partitions = read_backlogs(connection, admin, consumer, topics)
            rejected = records_since(connection, consumer, topics.dead_letters.name, now - HOUR)
    except KafkaError as error:
        if why := refusal(error):
            raise RefusedError(connection.bootstrap, why) from error
        raise BrokerError(connection.bootstrap, error) from error
    canary = read_last_canary(connection, topics, now, partitions)
    sources = health.read(connection, topics, now)
    return Snapshot(now, group, partitions, backlogs, canary, sources, rejected, listeners)
