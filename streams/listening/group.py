"""Listener group: of several listeners one reads the sources, the others stand by (Kafka's group membership).

The group shares out the partitions of the cursors' topic, all of them to one member. That member stays active as long
as it is alive: who joins later stands by. In a generation of the group in which a member took no part another may have
been active: it then begins again, from the stored cursors.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, OffsetAndMetadata
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from aiokafka.errors import GroupAuthorizationFailedError, IllegalStateError, KafkaError

from streams.kafka.errors import BrokerError, RefusedError, refusal
from streams.listening.lease import SESSION, Lease, boot_seconds
from streams.listening.members import CLIENT, group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aiokafka import TopicPartition

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

HEARTBEAT: Final = 1.0
"""Seconds between two signs of life."""

RENEWAL: Final = 1.0
"""Seconds between two confirmations of the lease."""


def own_name() -> str:
    """Return the name of this process among the listeners: host and process id."""
    return f"{socket.gethostname()}-{os.getpid()}"


class SingleActiveAssignor:
    """Assignor that gives every partition to one member: the one that was active last, else the first by its id."""

    name = "tocsin-single-active"

    def __init__(self) -> None:
        self.active_in = 0  # the generation in which this process was active, 0 if it was not in the latest

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """Return what this member says when it joins."""
        return ConsumerProtocolMemberMetadata(0, sorted(topics), b"%d" % self.active_in)

    def assign(
        self, cluster: Any, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Share out, as the leader of the group."""
        chosen = choose({name: _generation(one.user_data) for name, one in members.items()})
        topics = sorted({topic for one in members.values() for topic in one.subscription})
        everything = [(topic, sorted(cluster.partitions_for_topic(topic) or ())) for topic in topics]
        return {
            name: ConsumerProtocolMemberAssignment(0, everything if name == chosen else [], b"") for name in members
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Take note of nothing: the group's callbacks do."""


def choose(active_in: Mapping[str, int]) -> str:
    """Return the member that is active, by the generation in which each was.

    >>> choose({"b": 0, "a": 0, "c": 7, "frozen": 5})
    'c'
    >>> choose({"b": 0, "a": 0})
    'a'
    """
    return min(active_in, key=lambda name: (-active_in[name], name))


def _generation(claim: bytes | None) -> int:
    return int(claim) if claim and claim.isdigit() else 0


class ListenerGroup(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types for it
    """Membership of this process. Use it as a context, and `run` it while you wait for a lease."""

    def __init__(self, connection: Connection, topics: Topics, clock: Callable[[], float] = boot_seconds) -> None:
        self.name = own_name()
        self._connection = connection
        self._topic = topics.source_cursors.name
        self._clock = clock
        self._assignor = SingleActiveAssignor()
        self._asked_at = clock()
        self._lease: Lease | None = None
        self._assigned = asyncio.Event()
        self._changed = asyncio.Condition()
        self._consumer = AIOKafkaConsumer(
            **connection.aiokafka(),
            group_id=group_of(topics),
            client_id=CLIENT + self.name,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="latest",
            session_timeout_ms=int(SESSION * 1000),
            heartbeat_interval_ms=int(HEARTBEAT * 1000),
        )

    async def __aenter__(self) -> Self:
        self._consumer.subscribe([self._topic], listener=self)
        try:
            await self._consumer.start()
        except KafkaError as error:
            await self._consumer.stop()
            raise self._explain(error) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._lease is not None:
            self._lease.end()
        with suppress(Exception):
            await self._consumer.stop()

    async def run(self) -> None:
        """Stay a member, and renew the lease, until cancelled.

        Raises:
            RefusedError: the brokers do not let this user into the group.
        """
        while True:
            try:
                await self._consumer.getmany(timeout_ms=int(RENEWAL * 1000))
            except GroupAuthorizationFailedError as error:
                raise self._explain(error) from error
            except KafkaError as error:
                log.warning("listener group not reached", reason=type(error).__name__)
                await asyncio.sleep(RENEWAL)
            if self._lease is not None:
                await self._renew(self._lease)

    async def joined(self) -> bool:
        """Return, once the group has decided, whether this process is the active one."""
        await self._assigned.wait()
        return self._lease is not None

    async def lease(self) -> Lease:
        """Wait until this process is the active one, and return its lease."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._lease is not None)
        assert self._lease is not None
        return self._lease

    def _explain(self, error: KafkaError) -> BrokerError:
        if why := refusal(error):
            return RefusedError(self._connection.bootstrap, why)
        return BrokerError(self._connection.bootstrap, error)

    async def _renew(self, lease: Lease) -> None:
        """Ask the group to confirm the membership: it takes an offset from a present member alone."""
        asked_at, partitions = self._clock(), self._consumer.assignment()
        if not partitions:
            return
        with suppress(KafkaError, IllegalStateError):
            await self._consumer.commit({min(partitions): OffsetAndMetadata(0, self.name)})
            lease.renew(asked_at)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Write nothing until the group has decided again."""
        del revoked
        self._asked_at = self._clock()
        if self._lease is not None:
            self._lease.suspend()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Become active, stay it, or stand by."""
        partitions = list(assigned)
        generation = self._consumer._coordinator.generation  # noqa: SLF001 - aiokafka tells it nowhere else
        stays = bool(partitions) and generation == self._assignor.active_in + 1
        self._assignor.active_in = generation if partitions else 0
        if self._lease is not None and stays:
            self._lease.resume(self._asked_at)
            return
        if self._lease is not None:
            log.warning("another listener has taken over", listener=self.name)
            self._lease.end()
        self._lease = Lease(self._asked_at, self._clock) if partitions else None
        self._consumer.pause(*partitions)
        if not partitions:
            log.info("standing by: another listener reads the sources", listener=self.name)
        self._assigned.set()
        async with self._changed:
            self._changed.notify_all()


class SoleListener:
    """Membership where there is no group: on the embedded broker, which cannot share anything out to one member."""

    async def run(self) -> None:
        """Do nothing: nobody else listens."""

    async def joined(self) -> bool:
        """Return that this process is the active one."""
        return True

    async def lease(self) -> Lease:
        """Return a lease without an end."""
        return Lease(math.inf)
