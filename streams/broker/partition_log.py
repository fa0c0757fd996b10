"""Index of one partition: which batches it has, where they are in the journal, and which of them compaction keeps."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from streams.broker.journal import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streams.broker.record_batch import BatchHeader, RecordKey

TOMBSTONE_MS: Final = 86_400_000
"""How long a deleted key's tombstone is kept (ms), so that every follower sees it."""


class StoredBatch(NamedTuple):
    """One batch of a partition."""

    base_offset: int
    last_offset: int
    max_timestamp: int  # ms
    place: Place


class PartitionLog:
    """The batches of a partition by offset, in about 40 bytes each.

    `end` is the offset of the next record; `visible_end` is how far consumers may read: what is on the disk.
    """

    def __init__(self, *, compacted: bool) -> None:
        self.start = self.end = self.visible_end = 0
        self._bases, self._lasts, self._stamps = array("q"), array("q"), array("q")
        self._segments, self._positions, self._sizes = array("I"), array("I"), array("I")
        self._compaction = Compaction() if compacted else None

    @property
    def is_compacted(self) -> bool:
        """Return whether only the latest record of each key is kept."""
        return self._compaction is not None

    def __iter__(self) -> Iterator[StoredBatch]:
        """Return the batches in order."""
        return (self._batch(index) for index in range(len(self._bases)))

    def __len__(self) -> int:
        """Return how many batches there are."""
        return len(self._bases)

    def add(self, header: BatchHeader, place: Place) -> None:
        """Add a batch at the end."""
        self._bases.append(header.base_offset)
        self._lasts.append(header.last_offset)
        self._stamps.append(header.max_timestamp)
        self._segments.append(place.segment)
        self._positions.append(place.position)
        self._sizes.append(place.size)
        self.end = max(self.end, header.last_offset + 1)

    def insert(self, batches: Iterable[StoredBatch]) -> list[StoredBatch]:
        """Add batches anywhere, in the place of those with the same offsets; return what is not needed any more.

        Batches before the start are not needed either.
        """
        found = {batch.base_offset: batch for batch in self}
        gone = []
        for batch in batches:
            gone += [found[batch.base_offset]] if batch.base_offset in found else []
            found[batch.base_offset] = batch
        gone += [batch for base, batch in found.items() if base < self.start]
        kept = [found[base] for base in sorted(found) if base >= self.start]
        rows = [(one.base_offset, one.last_offset, one.max_timestamp, *one.place) for one in kept]
        for column, values in zip(self._columns, zip(*rows, strict=True) if rows else [()] * 6, strict=True):
            column[:] = array(column.typecode, values)
        return gone

    def compact(self, header: BatchHeader, keys: Iterable[RecordKey]) -> None:
        """Note the keys of the last batch: batches of which no record is a key's latest any more may be dropped."""
        if self._compaction is not None:
            self._compaction.add(header.base_offset, header.max_timestamp, keys)

    def drop_superseded(self, before: int) -> list[StoredBatch]:
        """Remove the batches that were of no use before an instant (ms), or old tombstones alone; return them.

        The last value but one stays for a while: who reads may need it, where the last one cannot be used.
        """
        if self._compaction is None:
            return []
        return self._remove(self._compaction.take_superseded(before))

    def drop_before(self, instant: int) -> list[StoredBatch]:
        """Remove the batches at the start whose records are all older than an instant (ms), and return them."""
        count = next((index for index, stamp in enumerate(self._stamps) if stamp >= instant), len(self._bases))
        gone = [self._batch(index) for index in range(count)]
        for column in self._columns:
            del column[:count]
        if gone:
            self.start = self._bases[0] if self._bases else self.end
        return gone

    def place(self, base_offset: int) -> Place | None:
        """Return where the batch with this base offset is; None if there is none."""
        index = self._index(base_offset)
        return None if index is None else self._batch(index).place

    def move(self, base_offset: int, place: Place) -> None:
        """Note where a batch is now."""
        index = self._index(base_offset)
        if index is not None:
            self._segments[index], self._positions[index], self._sizes[index] = place

    def from_offset(self, offset: int) -> Iterator[StoredBatch]:
        """Return the batches that consumers may read, from the one that holds `offset`, or the next after it."""
        index = max(0, bisect_right(self._bases, offset) - 1)
        while index < len(self._bases) and self._bases[index] < self.visible_end:
            if self._lasts[index] >= offset:
                yield self._batch(index)
            index += 1

    def from_time(self, instant: int) -> StoredBatch | None:
        """Return the first batch with a record at or after an instant (ms)."""
        for index, stamp in enumerate(self._stamps):
            if stamp >= instant and self._bases[index] < self.visible_end:
                return self._batch(index)
        return None

    def _remove(self, bases: set[int]) -> list[StoredBatch]:
        """Remove batches by their base offsets, in one pass, and return them."""
        if not bases:
            return []
        gone = [batch for batch in self if batch.base_offset in bases]
        kept = [index for index, base in enumerate(self._bases) if base not in bases]
        for column in self._columns:
            column[:] = array(column.typecode, [column[index] for index in kept])
        return gone

    @property
    def _columns(self) -> tuple[array[int], ...]:
        return self._bases, self._lasts, self._stamps, self._segments, self._positions, self._sizes

    def _index(self, base_offset: int) -> int | None:
        index = bisect_left(self._bases, base_offset)
        return index if index < len(self._bases) and self._bases[index] == base_offset else None

    def _batch(self, index: int) -> StoredBatch:
        place = Place(self._segments[index], self._positions[index], self._sizes[index])
        return StoredBatch(self._bases[index], self._lasts[index], self._stamps[index], place)


class Compaction:
    """Which batch holds the latest record of each key, and which batches hold none any more, since when."""

    def __init__(self) -> None:
        self._latest: dict[bytes, int] = {}  # key → base offset of its batch
        self._live: dict[int, int] = {}  # base offset → keys whose latest record is in it
        self._tombstones: dict[bytes, int] = {}  # key → when it was deleted (ms)
        self._superseded: deque[tuple[int, int]] = deque()  # since when (ms), base offset

    def add(self, base_offset: int, timestamp: int, keys: Iterable[RecordKey]) -> None:
        """Note the keys of a batch of some instant (ms)."""
        self._live[base_offset] = 0
        touched = {base_offset}
        for record in keys:
            key = record.key or b""
            touched |= self._forget(key)
            self._latest[key] = base_offset
            self._live[base_offset] += 1
            if record.is_tombstone:
                self._tombstones[key] = record.timestamp
        self._superseded.extend((timestamp, base) for base in self._without_live(touched))

    def take_superseded(self, before: int) -> set[int]:
        """Return the base offsets of batches that were of no use before an instant (ms), or of old tombstones alone."""
        found: set[int] = set()
        while self._superseded and self._superseded[0][0] < before:
            found.add(self._superseded.popleft()[1])
        touched: set[int] = set()
        for key in [key for key, stamp in self._tombstones.items() if stamp < before - TOMBSTONE_MS]:
            touched |= self._forget(key)
        return found.union(self._without_live(touched))

    def _forget(self, key: bytes) -> set[int]:
        self._tombstones.pop(key, None)
        base = self._latest.pop(key, None)
        if base is None:
            return set()
        self._live[base] -= 1
        return {base}

    def _without_live(self, touched: set[int]) -> list[int]:
        dead = [base for base in sorted(touched) if not self._live[base]]
        for base in dead:
            del self._live[base]
        return dead
