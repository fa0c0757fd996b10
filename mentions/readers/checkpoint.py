"""Checkpoint of an import: how far a file was read, and whether it is still the same file."""

from __future__ import annotations

import os
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from mentions.readers.position import START, Position, SourceError

VERSION: Final = 1
HEAD: Final = 65_536
"""How many of a file's first bytes are compared: enough to know it again, though it grows."""


class SourceFile(msgspec.Struct, frozen=True):
    """Identity of a file. A file that has grown keeps its identity."""

    path: str
    size: int
    head: str  # digest of its first bytes, as many as `compared`
    compared: int


class ResumeOutcome(Enum):
    """Why reading starts at a position."""

    FRESH = "never read before"
    RESUMED = "goes on where it was acknowledged"
    REPLACED = "is another file now: read from the beginning"


class Resumption(NamedTuple):
    """Position to resume from, the reason, and the counts up to it."""

    start: ResumeOutcome
    position: Position
    counts: dict[str, int]


class _StoredCheckpoint(msgspec.Struct, frozen=True):
    version: int
    source: SourceFile
    position: Position
    counts: dict[str, int]


class Checkpoint:
    """Checkpoint file, replaced atomically: after a crash it holds the old state or the new one."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path

    def resume(self, source: SourceFile) -> Resumption:
        """Return the position from which to resume `source`.

        Raises:
            SourceError: the file is there but is no checkpoint.
        """
        try:
            mark = msgspec.json.decode(self.path.read_bytes(), type=_StoredCheckpoint)
        except FileNotFoundError:
            return Resumption(ResumeOutcome.FRESH, START, {})
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceError(str(self.path), 1, f"is no checkpoint ({error}): delete it to start again") from None
        if mark.version != VERSION or not _same(mark.source, source):
            return Resumption(ResumeOutcome.REPLACED, START, {})
        return Resumption(ResumeOutcome.RESUMED, mark.position, mark.counts)

    def save(self, source: SourceFile, position: Position, counts: dict[str, int]) -> None:
        """Store that everything before `position` is acknowledged; synced to disk on return."""
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(_StoredCheckpoint(VERSION, source, position, counts)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        _sync_directory(self.path.parent)


def identify(path: str) -> SourceFile:
    """Return the identity of the file.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise SourceError(path, 1, f"{error.strerror or error}: check the path and its rights") from None
    return SourceFile(str(Path(path).resolve()), size, _digest(head), len(head))


def _same(then: SourceFile, now: SourceFile) -> bool:
    return now.path == then.path and now.size >= then.size and _head(now, then.compared) == then.head


def _head(source: SourceFile, compared: int) -> str:
    if source.compared == compared:
        return source.head
    with Path(source.path).open("rb") as file:
        return _digest(file.read(compared))


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=16).hexdigest()


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
