"""Parquet reader: mentions from a table, column by column."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mentions.readers.formats.column_mapping import ColumnMapping, find_header
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.position import START, Position, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = 5_000
"""How many rows are held at once."""


def read_parquet(
    path: str, context: FileContext, start: Position = START, advance: Callable[[float], None] | None = None
) -> Iterator[Record]:
    """Yield each row, numbered from 1; fields of a struct count as columns such as `author.id`.

    A position counts rows. Timestamps without a time zone stay so, and are refused as such: no zone is guessed.

    Raises:
        SourceError: the file is none, is damaged, or lacks a column; or pyarrow is not installed.
    """
    arrow, parquet = _library(path)
    try:
        with parquet.ParquetFile(path) as file:
            context.notes.kind = "Parquet"
            yield from _rows(arrow, file, context, start, advance)
    except (arrow.ArrowException, OSError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(path, 1, f"is no Parquet file, or is truncated or damaged ({message})") from None


def _library(path: str) -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415  only who reads Parquet needs it
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        remedy = "Parquet needs pyarrow: pip install 'tocsin[parquet]', or export CSV or JSON Lines"
        raise SourceError(path, 1, remedy) from None
    return pa, parquet


def _rows(
    arrow: Any,
    file: Any,
    context: FileContext,
    start: Position,
    advance: Callable[[float], None] | None,
) -> Iterator[Record]:
    number = 0
    table: ColumnMapping | None = None
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(ROWS, row_groups=[group]):
            flat = _flat(arrow.Table.from_batches([batch]))
            table = table or find_header(iter([(1, flat.column_names)]), context)[1]
            for cells in zip(*(column.to_pylist() for column in flat.columns), strict=True):
                number += 1
                if number > start.lines:
                    texts = [_cell(value) for value in cells]
                    yield Record(
                        number, table.fields(texts), ";".join(texts).encode(errors="replace"), Position(number, number)
                    )
        if advance is not None:
            meta = file.metadata.row_group(group)
            advance(sum(meta.column(at).total_compressed_size for at in range(meta.num_columns)))


def _flat(table: Any) -> Any:
    """Return the table with the fields of its structs as columns, however deep."""
    while True:
        flat = table.flatten()
        if flat.column_names == table.column_names:
            return flat
        table = flat


def _cell(value: object) -> str:
    """Return a value as a cell of text, "" for what is missing."""
    if value is None or value != value:  # noqa: PLR0124  NaN is not equal to itself
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
