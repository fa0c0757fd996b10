"""Journal: one append-only log in segment files, which all partitions, topics and committed offsets share.

What `sync` has returned for is on the disk: a crash of the process, or of the machine, loses none of it. Writers that
wait at the same time share one fsync. An entry that was cut off by a crash is dropped when the journal is opened.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

log = structlog.get_logger(__name__)

SEGMENT_BYTES: Final = 64 << 20
SUFFIX: Final = ".journal"
LOCK_TIMEOUT: Final = 15.0
"""Seconds that a broker waits for the one before it to end: its parent may have been killed."""

_LOCK_RETRY: Final = 0.1
_HEAD: Final = struct.Struct(">IIB")  # length and CRC-32 of the payload, kind


class JournalError(Exception):
    """The journal cannot be used: the folder is taken, or a file is damaged."""


class Place(NamedTuple):
    """Where a payload is."""

    segment: int
    position: int
    size: int


class Entry(NamedTuple):
    """One entry, as it is read back."""

    kind: int
    payload: memoryview
    place: Place


def sync_file(descriptor: int) -> None:
    """Return once what was written to a file is on the disk, and not only in the drive's cache."""
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS, where fsync stops at the cache
    if full is not None:
        fcntl.fcntl(descriptor, full)
    else:
        os.fdatasync(descriptor)


class Journal:
    """The segment files of a folder. Entries are appended to the last one; `start_segment` is called at each new one.

    Raises:
        JournalError: another process has the folder, or a file is damaged.
    """

    def __init__(
        self, folder: Path, segment_bytes: int = SEGMENT_BYTES, sync: Callable[[int], None] = sync_file
    ) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._sync_file = sync
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(folder)
        self._files = {int(path.stem): _open(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
        self._sizes = {number: os.fstat(file).st_size for number, file in self._files.items()}
        self._pending: list[tuple[int, bytes]] = []
        self._appended = self._durable = 0
        self._syncing: asyncio.Future[None] | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.start_segment: Callable[[], None] = lambda: None

    @property
    def segments(self) -> list[int]:
        """Return the numbers of the segments, oldest first; the last one is written to."""
        return sorted(self._files)

    @property
    def size(self) -> int:
        """Return how many bytes the segments have."""
        return sum(self._sizes.values())

    def segment_size(self, segment: int) -> int:
        """Return how many bytes a segment has."""
        return self._sizes[segment]

    def open(self) -> None:
        """Make the first segment, if there is none. Call it once all entries were read."""
        if not self._files:
            self._add_segment()

    def entries(self, segment: int) -> Iterator[Entry]:
        """Return the entries of a segment in order.

        Raises:
            JournalError: an entry is damaged, and it is not at the end of the last segment.
        """
        data, position = memoryview(os.pread(self._files[segment], self._sizes[segment], 0)), 0
        while position < len(data):
            entry = _entry(data, segment, position)
            if entry is None:
                if segment != self.segments[-1]:
                    raise JournalError(f"{self._path(segment)}: damaged at byte {position}: restore it from a backup")
                self._cut(segment, position)
                return
            yield entry
            position = entry.place.position + entry.place.size

    def append(self, kind: int, payload: bytes) -> Place:
        """Add an entry to the last segment; it is on the disk once `sync` returns."""
        segment = self.segments[-1]
        if self._sizes[segment] >= self._segment_bytes:
            segment = self._add_segment()
        return self._put(segment, kind, payload)

    async def sync(self) -> None:
        """Return once all that was appended before is on the disk.

        Raises:
            OSError: it cannot be written: no space is left, or the disk fails. The journal is not usable afterwards.
        """
        wanted = self._appended
        while self._durable < wanted:
            if self._syncing is None:
                self._syncing = asyncio.ensure_future(self._write_pending())
            await asyncio.shield(self._syncing)

    def read(self, place: Place) -> bytes:
        """Return a payload, or a part of one, that is on the disk."""
        return os.pread(self._files[place.segment], place.size, place.position)

    def remove(self, segment: int) -> None:
        """Delete a segment; nothing in it may be needed."""
        os.close(self._files.pop(segment))
        del self._sizes[segment]
        self._path(segment).unlink()

    def close(self) -> None:
        """Close the files. What is not synced yet is written."""
        self._writer.shutdown()
        with suppress(OSError):
            self._write_through(self._pending)
        for file in (*self._files.values(), self._lock):
            os.close(file)

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:08d}{SUFFIX}"

    def _put(self, segment: int, kind: int, payload: bytes) -> Place:
        place = Place(segment, self._sizes[segment] + _HEAD.size, len(payload))
        head = _HEAD.pack(len(payload), zlib.crc32(payload), kind)
        self._pending.append((segment, head + payload))
        self._sizes[segment] += len(head) + len(payload)
        self._appended += len(head) + len(payload)
        return place

    def _add_segment(self) -> int:
        number = max(self._files, default=0) + 1
        self._files[number] = _open(self._path(number))
        self._sizes[number] = 0
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self.start_segment()
        return number

    async def _write_pending(self) -> None:
        pending, appended = self._pending, self._appended
        self._pending = []
        await asyncio.get_running_loop().run_in_executor(self._writer, self._write_through, pending)
        self._durable, self._syncing = appended, None

    def _write_through(self, pending: list[tuple[int, bytes]]) -> None:
        for segment in sorted({segment for segment, _ in pending}):
            file = self._files[segment]
            _write(file, b"".join(data for number, data in pending if number == segment))
            self._sync_file(file)

    def _cut(self, segment: int, position: int) -> None:
        """Drop the end of the last segment, from an entry that is not whole."""
        log.warning("journal cut off by a crash", segment=segment, dropped_bytes=self._sizes[segment] - position)
        os.ftruncate(self._files[segment], position)
        self._sizes[segment] = position


def _entry(data: memoryview, segment: int, position: int) -> Entry | None:
    """Return the entry at a position; None if it is cut off or damaged."""
    start = position + _HEAD.size
    if start > len(data):
        return None
    length, checksum, kind = _HEAD.unpack_from(data, position)
    payload = data[start : start + length]
    if len(payload) < length or zlib.crc32(payload) != checksum:
        return None
    return Entry(kind, payload, Place(segment, start, length))


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _lock(folder: Path) -> int:
    """Take the folder for this process; one that is just ending gets the time to."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() < deadline:
                time.sleep(_LOCK_RETRY)
                continue
            os.close(descriptor)
            raise JournalError(f"{folder}: another broker has it open: stop that one first") from None
        return descriptor
