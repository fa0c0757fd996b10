"""What does a table of the workers hold right now? Follows its changelog, from outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
import structlog

from streams.exactly_once import fencing
from streams.kafka.compacted_topic import changes

if TYPE_CHECKING:
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Mirror(ABC, Generic[T]):
    """The newest value of each key, as `read` makes it of what is stored."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[fencing.Version, T]] = {}

    @staticmethod
    @abstractmethod
    def table(topics: Topics) -> Topic:
        """Return the table's changelog."""

    @staticmethod
    @abstractmethod
    def read(stored: bytes) -> T:
        """Return what a value says.

        Raises:
            msgspec.DecodeError: it is none of this table.
        """

    def get(self, key: str) -> T | None:
        """Return what is known of a key."""
        known = self._known.get(key)
        return None if known is None else known[1]

    def take(self, key: bytes, raw: bytes | None) -> None:
        """Note what a record says; one that is older than what is known changes nothing."""
        name = key.decode(errors="replace")
        if raw is None:
            self._known.pop(name, None)
            return
        try:
            stored = fencing.decode(raw)
            value = self.read(stored.payload)
        except (ValueError, msgspec.DecodeError) as error:
            log.error("not a value of this table: skipped", key=name, why=str(error))  # noqa: TRY400
            return
        known = self._known.get(name)
        if known is None or known[0] <= stored.version:
            self._known[name] = stored.version, value

    async def follow(self, connection: Connection, topics: Topics, partitions: int) -> None:
        """Keep up to date until cancelled."""
        async for records in changes(connection, self.table(topics).name, partitions):
            for record in records:
                self.take(record.key or b"", record.value)
