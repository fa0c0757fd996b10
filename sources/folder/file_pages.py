"""Pages of a file: read once to see what it is, then again page by page, from any row on."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mentions.model.decode import Rejection, decode_line
from mentions.readers.files import Position, RejectedLine, SourceError, read
from mentions.readers.id_check import UnusableIdsError
from mentions.readers.options import ReadingNotes
from sources.folder.inbox import identity, why_refused
from sources.item import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mentions.readers.options import ReadOptions
    from mentions.readers.position import Line

PAGE_ROWS: Final = 1_000
PAGE_BYTES: Final = 1_000_000
MAX_ROWS: Final = 5_000_000
"""Rows of a file."""

_NOT_HERE: Final = ", or take the first text of each id with --keep-first"
"""A remedy that asks somebody to be there: what is the first text is another thing after a restart."""

CHANGED: Final = "changed while it was read: write it elsewhere, then move it into the folder"
MAX_REASONS: Final = 20
"""Rows that a note names."""


class UnreadableFileError(Exception):
    """A file that is not read; the message names place and remedy."""


class FilePages:
    """The rows of one file. Its second reading yields what the first has found to be mentions."""

    def __init__(
        self,
        path: Path,
        mapping: Mapping[str, str],
        options: ReadOptions,
        position: Mapping[str, Any],
        now: int,
        stopped: Callable[[], bool],
    ) -> None:
        """Look through a file.

        Args:
            path: the file.
            mapping: field → column or path.
            options: what is stated about the file.
            position: how far it is read, where it is this file's.
            now: the time [ms]: what claims to be later is no mention.
            stopped: whether nobody waits for the file any longer.

        Raises:
            UnreadableFileError: it cannot be read to its end, or no row of it is a mention.
        """
        self.path = path
        self.notes = ReadingNotes()
        self.rows = self.refused = 0
        self._reasons: list[str] = []
        self._now = now
        seen = os.lstat(path)
        if why := why_refused(seen):
            raise UnreadableFileError(why)
        self.identity = identity(seen)
        with _explained(path):
            self._check(read(str(path), mapping, options=options, notes=self.notes), stopped)
        start = Position(position["lines"], position["offset"]) if position.get("file") == self.identity else Position()
        self.position = _position(self.identity, start)
        self._lines = read(str(path), mapping, start, options=replace(options, ids="ignore"))

    def page(self) -> list[Item]:
        """Return the next mentions, and move on; none once all are read.

        Raises:
            UnreadableFileError: it changed while it was read.
        """
        items: list[Item] = []
        size = 0
        with _explained(self.path):
            for line in self._lines:
                if (item := self._item(line)) is not None:
                    items.append(item)
                    size += len(line.raw)
                self.position = _position(self.identity, line.next_position)
                if len(items) >= PAGE_ROWS or size >= PAGE_BYTES:
                    break
        if identity(os.lstat(self.path)) != self.identity:
            raise UnreadableFileError(CHANGED)
        return items

    def report(self) -> list[str]:
        """Return what a person may want to know of how it was read; nothing where all went as it should."""
        told = [*self.notes.facts, *self.notes.summary()]
        if self.refused:
            told += [f"{self.refused:,} of {self.rows:,} rows are no mentions and were left out:", *self._reasons]
        return told

    def _check(self, lines: Iterator[Line | RejectedLine], stopped: Callable[[], bool]) -> None:
        for line in lines:
            self.rows += 1
            if stopped():
                raise InterruptedError
            if self.rows > MAX_ROWS:
                raise UnreadableFileError(f"has more than {MAX_ROWS:,} rows: split it, or send it with `tocsin ingest`")
            reasons = self._reasons_against(line)
            if reasons:
                self.refused += 1
                if len(self._reasons) < MAX_REASONS:
                    self._reasons.append(f"  line {line.number}: {'; '.join(reasons)}")
        if self.refused == self.rows:
            raise UnreadableFileError("\n".join(["holds no mention:", *self._reasons[:5], *self.notes.summary()]))

    def _reasons_against(self, line: Line | RejectedLine) -> tuple[str, ...]:
        if isinstance(line, RejectedLine):
            return line.reasons
        entry = decode_line(line.raw, self._now)
        return entry.reasons if isinstance(entry, Rejection) else ()

    def _item(self, line: Line | RejectedLine) -> Item | None:
        if isinstance(line, RejectedLine):
            return None
        entry = decode_line(line.raw, self._now)
        if isinstance(entry, Rejection):
            return None
        return Item(msgspec.json.decode(line.raw) | {"published_at": entry.published})


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what can go wrong with a file into an `UnreadableFileError`, without the path that it is read at."""
    try:
        yield
    except (UnreadableFileError, InterruptedError):
        raise
    except (SourceError, UnusableIdsError) as error:
        reason = str(error).removeprefix(f"{path}:").removesuffix(_NOT_HERE)
        raise UnreadableFileError(f"line {reason}") from None
    except OSError as error:
        raise UnreadableFileError(f"cannot be read: {error.strerror or error}: check its rights") from None
    except Exception as error:  # noqa: BLE001  libraries for workbooks raise what they like on what is none
        raise UnreadableFileError(f"cannot be understood ({type(error).__name__}): export it as CSV") from None


def _position(file: str, at: Position) -> dict[str, Any]:
    return {"file": file, "lines": at.lines, "offset": at.offset}
