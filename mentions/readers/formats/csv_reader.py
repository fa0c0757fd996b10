"""CSV reader: the rows of a table of text, with its header."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from mentions.readers.formats.column_mapping import ColumnMapping, find_header
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.position import START, Position, RejectedLine, SourceError
from mentions.readers.raw.encodings import not_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.readers.raw.line_reader import LineReader

DELIMITERS: Final = ",;\t|"

_STATED: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')
_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(lines: LineReader, context: FileContext, start: Position = START) -> Iterator[Record | RejectedLine]:
    """Yield each row; the delimiter is the commonest of DELIMITERS in the header, or what a line `sep=;` says.

    Args:
        lines: the file from its beginning.
        context: what is stated about the file.
        start: where to go on; before the end of the header means at the first row.

    Raises:
        SourceError: the header lacks what is needed, or a quotation mark is opened and never closed.
    """
    header = _Header(lines, context.options.skip_lines or 0)
    _number, table = find_header(header.rows(), context)
    context.notes.kind = f"CSV with {_NAMES.get(header.delimiter, repr(header.delimiter))}"
    lines.advance(start)
    text = _CountingLines(lines)
    rows = csv.reader(iter(text), delimiter=header.delimiter, strict=True)
    while (read := _next_row(rows, text)) is not None:
        if isinstance(read, RejectedLine):
            yield read
        elif any(read):  # spreadsheets end with rows of empty cells
            record = _record(read, table, text, context)
            if record is not None:
                yield record


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


class _Header:
    """The lines that may be the header."""

    def __init__(self, lines: LineReader, skipped: int) -> None:
        self._lines = lines
        self._skipped = skipped
        self._stated = ""
        self.delimiter = ","

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each line with its cells. `delimiter` is that of the last one.

        Lines before the header are whole; what comes after the first one that is no row of cells has begun the rows.
        """
        first = True
        for line in self._lines:
            number = self._lines.position.lines
            text = self._text(line, number)
            stated = _STATED.fullmatch(text)
            if stated is not None and not self._stated:
                self._stated = stated[1]
            elif number > self._skipped and (text.strip() or number == 1):
                try:
                    cells = self._cells(text)
                except csv.Error as error:
                    if first:
                        message = f"the header is no row of cells ({error})"
                        raise SourceError(self._lines.path, number, message) from None
                    return
                first = False
                yield number, cells

    def _text(self, line: bytes, number: int) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise SourceError(self._lines.path, number, not_utf8(line)) from None

    def _cells(self, text: str) -> list[str]:
        bare = _QUOTED.sub("", text)
        self.delimiter = self._stated or max(DELIMITERS, key=bare.count)
        return next(csv.reader([text], delimiter=self.delimiter, strict=True), [])


def _next_row(rows: Iterator[list[str]], text: _CountingLines) -> list[str] | RejectedLine | None:
    """Return the next row, [] for a blank line, or None at the end."""
    text.row.clear()
    try:
        return next(rows, None)
    except csv.Error as error:
        if "field larger" in str(error) and len(text.row) == 1 and text.row[0].count(b'"') % 2 == 0:
            return text.refuse(f"line: a cell has more than {csv.field_size_limit()} characters: shorten it")
        if "field larger" in str(error) or ("unexpected end" in str(error) and len(text.row) > 1):
            message = 'a quotation mark is opened and never closed: close it, or write "" for a mark within quotes'
            raise SourceError(text.lines.path, text.number, message) from None
        return text.refuse(f'line: {error}: quote cells that hold marks, and write "" for a mark within quotes')


def _record(
    cells: list[str], table: ColumnMapping, text: _CountingLines, context: FileContext
) -> Record | RejectedLine | None:
    raw = b"".join(text.row)
    while len(cells) > table.width and not cells[-1]:
        cells.pop()
    if len(cells) != table.width:
        return text.refuse(f"line: {len(cells)} cells where the header has {table.width}: quote cells with delimiters")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return text.refuse(f"line: {not_utf8(raw)}")
    reason = table.why_left_out(cells)
    if reason:
        context.notes.left_out[reason] += 1
        return None
    return Record(text.number, table.fields(cells), raw, text.lines.position)
