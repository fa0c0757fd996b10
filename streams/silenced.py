"""Which silences did people ask for that run right now? Follows the table of cases, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog

from alerts import case as cases
from streams import versions
from streams.compacted import changes

if TYPE_CHECKING:
    from alerts.silences import Silence
    from streams.connection import Connection
    from streams.topics import Topics

log = structlog.get_logger(__name__)


class Silenced:
    """The silences of each brand, as its case holds them."""

    def __init__(self) -> None:
        self._silences: dict[str, tuple[versions.Version, tuple[Silence, ...]]] = {}

    def running(self, brand: str, at: int) -> tuple[Silence, ...]:
        """Return the silences of a brand that are not over at an instant (ms), those that end first before others."""
        _, known = self._silences.get(brand, (None, ()))
        return tuple(sorted((one for one in known if one.until > at), key=lambda one: one.until))

    def every(self, at: int) -> list[tuple[str, Silence]]:
        """Return what `running` says of each brand."""
        return [(brand, one) for brand in sorted(self._silences) for one in self.running(brand, at)]

    def take(self, key: bytes, raw: bytes | None) -> None:
        """Note what a record of the table's changelog says; one that is older than what is known changes nothing."""
        brand = key.decode(errors="replace")
        if "\0" in brand:  # a brand's other cases: its own has all its silences
            return
        if raw is None:
            self._silences.pop(brand, None)
            return
        try:
            stored = versions.decode(raw)
            silences = cases.decode(stored.payload).silences
        except (ValueError, msgspec.DecodeError) as error:
            log.error("not a case: skipped", brand=brand, why=str(error))  # noqa: TRY400
            return
        known = self._silences.get(brand)
        if known is None or known[0] <= stored.version:
            self._silences[brand] = stored.version, silences

    async def follow(self, connection: Connection, topics: Topics, partitions: int) -> None:
        """Keep up to date until cancelled."""
        async for records in changes(connection, topics.case_state.name, partitions):
            for record in records:
                self.take(record.key or b"", record.value)
