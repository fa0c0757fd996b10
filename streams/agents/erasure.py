"""Erasure of removed brands: after a retention, tombstones for their incidents and the receipts of their messages.

The triage agent erases a brand's incidents with the states that it keeps of it; to the notify agents, which keep the
receipts, a record of `notifications` with the header `erase` and the incident as its key says so.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from alerts.incidents.model import decode_incident
from streams.kafka import reader
from streams.kafka.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from streams.exactly_once.producer import SendBatch
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

HEADER: Final = "erase"

DEFAULT_RETENTION: Final = timedelta(days=30)


def is_erasure(headers: Iterable[tuple[str, bytes]] | Mapping[str, bytes] | None) -> bool:
    """Tell whether a record of `notifications` says that its incident is to be erased."""
    return HEADER in dict(headers or ())


class Erasure:
    """Erases the incidents of brands; `read` returns the latest value of each incident, by its id."""

    def __init__(self, topics: Topics, retention: timedelta, read: Callable[[], Mapping[bytes, bytes]]) -> None:
        self.retention = retention // timedelta(milliseconds=1)
        self._topics = topics
        self._read = read

    @classmethod
    def of(cls, topics: Topics, connection: Connection, retention: timedelta) -> Erasure:
        """Return the erasure of an installation."""
        return cls(topics, retention, lambda: reader.latest(connection, topics.incidents.name))

    async def erase_incidents(self, brands: Collection[str], batch: SendBatch) -> bool:
        """Send tombstones for all incidents of some brands, acknowledged; False: not now, as Kafka cannot be read."""
        try:
            known = await asyncio.to_thread(self._read)
        except BrokerError as error:
            log.warning("removed brands not erased", reason=str(error), brands=sorted(brands))
            return False
        found = [incident for incident, value in known.items() if _is_of(value, brands)]
        for incident in found:
            await batch.send(self._topics.incidents.name, incident, None)
            await batch.send(self._topics.notifications.name, incident, b"", None, [(HEADER, b"1")])
        await batch.flush()
        log.info("removed brands erased", brands=sorted(brands), incidents=len(found))
        return True


def _is_of(value: bytes, brands: Collection[str]) -> bool:
    try:
        return decode_incident(value).brand in brands
    except msgspec.DecodeError:
        return False
