"""First look at a file: header, map, five mentions as they would be read, and what is unclear."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tocsin.cli.output import print_line, print_table, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentions.readers.fields.field_map import Target
    from mentions.readers.formats.file_context import FileContext
    from mentions.readers.options import ReadOptions
    from mentions.readers.position import Line, RejectedLine

MENTIONS: Final = 5
LOOKED_AT: Final = 200
"""How many lines are read for what is unclear."""

_MAX_REASONS: Final = 8
_MAX_CHARS: Final = 160


def print_preview(path: str, mapping: dict[str, str], options: ReadOptions, target: Target | None = None) -> bool:
    """Print a first look at a file; return whether nothing is unclear.

    A map that is not complete is completed by guesses, and said to be.
    """
    from mentions.readers.fields.field_map import MENTION  # noqa: PLC0415  slow to load
    from mentions.readers.fields.guesses import as_option  # noqa: PLC0415
    from mentions.readers.formats.file_context import FileContext  # noqa: PLC0415
    from mentions.readers.id_check import UnusableIdsError  # noqa: PLC0415
    from mentions.readers.position import RejectedLine, SourceError  # noqa: PLC0415

    wanted = target or MENTION
    context = FileContext(path, mapping, replace(options, ids="stop"), target=wanted)
    unclear: list[str] = []
    read: list[Any] = []
    try:
        read = list(islice(_entries(context), LOOKED_AT))
    except (SourceError, UnusableIdsError) as error:
        unclear.append(str(error))
        guess = _guess(context) if isinstance(error, SourceError) else {}
        if guess:
            unclear.append(f"the mentions above are read with a guess: --map {as_option(mapping | guess)}")
        if guess or isinstance(error, UnusableIdsError):
            context = FileContext(path, mapping | guess, replace(options, ids="ignore"), target=wanted)
            read = _as_far_as_possible(context, unclear)
    read = [_judged(entry) for entry in read] if wanted is MENTION else read
    rejected = [entry for entry in read if isinstance(entry, RejectedLine)]
    unclear += [f"{path}:{entry.number}: {'; '.join(entry.reasons)}" for entry in rejected]
    _print_file(context)
    good = [entry for entry in read if not isinstance(entry, RejectedLine)]
    if good or not context.notes.sample:
        _print_mentions(good[:MENTIONS], wanted.what)
    else:
        print_line("no line can be read yet; the first one holds:")
        _print_fields(context.notes.sample)
    _print_lines("left out:", [f"{path}: {line}" for line in context.notes.summary()])
    _print_lines("unclear:" if unclear else "nothing is unclear", unclear)
    return not unclear


def _entries(context: FileContext) -> Iterator[Any]:
    from mentions.readers.fields.field_map import MENTION  # noqa: PLC0415
    from mentions.readers.files import read, read_fields  # noqa: PLC0415

    if context.target is not MENTION:
        return iter(read_fields(context))
    return iter(read(context.path, context.mapping, options=context.options, notes=context.notes))


def _judged(entry: Line | RejectedLine) -> Line | RejectedLine:
    """Return a line as it will be taken: one that no reader could mend is refused where it is sent."""
    from mentions.model.decode import Rejection, decode_line  # noqa: PLC0415  slow to load
    from mentions.readers.position import Line, RejectedLine  # noqa: PLC0415

    if isinstance(entry, Line) and entry.mention is None:
        decoded = decode_line(entry.raw, None)
        if isinstance(decoded, Rejection):
            return RejectedLine(entry.number, entry.raw, tuple(decoded.reasons), entry.next_position)
    return entry


def _as_far_as_possible(context: FileContext, unclear: list[str]) -> list[Line | RejectedLine]:
    from mentions.readers.id_check import UnusableIdsError  # noqa: PLC0415
    from mentions.readers.position import SourceError  # noqa: PLC0415

    try:
        return list(islice(_entries(context), LOOKED_AT))
    except (SourceError, UnusableIdsError) as error:
        if str(error) not in unclear:
            unclear.append(str(error))
        return []


def _guess(context: FileContext) -> dict[str, str]:
    """Return a map for the required fields that have no column; a channel that no column tells is "unknown"."""
    from mentions.readers.fields.guesses import guess_map  # noqa: PLC0415

    header, target = list(context.notes.header), context.target
    open_fields = [field for field in target.fields if field not in context.mapping and field not in header]
    known = [*context.mapping.values(), *(field for field in target.fields if field in header)]
    found = guess_map(header, open_fields, known) if header else {}
    missing = [field for field in target.required if field in open_fields and field not in found]
    if missing == ["channel"]:
        return found | {"channel": "=unknown"}
    return {} if missing else found


def _print_file(context: FileContext) -> None:
    from mentions.readers.position import some_names  # noqa: PLC0415

    notes = context.notes
    print_line(printable(f"{context.path}: {notes.kind or 'not read'}"))
    for fact in notes.facts:
        print_line(printable(f"  {fact}"))
    if notes.header:
        print_line(printable(f"header: {some_names(notes.header)}"))
    if notes.mapping:
        print_line("map:")
        print_table(("field", "from"), [(field, _shown(source)) for field, source in notes.mapping.items()])
        unused = [name for name in notes.header if name and not any(name in one for one in notes.mapping.values())]
        if unused and not notes.kind.startswith("JSON"):
            print_line(printable(f"not used: {some_names(unused)}"))


def _shown(source: str) -> str:
    return f"always {source[1:]!r}" if source.startswith("=") else source


def _print_mentions(entries: list[Any], what: str) -> None:
    print_line(f"the first {len(entries)}, as {what} each:" if entries else f"no line can be read as {what}")
    for entry in entries:
        fields = entry.fields if getattr(entry, "fields", None) is not None else json.loads(entry.raw)
        print_line(f"  line {entry.number}")
        _print_fields(_with_instant(fields))


def _with_instant(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Return fields with their time as the instant that it was taken for, so that a wrong day or zone is seen."""
    from mentions.model.timestamps import format_timestamp, parse_timestamp  # noqa: PLC0415

    if "published_at" not in fields:
        return fields
    try:
        return {**fields, "published_at": format_timestamp(parse_timestamp(fields["published_at"]))}
    except ValueError:
        return fields


def _print_fields(fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        if value is not None and value != "":
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            print_line(printable(f"    {name}: {text if len(text) <= _MAX_CHARS else text[:_MAX_CHARS] + '…'}"))


def _print_lines(heading: str, lines: list[str]) -> None:
    if lines or not heading.endswith(":"):
        print_line(heading)
    for line in lines[:_MAX_REASONS]:
        print_line(printable(f"  {line}"))
    if len(lines) > _MAX_REASONS:
        print_line(f"  … and {len(lines) - _MAX_REASONS} more lines")
