"""How does a command read the mention files it is given?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentions.readers.position import Line, Position, RejectedLine


def parse_column_map(text: str) -> dict[str, str]:
    """Return field → column of a `--map` option.

    >>> parsed_mapping("text=body,channel==forum")
    {'text': 'body', 'channel': '=forum'}

    Raises:
        Misuse: a part is not field=column.
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
    """Yield a file's lines, telling `advance` the bytes of the file itself that were read, now and then.

    Raises:
        Misuse: the file cannot be read on; the message names file, line and remedy.
    """
    from mentions.readers.files import START, SourceError, read  # noqa: PLC0415  slow to load

    try:
        yield from read(path, mapping or None, start or START, advance=advance)
    except SourceError as error:
        raise UsageError(str(error)) from error
