"""Bounds of workbooks: a sheet is held in memory whole, so that one cell far outside the table would take all of it."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from mentions.readers.position import SourceError

if TYPE_CHECKING:
    import io

MAX_CELLS: Final = 30_000_000
"""Rows times columns of a sheet: about a gigabyte."""

MAX_UNPACKED: Final = 2**30
"""How much the parts of a workbook may unpack to [bytes]."""

_CHUNK: Final = 2**22
_OVERLAP: Final = 64  # bytes of a chunk that the next one begins with: a reference may lie across
_COLUMN: Final = re.compile(rb'\br="([A-Z]{1,3})\d')
_ROW: Final = re.compile(rb'\br="[A-Z]{0,3}(\d{1,7})"')
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


def check_bounds(path: str, file: io.BufferedReader) -> None:
    """See that an Excel workbook fits into memory; other kinds of workbooks have narrow bounds of their own.

    Raises:
        SourceError: it does not.
    """
    if not zipfile.is_zipfile(file):
        file.seek(0)
        return
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_UNPACKED:
            raise SourceError(path, 1, f"is a workbook that unpacks to {size / 2**30:.1f} GB: export CSV instead")
        for name in filter(_SHEET.fullmatch, archive.namelist()):
            rows, columns = _extent(archive, name)
            if rows * columns > MAX_CELLS:
                message = f"is a workbook whose cells lie over {rows:,} rows and {columns:,} columns"
                raise SourceError(path, 1, f"{message}: delete what is far outside the table, or export CSV")
    file.seek(0)


def _extent(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """Return how many rows and columns the cells of a sheet span."""
    columns: set[bytes] = set()
    rows, rest = 0, b""
    with archive.open(name) as sheet:
        while chunk := sheet.read(_CHUNK):
            text = rest + chunk
            columns.update(_COLUMN.findall(text))
            rows = max([rows, *map(int, set(_ROW.findall(text)))])
            rest = text[-_OVERLAP:]
    return rows, max(map(_number, columns), default=1)


def _number(column: bytes) -> int:
    """Return the number of a column.

    >>> _number(b"A"), _number(b"AA"), _number(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
