"""Positions in a file, lines read there, and lines rejected there; names of its columns for a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.model.wire import WireMention  # noqa: TC001  msgspec reads the annotations of a line

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAMED: Final = 600
"""Characters of all names in a message, about."""

MAX_NAME: Final = 40
"""Characters of one of them."""


class Position(NamedTuple):
    """Position in a file: lines, and bytes after decompression."""

    lines: int = 0
    offset: int = 0


START = Position()


class Line(NamedTuple):
    """One mention as raw JSON on one line."""

    number: int  # the line of the source it begins on, from 1
    raw: bytes
    next_position: Position  # where to go on after it
    mention: WireMention | None = None  # what it holds, where the reader has decoded it already


class RejectedLine(NamedTuple):
    """A rejected line, with one reason per finding, each starting with the field's name."""

    number: int
    raw: bytes
    reasons: tuple[str, ...]
    next_position: Position


class SourceError(Exception):
    """A file that cannot be read further: `PATH:LINE: problem: remedy`."""

    def __init__(self, source: str, number: int, message: str) -> None:
        super().__init__(f"{source}:{number}: {message}")
        self.source = source
        self.number = number


def some_names(names: Iterable[object]) -> str:
    """Return names for a message: all of a usual table, the first ones of a table that is too wide for a line.

    >>> some_names(["id", "text"])
    'id, text'
    >>> some_names("c" * 300 for _ in range(200_000))[-20:]
    'cc… and 199,986 more'
    """
    listed = [name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…" for name in map(str, names)]
    shown, length = 0, 0
    while shown < len(listed) and length + len(listed[shown]) <= MAX_NAMED:
        length += len(listed[shown]) + 2
        shown += 1
    more = f" and {len(listed) - shown:,} more" if shown < len(listed) else ""
    return ", ".join(listed[:shown]) + more
