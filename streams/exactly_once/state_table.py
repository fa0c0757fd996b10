"""State table: a Faust table whose writes are awaited and fenced, so that a state survives its worker.

A plain Faust table sends its changelog in the background and lets recovery take the last write. This one returns the
acknowledgement of each write, so that a record counts as processed only when the state after it is safe, and recovery
takes the newest version (`streams.exactly_once.fencing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import faust

from streams.exactly_once import fencing, quarantine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Iterator, MutableMapping

    from faust.types import EventT


class StateTable(faust.Table[bytes, bytes]):
    """Key → `Versioned` value, in memory, backed by a compacted changelog topic."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._offsets: dict[bytes, int] = {}  # of the values as recovered

    def apply_changelog_batch(self, batch: Iterable[EventT[bytes]]) -> None:
        """Apply what recovery reads, keeping for each key its newest version that can be read."""
        data = cast("MutableMapping[bytes, bytes]", self.data)
        for event in batch:
            tp, offset, key = event.message.tp, event.message.offset, cast("bytes | None", event.key)
            reason = fencing.apply(data, key, event.message.value, tp.partition)
            if reason:
                quarantine.report(tp.topic, tp.partition, offset, key, reason)
            elif key is not None and data.get(key) is event.message.value:
                self._offsets[key] = offset

    def quarantine(self, key: bytes, partition: int, reason: str) -> None:
        """Drop a value whose content cannot be read, and say where it is; `remove` ends it in the changelog."""
        self.report_unreadable(key, partition, reason)
        self._offsets.pop(key, None)
        self.data.pop(key, None)

    def report_unreadable(self, key: bytes, partition: int, reason: str) -> None:
        """Say that a value, or a part of it, cannot be read, and where it is."""
        quarantine.report(self.changelog_topic_name, partition, self._offsets.get(key), key, reason)

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
        self._offsets.pop(key, None)
        return await self.app.producer.send(self.changelog_topic_name, key, raw, value.partition, None, None)

    async def remove(self, key: bytes, partition: int) -> Awaitable[Any]:
        """Forget `key`; the returned awaitable ends with the broker's acknowledgement."""
        self.data.pop(key, None)
        return await self.app.producer.send(self.changelog_topic_name, key, None, partition, None, None)
