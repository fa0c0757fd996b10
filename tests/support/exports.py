"""Files as people export them: workbooks, archives, encodings; and what is read from them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

import zstandard

from mentions.readers.files import read
from mentions.readers.options import ReadingNotes, ReadOptions
from mentions.readers.position import Line, RejectedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LARGE_WINDOW = 28
"""A Zstandard window [log2 bytes] larger than decoders take by default."""


class Reading(NamedTuple):
    """What a file holds."""

    mentions: list[dict[str, Any]]
    refused: list[tuple[int, str]]  # line, reasons
    notes: ReadingNotes
    lines: list[Line | RejectedLine]


def read_export(path: Path, content: str | bytes, mapping: dict[str, str] | None = None, **options: Any) -> Reading:
    """Write a file and read it as stated."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    notes = ReadingNotes()
    lines = list(read(str(path), mapping, options=ReadOptions(**options), notes=notes))
    mentions = [json.loads(line.raw) for line in lines if isinstance(line, Line)]
    refused = [(line.number, "; ".join(line.reasons)) for line in lines if isinstance(line, RejectedLine)]
    return Reading(mentions, refused, notes, lines)


def workbook(*sheets: Sequence[Sequence[str | float]]) -> bytes:
    """Return an Excel workbook of texts and numbers."""
    packed = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links_of = "http://schemas.openxmlformats.org/package/2006/relationships"
    root = f'<Relationship Id="r0" Type="{kind}/officeDocument" Target="xl/workbook.xml"/>'
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
    links = "".join(
        f'<Relationship Id="r{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{links_of}">{root}</Relationships>')
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{kind}"><sheets>{names}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{links_of}">{links}</Relationships>',
        )
        for number, rows in enumerate(sheets, 1):
            text = "".join(f'<row r="{at}">{"".join(map(_cell, row))}</row>' for at, row in enumerate(rows, 1))
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml", f"<worksheet {main}><sheetData>{text}</sheetData></worksheet>"
            )
    return packed.getvalue()


def with_far_cell(book: bytes, place: str) -> bytes:
    """Return the workbook with the first cell of its last row at another place, such as `XFD1048576`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            head, tag, tail = before.read(name).rpartition(b"<row ")
            far = tag + tail.replace(b"<c ", b'<c r="%s" ' % place.encode(), 1)
            after.writestr(name, head + far if tag else tail)
    return packed.getvalue()


def zipped(content: bytes, name: str = "export.csv") -> bytes:
    """Return a zip archive of one file, with what macOS puts beside it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"folder/{name}", content)
        archive.writestr(f"__MACOSX/folder/._{name}", b"\0")
    return packed.getvalue()


def zstd_with_large_window(content: bytes) -> bytes:
    """Return a Zstandard frame as `zstd --long` writes it."""
    parameters = zstandard.ZstdCompressionParameters(window_log=LARGE_WINDOW)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(content) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "zip": zipped,
    "zst": zstd_with_large_window,
}


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"
