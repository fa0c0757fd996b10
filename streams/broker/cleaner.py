"""Cleaner: drops what is past its retention, and frees segments of which little is needed any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.broker.journal import Entry, Journal
    from streams.broker.log_store import LogStore

log = structlog.get_logger(__name__)

INTERVAL: Final = 30.0
"""Seconds between two rounds."""

MIN_LIVE_SHARE: Final = 0.5
"""A segment of which less is needed is copied to the end of the journal and deleted."""

CHUNK: Final = 200
"""Batches that are copied before other requests are answered."""


class Cleaner:
    """Keeps the journal small. `clock` returns the time in ms."""

    def __init__(self, store: LogStore, journal: Journal, clock: Callable[[], int]) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock

    async def run(self) -> None:
        """Clean until cancelled."""
        while True:
            await self.clean()
            await asyncio.sleep(INTERVAL)

    async def clean(self) -> None:
        """Do one round."""
        self.drop_expired()
        for segment in self._journal.segments[:-1]:
            if self._store.live_share(segment) < MIN_LIVE_SHARE:
                await self._free(segment)

    def drop_expired(self) -> None:
        """Drop batches past the retention of their topic, and those that later ones have replaced."""
        now = self._clock()
        for topic in self._store.topics.values():
            for partition in topic.partitions:
                self._store.release(partition.drop_superseded(now - topic.compaction_lag_ms))
                if topic.retention_ms is not None:
                    self._store.release(partition.drop_before(now - topic.retention_ms))

    async def _free(self, segment: int) -> None:
        before = self._journal.size
        for chunk in _chunks(self._journal.entries(segment)):
            copies = [copy for entry in chunk if (copy := self._store.copy_batch(entry)) is not None]
            await self._store.sync()
            for partition, base_offset, place in copies:
                self._store.move(partition, base_offset, segment, place)
        self._store.forget_segment(segment)
        log.debug("journal cleaned", segment=segment, freed_bytes=before - self._journal.size)


def _chunks(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk
