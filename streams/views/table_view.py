"""Base of the views that follow the changelog of a workers' table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
import structlog

from streams.exactly_once import fencing
from streams.kafka.compacted_topic import follow

if TYPE_CHECKING:
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

log = structlog.get_logger(__name__)

T = TypeVar("T")


class TableView(ABC, Generic[T]):
    """The newest value of each key, as `read` makes it of what is stored."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[fencing.FencedVersion, T]] = {}

    @staticmethod
    @abstractmethod
    def changelog(topics: Topics) -> Topic:
        """Return the table's changelog."""

    @staticmethod
    @abstractmethod
    def decode(stored: bytes) -> T:
        """Return what a value says.

        Raises:
            msgspec.DecodeError: it is none of this table.
        """

    def get(self, key: str) -> T | None:
        """Return what is known of a key."""
        known = self._latest.get(key)
        return None if known is None else known[1]

    def apply(self, key: bytes, raw: bytes | None) -> None:
        """Apply a record; one older than the latest known changes nothing."""
        name = key.decode(errors="replace")
        if raw is None:
            self._latest.pop(name, None)
            return
        try:
            stored = fencing.decode(raw)
            value = self.decode(stored.payload)
        except (ValueError, msgspec.DecodeError) as error:
            log.error("undecodable table value skipped", key=name, reason=str(error))  # noqa: TRY400
            return
        known = self._latest.get(name)
        if known is None or known[0] <= stored.version:
            self._latest[name] = stored.version, value

    async def follow(self, connection: Connection, topics: Topics, partitions: int) -> None:
        """Keep up to date until cancelled."""
        async for records in follow(connection, self.changelog(topics).name, partitions):
            for record in records:
                self.apply(record.key or b"", record.value)
