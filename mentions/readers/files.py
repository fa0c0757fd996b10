"""File reader: picks the reader for JSON Lines, CSV or Parquet, from a file or standard input."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

from mentions.readers.csv_reader import read_csv
from mentions.readers.jsonlines import read_json_lines
from mentions.readers.line_reader import STDIN, LineReader
from mentions.readers.parquet_reader import read_parquet
from mentions.readers.position import START, Line, Position, RejectedLine, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["START", "STDIN", "Format", "Line", "Position", "RejectedLine", "SourceError", "format_of", "read"]

Format = Literal["jsonl", "csv", "parquet"]

COMPRESSED: Final = frozenset({".gz", ".zst"})
TABULAR: Final = frozenset({".csv", ".tsv"})
PARQUET: Final = frozenset({".parquet", ".pq"})


def read(
    path: str,
    mapping: Mapping[str, str] | None = None,
    start: Position = START,
    form: Format | None = None,
    advance: Callable[[float], None] | None = None,
) -> Iterator[Line | RejectedLine]:
    """Yield the mentions of a file as raw JSON with their positions; only the form of a CSV is checked here.

    Args:
        path: the file; "-" is standard input.
        mapping: for CSV and Parquet, field → column ({"text": "body"}), or field → "=" and a fixed text
            ({"channel": "=twitter"}).
        start: a `following` of an earlier reading, to go on from; a compressed file is unpacked up to there again.
        form: what the file is; None: as its name says, JSON Lines where it says nothing.
        advance: called now and then with the bytes of the file read since the last call.

    Raises:
        SourceError: the file cannot be read on; it names file and line.
    """
    form = form or format_of(path)
    if form == "parquet":
        yield from read_parquet(path, mapping or {}, start, advance)
        return
    with LineReader(path, advance=advance) as lines:
        if form == "csv":
            yield from read_csv(lines, mapping or {}, start)
            return
        if mapping:
            raise SourceError(path, 1, "only CSV columns can be mapped: rename the fields, such as by jq")
        lines.advance(start)
        yield from read_json_lines(lines)


def format_of(path: str) -> Format:
    """Return the format of a file, from its name.

    >>> format_of("export.csv.gz"), format_of("-")
    ('csv', 'jsonl')
    """
    suffixes = [suffix for suffix in PurePath(path).suffixes if suffix.lower() not in COMPRESSED]
    last = suffixes[-1].lower() if suffixes else ""
    return "csv" if last in TABULAR else "parquet" if last in PARQUET else "jsonl"
