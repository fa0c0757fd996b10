"""Positions in a file, lines read there, and lines rejected there."""

from __future__ import annotations

from typing import NamedTuple

from mentions.model.wire import WireMention  # noqa: TC001  msgspec reads the annotations of a line


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
