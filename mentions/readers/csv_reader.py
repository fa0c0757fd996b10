"""CSV reader: mentions from a table with a header."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

import msgspec

from mentions.readers.column_mapping import ColumnMapping
from mentions.readers.position import START, Line, Position, RejectedLine, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentions.readers.line_reader import LineReader

DELIMITERS: Final = ",;\t|"

NOT_UTF8: Final = "line: is not UTF-8: convert the file, such as with iconv -f latin1 -t utf-8"


def read_csv(lines: LineReader, mapping: Mapping[str, str], start: Position = START) -> Iterator[Line | RejectedLine]:
    """Yield each row as a mention's JSON; the delimiter is the commonest of DELIMITERS in the header.

    Args:
        lines: the file from its beginning, header first.
        mapping: field → column, or field → "=" and a fixed text, where the header names fields otherwise.
        start: where to go on; before the end of the header means at the first row.

    Raises:
        SourceError: the header lacks what is needed, or a quotation mark is opened and never closed.
    """
    delimiter, table = _header(lines, mapping)
    lines.advance(start)
    text = _CountingLines(lines)
    rows = csv.reader(iter(text), delimiter=delimiter, strict=True)
    while (read := _next_row(rows, text)) is not None:
        if isinstance(read, RejectedLine):
            yield read
        elif read:
            yield _mention(read, table, text)


class _CountingLines:
    """The lines of a file as text, noting those of the row that is being read."""

    def __init__(self, lines: LineReader) -> None:
        self.lines = lines
        self.row: list[bytes] = []

    @property
    def number(self) -> int:
        """Return the line on which the row begins."""
        return self.lines.position.lines - len(self.row) + 1

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.row.append(line)
            yield line.decode("utf-8", "surrogateescape")

    def refuse(self, reason: str) -> RejectedLine:
        """Return the row as rejected, with the reason."""
        return RejectedLine(self.number, b"".join(self.row), (reason,), self.lines.position)


def _header(lines: LineReader, mapping: Mapping[str, str]) -> tuple[str, ColumnMapping]:
    text = _CountingLines(lines)
    line = next(iter(text), "")
    delimiter = max(DELIMITERS, key=line.count)
    try:
        header = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        return delimiter, ColumnMapping([name.strip() for name in header], mapping)
    except (csv.Error, ValueError) as error:
        raise SourceError(lines.path, 1, str(error)) from None


def _next_row(rows: Iterator[list[str]], text: _CountingLines) -> list[str] | RejectedLine | None:
    """Return the next row, [] for a blank line, or None at the end."""
    text.row.clear()
    try:
        return next(rows, None)
    except csv.Error as error:
        if "field larger" in str(error) or ("unexpected end" in str(error) and len(text.row) > 1):
            message = 'a quotation mark is opened and never closed: close it, or write "" for a mark within quotes'
            raise SourceError(text.lines.path, text.number, message) from None
        return text.refuse(f'line: {error}: quote cells that hold marks, and write "" for a mark within quotes')


def _mention(cells: list[str], table: ColumnMapping, text: _CountingLines) -> Line | RejectedLine:
    if len(cells) != table.width:
        return text.refuse(f"line: {len(cells)} cells where the header has {table.width}: quote cells with delimiters")
    try:
        raw = msgspec.json.encode(table.mention(cells))
    except UnicodeEncodeError:
        return text.refuse(NOT_UTF8)
    return Line(text.number, raw, text.lines.position)
