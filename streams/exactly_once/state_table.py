"""State table: a Faust table whose writes are awaited and fenced, so that a state survives its worker.

A plain Faust table sends its changelog in the background and lets recovery take the last write. This one returns the
acknowledgement of each write, so that a record counts as processed only when the state after it is safe, and recovery
takes the newest version (`streams.exactly_once.fencing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faust

from streams.exactly_once import fencing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Iterator

    from faust.types import EventT


class StateTable(faust.Table[bytes, bytes]):
    """Key → `Versioned` value, in memory, backed by a compacted changelog topic."""

    def apply_changelog_batch(self, batch: Iterable[EventT[bytes]]) -> None:
        """Apply what recovery reads, keeping for each key its newest version."""
        for event in batch:
            if event.message.value is None:
                self.data.pop(event.key, None)
            else:
                self.data[event.key] = fencing.newer(self.data.get(event.key), event.message.value)

    def rows(self, partition: int) -> Iterator[tuple[bytes, fencing.FencedValue]]:
        """Return the keys and values that belong to `partition`."""
        for key, raw in list(self.data.items()):
            value = fencing.decode(raw)
            if value.partition == partition:
                yield key, value

    def epoch(self, partition: int) -> int:
        """Return the epoch under which a new owner of `partition` is to write."""
        return 1 + max((value.version.epoch for _, value in self.rows(partition)), default=0)

    async def write(self, key: bytes, value: fencing.FencedValue) -> Awaitable[Any]:
        """Store `value` and send it to the changelog; the returned awaitable ends with the broker's acknowledgement."""
        raw = value.encode()
        self.data[key] = raw
        return await self.app.producer.send(self.changelog_topic_name, key, raw, value.partition, None, None)

    async def remove(self, key: bytes, partition: int) -> Awaitable[Any]:
        """Forget `key`; the returned awaitable ends with the broker's acknowledgement."""
        self.data.pop(key, None)
        return await self.app.producer.send(self.changelog_topic_name, key, None, partition, None, None)
