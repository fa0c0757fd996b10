"""Recordings without an author: a recording is written again, its counts and times as they were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from detectors.engine.edits.erasure import erase_from_batch
from streams.privacy.records import RecordErasure
from streams.recording.format import MentionsEntry, Recording, ScoredEntry, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.model.erased_author import ErasedAuthor
    from streams.recording.format import Entry


def erase_from_recording(path: str, author: ErasedAuthor) -> int:
    """Write a recording again without an author; return how many entries changed.

    Raises:
        SourceError: it is no recording, or damaged; the file stays as it is.
    """
    recording, erasure = Recording(path), RecordErasure(author)
    changed = 0

    def entries() -> Iterator[Entry]:
        nonlocal changed
        for entry in recording.every_entry():
            after = _erased(entry, erasure)
            changed += after is not entry
            yield after

    write(Path(path), recording.header, entries())
    return changed


def _erased(entry: Entry, erasure: RecordErasure) -> Entry:
    if isinstance(entry, ScoredEntry):
        batch = erase_from_batch(entry.batch, erasure.author)
        return entry if batch is entry.batch else replace(entry, batch=batch)
    if not isinstance(entry, MentionsEntry):
        return entry
    lines = [_line(line, erasure) for line in entry.lines]
    return entry if lines == entry.lines else replace(entry, lines=lines)


def _line(line: str, erasure: RecordErasure) -> str:
    return "" if line and erasure.wrote(line.encode()) else erasure.author.blanked(line)
