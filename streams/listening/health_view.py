"""View of the sources' health, followed from the compacted topic `source-health`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from streams.kafka import reader
from streams.kafka.compacted_topic import follow
from streams.kafka.errors import BrokerError
from streams.listening.health import SourceHealth, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)


class SourceHealthView:
    """The latest word on each source."""

    def __init__(self) -> None:
        self._latest: dict[bytes, SourceHealth] = {}

    def at(self, now: int) -> Sequence[SourceHealth]:
        """Return the health of every source as it must be read at an instant (ms), by name."""
        return [health.seen_at(now) for _, health in sorted(self._latest.items())]

    def apply(self, key: bytes, value: bytes | None) -> None:
        """Apply a record; one that cannot be read changes nothing."""
        health = decode(value or b"")
        if value is None:
            self._latest.pop(key, None)
        elif health is not None:
            self._latest[key] = health

    async def follow(self, connection: Connection, topics: Topics) -> None:
        """Keep up to date until cancelled. Where the topic was never created there is nothing to follow."""
        try:
            ends = await asyncio.to_thread(reader.partition_ends, connection, topics.source_health.name)
        except BrokerError as error:
            log.info("sources not followed", reason=str(error))
            return
        async for records in follow(connection, topics.source_health.name, len(ends)):
            for record in records:
                self.apply(record.key or b"", record.value)
