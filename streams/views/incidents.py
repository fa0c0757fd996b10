"""View of the incidents, followed from the compacted topic `incidents`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import structlog

from alerts.incidents.model import Incident, decode_incident
from streams.kafka.compacted_topic import follow

if TYPE_CHECKING:
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)


class IncidentView:
    """The latest state of each incident, by its id."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self._ready = asyncio.Event()

    async def loaded(self) -> None:
        """Wait until the topic is read to its end for the first time."""
        await self._ready.wait()

    def mark_loaded(self) -> None:
        """Note that the topic is read to its end."""
        self._ready.set()

    def latest(self) -> list[Incident]:
        """Return the latest incident of each brand, and the latest about its silent sources."""
        found: dict[tuple[str, str], Incident] = {}
        for incident in sorted(self.incidents.values(), key=lambda one: one.opened_at):
            found[incident.brand, incident.kind] = incident
        return list(found.values())

    def apply(self, key: bytes, value: bytes | None) -> None:
        """Apply a record; one older than the latest known changes nothing."""
        name = key.decode(errors="replace")
        if value is None:
            self.incidents.pop(name, None)
            return
        try:
            incident = decode_incident(value)
        except msgspec.DecodeError as error:
            log.error("undecodable incident skipped", incident=name, reason=str(error))  # noqa: TRY400
            return
        known = self.incidents.get(name)
        if known is None or known.revision <= incident.revision:
            self.incidents[name] = incident

    async def follow(self, connection: Connection, topics: Topics, partitions: int) -> None:
        """Keep up to date until cancelled."""
        async for records in follow(connection, topics.incidents.name, partitions):
            for record in records:
                self.apply(record.key or b"", record.value)
            self.mark_loaded()
