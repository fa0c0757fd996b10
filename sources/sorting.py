"""Are mentions in order of publication, and how are they put in it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mentions.decode import Rejection, decode_line
from sources.position import Line, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LATENESS: Final = 120_000
"""How far (ms) a mention may stand behind its place and still be counted where it belongs."""


def in_order(lines: Iterable[Line | Refused]) -> Iterator[Line | Refused]:
    """Yield the lines by the instant of publication, equal ones as they stand; all are held in memory.

    What is no mention comes first, so that it is refused by its line as ever.
    """
    entries = [(_published(line), line) for line in lines]
    entries.sort(key=lambda entry: entry[0])
    for _, line in entries:
        yield line


def first_disorder(lines: Iterable[Line | Refused]) -> int | None:
    """Return the first line that was published longer than `LATENESS` before one that stands above it."""
    latest = 0
    for line in lines:
        published = _published(line)
        if 0 < published < latest - LATENESS:
            return line.number
        latest = max(latest, published)
    return None


def _published(line: Line | Refused) -> int:
    entry = decode_line(line.raw, None) if isinstance(line, Line) else None
    return 0 if entry is None or isinstance(entry, Rejection) else entry.published
