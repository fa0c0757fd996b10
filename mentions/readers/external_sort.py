"""External merge sort and disk buffer, in unnamed temporary files that go with the process."""

from __future__ import annotations

import tempfile
from heapq import merge
from typing import IO, TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

RUN_BYTES: Final = 32 * 2**20
"""How much is sorted in memory at a time, as the records are weighed: in bytes, about."""

MAX_MERGED_RUNS: Final = 128
"""How many sorted portions are merged at a time: each is a file that is open."""

_HEAD: Final = 4  # bytes that say how long a record is
_BLOCK: Final = 1 << 17  # bytes read at a time

_encode: Final = msgspec.msgpack.Encoder().encode
T = TypeVar("T")


class DiskBuffer(Generic[T]):
    """Records on disk in insertion order: filled first, then read any number of times."""

    def __init__(self, kind: Any, records: Iterable[T] = ()) -> None:
        """Take the type of the records, which msgspec writes and reads back, and the first of them."""
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the spool
        for record in records:
            self.add(record)

    def add(self, record: T) -> None:
        """Write a record."""
        raw = _encode(record)
        self._file.write(len(raw).to_bytes(_HEAD) + raw)

    def __iter__(self) -> Iterator[T]:
        """Yield the records."""
        place, rest = 0, b""
        while block := self._block(place):
            place += len(block)
            rest = yield from self._whole(rest + block)

    def _block(self, place: int) -> bytes:
        self._file.seek(place)
        return self._file.read(_BLOCK)

    def _whole(self, block: bytes) -> Any:
        start = 0
        while len(block) >= start + _HEAD:
            end = start + _HEAD + int.from_bytes(block[start : start + _HEAD])
            if end > len(block):
                break
            yield self._decode(block[start + _HEAD : end])
            start = end
        return block[start:]


def sort(
    records: Iterable[T],
    kind: Any,
    key: Callable[[T], Any],
    weight: Callable[[T], int],
    portion: int = RUN_BYTES,
) -> Iterator[T]:
    """Yield records sorted by key, stable: sorted runs are merged from disk.

    What is less than a portion stays in memory; of further ones a block of each is held while they are merged.
    """
    runs: list[DiskBuffer[T]] = []
    waiting: list[T] = []
    size = 0
    for record in records:
        waiting.append(record)
        size += weight(record)
        if size >= portion:
            runs.append(DiskBuffer(kind, sorted(waiting, key=key)))
            waiting, size = [], 0
        if len(runs) == MAX_MERGED_RUNS:
            runs = [DiskBuffer(kind, merge(*runs, key=key))]
    yield from merge(*runs, sorted(waiting, key=key), key=key)
