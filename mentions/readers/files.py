"""File reader: the mentions of any file that people have, from a file or standard input."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

from mentions.model.decode import WireMention, decode_line
from mentions.readers.fields.field_map import MENTION
from mentions.readers.fields.mending import Mended, Mender
from mentions.readers.formats.csv_reader import DELIMITERS, read_csv
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.formats.json_documents import is_document
from mentions.readers.formats.json_reader import read_json
from mentions.readers.formats.parquet_reader import read_parquet
from mentions.readers.formats.workbook_reader import read_workbook
from mentions.readers.id_check import IdCheck
from mentions.readers.options import ReadingNotes, ReadOptions
from mentions.readers.position import START, Line, Position, RejectedLine, SourceError
from mentions.readers.raw.encodings import UTF8, to_utf8
from mentions.readers.raw.line_reader import STDIN, LineReader
from mentions.readers.raw.unpacking import Unpacked, open_unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["START", "STDIN", "Format", "Line", "Position", "RejectedLine", "SourceError", "format_of", "read"]

Format = Literal["jsonl", "csv", "parquet"]

COMPRESSED: Final = frozenset({".gz", ".zst", ".zip"})
TABULAR: Final = frozenset({".csv", ".tsv", ".tab"})
PARQUET: Final = frozenset({".parquet", ".pq"})
JSON: Final = frozenset({".json", ".jsonl", ".ndjson", ".js"})

_HEAD: Final = 4_096
_AS_STATED: Final = ReadOptions()
_MARKUP: Final = (
    (re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE), "a web page"),
    (re.compile(rb"<\?xml", re.IGNORECASE), "XML"),
)
_FEED: Final = re.compile(rb"<(?:feed|rss|rdf:RDF)[\s>]", re.IGNORECASE)
_REMEDY: Final = "export CSV, Excel or JSON instead"


def read(
    path: str,
    mapping: Mapping[str, str] | None = None,
    start: Position = START,
    form: Format | None = None,
    advance: Callable[[float], None] | None = None,
    options: ReadOptions = _AS_STATED,
    notes: ReadingNotes | None = None,
) -> Iterator[Line | RejectedLine]:
    """Yield the mentions of a file as JSON with their positions, and what is none with the reasons.

    What the file is written in, packed in and made of is found out: UTF-8, UTF-16; gzip, Zstandard, zip; CSV, Excel,
    JSON Lines, JSON, feeds, Parquet. A bad optional field costs the field, not the mention, and is noted. JSON Lines of
    mentions pass as they stand.

    Args:
        path: the file; "-" is standard input.
        mapping: field → column or path ({"text": "body"}), or another source of `mentions.readers.fields.field_map`.
        start: a `next_position` of an earlier reading, to go on from; a packed file is unpacked up to there again.
        form: what the file is; None: found out.
        advance: called now and then with the bytes of the file read since the last call.
        options: what is stated about the file.
        notes: takes what was found out.

    Raises:
        SourceError: the file cannot be read on; it names file and line.
        UnusableIdsError: its ids do not tell posts apart, and `options.ids` says to stop there.
    """
    context = FileContext(path, mapping or {}, options, notes or ReadingNotes())
    with records(context, start, form, advance) as found:
        yield from _mentions(found, context)


@contextmanager
def records(
    context: FileContext,
    start: Position = START,
    form: Format | None = None,
    advance: Callable[[float], None] | None = None,
) -> Iterator[Iterator[Line | Record | RejectedLine]]:
    """Yield the rows or objects of a file, mapped to the fields of the context's target.

    Raises:
        SourceError: the file cannot be read.
    """
    context.check()
    with ExitStack() as resources:
        path = context.path
        if form == "parquet" or (form is None and format_of(path) == "parquet" and path != STDIN):
            yield read_parquet(path, context, start, advance)
            return
        unpacked = open_unpacked(path, resources)
        if unpacked.kind == "parquet":
            if unpacked.raw is not unpacked.file:
                raise SourceError(path, 1, "is a packed or piped Parquet file: unpack it and name the file")
            yield read_parquet(path, context, start, advance)
        elif unpacked.kind == "workbook":
            yield read_workbook(path, unpacked.file, context, start)
        else:
            yield _text_records(context, unpacked, start, form, advance)


def read_fields(context: FileContext) -> Iterator[Line | Record | RejectedLine]:
    """Yield the rows or objects of a file of anything but mentions.

    Raises:
        SourceError: the file cannot be read on.
    """
    assert context.target is not MENTION
    with records(context) as found:
        yield from found


def format_of(path: str) -> Format:
    """Return the format of a file, from its name.

    >>> format_of("export.csv.gz"), format_of("-")
    ('csv', 'jsonl')
    """
    last = _suffix(path)
    return "csv" if last in TABULAR else "parquet" if last in PARQUET else "jsonl"


def _suffix(path: str) -> str:
    suffixes = [suffix for suffix in PurePath(path).suffixes if suffix.lower() not in COMPRESSED]
    return suffixes[-1].lower() if suffixes else ""


def _text_records(
    context: FileContext,
    unpacked: Unpacked,
    start: Position,
    form: Format | None,
    advance: Callable[[float], None] | None,
) -> Iterator[Line | Record | RejectedLine]:
    text = to_utf8(unpacked.file, context.options.encoding)
    lines = LineReader(context.path, advance=advance, file=text.file, raw=unpacked.raw, encoding=text.encoding)
    head = lines.peek(_HEAD)
    if unpacked.name != context.path and (name := unpacked.name.rpartition("/")[2]):
        context.notes.note(f"{name} in the archive is read")
    if text.encoding != UTF8 and not context.options.encoding:
        context.notes.note(f"the file is {text.encoding.upper()}")
    if form is None and _is_feed(head):
        from mentions.readers.formats.feed_reader import read_feed  # noqa: PLC0415  feedparser is slow to load

        return read_feed(lines, context, start)
    if (form or _format(head, unpacked.name, context)) == "csv":
        return read_csv(lines, context, start)
    return read_json(lines, context, head, start)


def _body(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_feed(head: bytes) -> bool:
    body = _body(head)
    return body.startswith(b"<") and _FEED.search(body) is not None


def _format(head: bytes, name: str, context: FileContext) -> Format:
    """Return what a file of text is, by its first bytes, or else by its name.

    Raises:
        SourceError: it is a web page, or XML other than a feed.
    """
    body = _body(head)
    for tag, what in _MARKUP if body.startswith(b"<") else ():
        if tag.search(body):
            raise SourceError(context.path, 1, f"is {what}: {_REMEDY}")
    suffix = _suffix(name)
    if suffix in TABULAR:
        if re.match(rb'\{\s*"|\[\s*[{\]]', body):
            context.notes.note("the file is JSON, though its name says CSV")
            return "jsonl"
        return "csv"
    first = body.split(b"\n", 1)[0].decode(errors="replace")
    looks_like_json = first.startswith(("{", "[")) or is_document(head)
    if suffix not in JSON and not looks_like_json and any(sign in first for sign in DELIMITERS):
        return "csv"
    return "jsonl"


def _mentions(found: Iterator[Line | Record | RejectedLine], context: FileContext) -> Iterator[Line | RejectedLine]:
    ids = IdCheck(context.path, context.options.ids, context.notes)
    mender: Mender | None = None
    for entry in found:
        if isinstance(entry, RejectedLine):
            yield entry
            continue
        if isinstance(entry, Line):
            mention = decode_line(entry.raw, None)
            if isinstance(mention, WireMention):
                if ids.accepts(mention, entry.number):
                    yield Line(entry.number, entry.raw, entry.next_position, mention)
                continue
        if mender is None:
            mender = Mender(context.notes, context.timestamps(), context.decimal)
            context.notes.sample = entry.fields if isinstance(entry, Record) else {}
        mended = _mend(mender, entry)
        if mended is None:
            yield Line(entry.number, entry.raw, entry.next_position)
        elif not isinstance(mended, Mended):
            yield RejectedLine(entry.number, entry.raw, mended, entry.next_position)
        elif ids.accepts(mended.mention, entry.number):
            yield Line(entry.number, mended.raw, entry.next_position, mended.mention)
    ids.finish()


def _mend(mender: Mender, entry: Line | Record) -> Mended | tuple[str, ...] | None:
    if isinstance(entry, Line):
        return mender.mend_line(entry.raw, entry.number)
    return mender.mend(entry.fields, entry.number)
