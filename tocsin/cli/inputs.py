"""Mention files given on the command line: the `--map` option and the reading of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentions.readers.position import Line, Position, RejectedLine


def parse_column_map(text: str) -> dict[str, str]:
    """Return the fields and their columns of a `--map` option.

    >>> parse_column_map("text=body,channel==forum")
    {'text': 'body', 'channel': '=forum'}

    Raises:
        UsageError: a part is not field=column.
    """
    mapping: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, column = part.partition("=")
        if not (name.strip() and equals and column.strip()):
            raise UsageError(f"--map {part!r}: write field=column, such as text=body, with commas between several")
        mapping[name.strip()] = column.strip()
    return mapping


def read_lines(
    path: str, mapping: dict[str, str], advance: Callable[[float], None], start: Position | None = None
) -> Iterator[Line | RejectedLine]:
    """Yield a file's lines; calls `advance` now and then with the bytes read of the file itself.

    Raises:
        UsageError: the file cannot be read; the message names file, line and remedy.
    """
    from mentions.readers.files import START, SourceError, read  # noqa: PLC0415  slow to load

    try:
        yield from read(path, mapping or None, start or START, advance=advance)
    except SourceError as error:
        raise UsageError(str(error)) from error
