"""Sorting of mentions by publication time, and the check whether they are in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from mentions.model.decode import Rejection, decode_line
from mentions.readers import external_sort
from mentions.readers.position import Line, RejectedLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LATENESS: Final = 120_000
"""How far (ms) a mention may stand behind its place and still be counted where it belongs."""

_LINE_BYTES: Final = 400
"""What a line takes in memory besides its text, about."""


class _TimedLine(msgspec.Struct, array_like=True):
    """A line with its instant of publication (ms), as it is put aside; 0 for what is no mention."""

    published: int
    line: Line | None
    rejected: RejectedLine | None


def sort_by_time(lines: Iterable[Line | RejectedLine]) -> Iterator[Line | RejectedLine]:
    """Yield the lines by publication time, stable; beyond 32 MB the sort uses the disk.

    What is no mention comes first, so that it is refused by its line as ever.
    """
    for placed in external_sort.sort(map(_timed, lines), _TimedLine, _instant, _weight):
        line = placed.line or placed.rejected
        if line is not None:
            yield line


def first_disorder(lines: Iterable[Line | RejectedLine]) -> int | None:
    """Return the first line published more than `LATENESS` before an earlier line, None if there is none."""
    latest = 0
    for line in lines:
        published = _published(line)
        if 0 < published < latest - LATENESS:
            return line.number
        latest = max(latest, published)
    return None


def _timed(line: Line | RejectedLine) -> _TimedLine:
    published = _published(line)
    if isinstance(line, Line):
        return _TimedLine(published, line._replace(mention=None), None)  # a mention would take its place on disk twice
    return _TimedLine(published, None, line)


def _instant(placed: _TimedLine) -> int:
    return placed.published


def _weight(placed: _TimedLine) -> int:
    line = placed.line or placed.rejected
    return _LINE_BYTES + (len(line.raw) if line else 0)


def _published(line: Line | RejectedLine) -> int:
    entry = (line.mention or decode_line(line.raw, None)) if isinstance(line, Line) else None
    return 0 if entry is None or isinstance(entry, Rejection) else entry.published
