"""Workbook reader: the rows of a sheet of Excel or LibreOffice."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from mentions.readers.formats.column_mapping import find_header
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.formats.workbook_bounds import check_bounds
from mentions.readers.position import START, Position, SourceError
from mentions.readers.raw.compression import BadArchive

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

_EXACT: Final = 10**15
"""Excel keeps fifteen digits of a number: what is larger is rounded, and written as such."""


def read_workbook(
    path: str, file: io.BufferedReader, context: FileContext, start: Position = START
) -> Iterator[Record]:
    """Yield each row of a sheet that is not blank. A position counts rows.

    Raises:
        SourceError: the workbook is damaged or locked, has several sheets and none is stated, or lacks a column; or
            python-calamine is not installed.
    """
    rows = _sheet(path, file, context)
    context.notes.kind = context.notes.kind or "an Excel workbook"
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(row))
    skipped = context.options.skip_lines or 0
    heads = ((number, row) for number, row in numbered if number > skipped)
    _number, table = find_header(heads, context)
    for number, row in numbered:
        if number <= start.lines:
            continue
        reason = table.why_left_out(row)
        if reason:
            context.notes.left_out[reason] += 1
        else:
            yield Record(number, table.fields(row), ";".join(row).encode(errors="replace"), Position(number, number))


def _sheet(path: str, file: io.BufferedReader, context: FileContext) -> list[list[str]]:
    try:
        import python_calamine as calamine  # noqa: PLC0415  only who reads workbooks needs it
    except ImportError:
        remedy = "Excel files need python-calamine: pip install python-calamine, or export CSV"
        raise SourceError(path, 1, remedy) from None
    try:
        check_bounds(path, file)
        book = calamine.load_workbook(file)
        name = _name(path, list(book.sheet_names), context)
        values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.PasswordError:
        raise SourceError(path, 1, "is an Excel workbook with a password: save it without") from None
    except (calamine.CalamineError, OSError, *BadArchive) as error:
        raise SourceError(path, 1, f"the Excel workbook cannot be read ({error}): save it again, or as CSV") from None
    return [[_cell(value) for value in row] for row in values]


def _name(path: str, names: list[str], context: FileContext) -> str:
    wanted = context.options.sheet
    if wanted in names:
        return wanted
    if wanted.isdigit() and 0 < int(wanted) <= len(names):
        return names[int(wanted) - 1]
    if wanted:
        raise SourceError(path, 1, f"--sheet {wanted}: no such sheet: use one of {', '.join(names)}")
    if not names:
        raise SourceError(path, 1, "is an Excel workbook without a sheet: export again")
    if len(names) > 1:
        context.notes.note(f"the sheet {names[0]!r} of {len(names)} is read: state another with --sheet")
    return names[0]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if abs(value) >= _EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
