"""Topic watch: notices that a topic was deleted and created again, or that its number of partitions was changed.

Kafka gives each topic an id that no other topic ever gets. What a worker remembers by offset belongs to that id.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import structlog
from kafka.errors import KafkaError

from mentions.model.hashing import hash63
from streams.kafka import clients
from streams.kafka.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

T = TypeVar("T")

log = structlog.get_logger(__name__)

CHECK_INTERVAL: Final = 10.0  # seconds
UNKNOWN: Final = 0
"""Identity of a topic of which none is known: the embedded broker gives none, nor do brokers before Kafka 2.8."""


class TopicDescription(NamedTuple):
    """What the broker says of a topic that exists."""

    identity: int
    partitions: int


def describe(connection: Connection, topics: Topics) -> dict[str, TopicDescription]:
    """Return what the broker says of the topics that exist, by name; the embedded broker says nothing.

    Raises:
        BrokerError: no broker answers, or it refuses.
    """
    if connection.embedded:
        return {}
    with closing(clients.admin(connection)) as admin:
        try:
            answers = admin.describe_topics([topic.name for topic in topics.all()])
        except KafkaError as error:
            raise BrokerError(connection.bootstrap, error) from error
    return {
        answer["name"]: TopicDescription(_identity(answer.get("topic_id")), len(answer["partitions"]))
        for answer in answers
        if answer["error_code"] == 0
    }


def _identity(topic_id: object) -> int:
    return hash63(str(topic_id)) if topic_id else UNKNOWN


def partition_mismatch(counts: Mapping[str, int], expected: int | None = None) -> str:
    """Return which topics have another number of partitions than `expected`, with the remedy; "" where none has.

    Without `expected`: than most have.

    >>> partition_mismatch({"mentions": 4, "signals": 4})
    ''
    """
    usual = Counter(counts.values()).most_common(1)[0][0] if counts and expected is None else expected
    others = ", ".join(f"{name} has {count}" for name, count in sorted(counts.items()) if count != usual)
    if not others:
        return ""
    return (
        f"topics differ in their number of partitions: {others}, where {usual} are expected. What is in partitions "
        "that not all topics have is read by nobody, or counted in the wrong place: go back, or move to new topics, "
        'as docs/runbook.md, "More partitions", says'
    )


async def in_daemon_thread(call: Callable[[], T]) -> T:
    """Return what a call that blocks returns; one that waits for a broker holds up no end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[Any], None], outcome: object) -> None:
        if not done.done():
            set_outcome(outcome)

    def run() -> None:
        try:
            outcome: object = call()
            set_outcome: Callable[[Any], None] = done.set_result
        except Exception as error:  # noqa: BLE001  raised where the call is awaited
            outcome, set_outcome = error, done.set_exception
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, set_outcome, outcome)

    Thread(target=run, name="topic watch", daemon=True).start()
    return await done


class TopicWatch:
    """Knows the identity of each topic, and checks regularly whether it is still the same topic.

    Args:
        read: returns the description of the topics that exist; called in a thread of its own.
        found: that description when the worker started.
        partitions: how many each topic had then.
        recreated: called with the topics that were deleted and created again.
        stop: ends the worker, with the reason.
    """

    def __init__(
        self,
        read: Callable[[], Mapping[str, TopicDescription]],
        found: Mapping[str, TopicDescription],
        partitions: int,
        recreated: Callable[[frozenset[str]], Awaitable[None]],
        stop: Callable[[str], None],
    ) -> None:
        self._read = read
        self._partitions = partitions
        self._recreated = recreated
        self._stop = stop
        self._known = {name: one.identity for name, one in found.items()}
        self._missing: frozenset[str] = frozenset()

    def identity(self, topic: str) -> int:
        """Return the identity of a topic as last seen."""
        return self._known.get(topic, UNKNOWN)

    async def run(self, every: float = CHECK_INTERVAL) -> None:
        """Check until cancelled. A broker that does not answer is no change."""
        while True:
            await asyncio.sleep(every)
            await self.check()

    async def check(self) -> None:
        """Compare the topics with those last seen."""
        try:
            found = await in_daemon_thread(self._read)
        except BrokerError:
            return
        self._report_missing(found)
        recreated = frozenset(name for name, one in found.items() if self.identity(name) not in {UNKNOWN, one.identity})
        self._known.update({name: one.identity for name, one in found.items()})
        counts = {name: one.partitions for name, one in found.items()}
        if mismatch := partition_mismatch(counts, self._partitions):
            self._stop(mismatch)
        elif recreated:
            for name in sorted(recreated):
                log.error("topic deleted and created again, read from its beginning", topic=name)
            await self._recreated(recreated)

    def _report_missing(self, found: Mapping[str, TopicDescription]) -> None:
        missing = frozenset(self._known) - frozenset(found)
        for name in sorted(missing - self._missing):
            log.error("topic missing", topic=name, remedy="create it: tocsin topics create")
        self._missing = missing
