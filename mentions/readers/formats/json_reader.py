"""JSON reader: objects one a line, in an array or over several lines, as they stand or mapped by paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mentions.model.mention import Mention
from mentions.readers.fields.field_map import FieldSource, parse_source, path_value
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.formats.json_documents import is_document, read_document
from mentions.readers.position import START, Line, Position, SourceError, some_names
from mentions.readers.presets import fit_record, has_signature, match_record, posts, why_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.readers.presets.model import Layout
    from mentions.readers.raw.line_reader import LineReader


def read_json(lines: LineReader, context: FileContext, head: bytes, start: Position = START) -> Iterator[Line | Record]:
    """Yield each object: as it stands, or its fields.

    Args:
        lines: the file from its beginning.
        context: what is stated about the file.
        head: the file's first bytes.
        start: where to go on.

    Raises:
        SourceError: the file is no JSON, or its first object lacks what is mapped.
    """
    document = is_document(head)
    context.notes.kind = "JSON" if document else "JSON Lines"
    records = _documents(lines, start) if document else _lines(lines, start)
    objects = _Objects(context, start)
    for record in records:
        yield from objects.read(record)
        if objects.pass_as_they_stand:
            yield from records


def _lines(lines: LineReader, start: Position) -> Iterator[Line]:
    lines.advance(start)
    for line in lines:
        raw = line.strip()
        if raw:
            yield Line(lines.position.lines, raw, lines.position)


def _documents(lines: LineReader, start: Position) -> Iterator[Line]:
    """Yield the values of a document; a position counts them."""
    for index, found in enumerate(read_document(lines), 1):
        if index > start.lines:
            raw = json.dumps(found.value, ensure_ascii=False).encode(errors="surrogateescape")
            yield Line(found.number, raw, Position(index, index))


class _Objects:
    """Makes records of the objects: with the preset that fits the first one, or with the mapping that is stated."""

    def __init__(self, context: FileContext, start: Position) -> None:
        self._context = context
        self._before = start  # where this object begins: what goes on within it reads it again
        self._first = True
        self._sources = {field: parse_source(text) for field, text in context.mapping.items()}
        self._layout: Layout | None = None
        self._list = ""  # the path of the one list of objects that an object holds, where it is no mention itself
        self._by_layout: dict[int, dict[str, FieldSource]] = {}

    @property
    def pass_as_they_stand(self) -> bool:
        """Return whether the objects are mentions already, or nothing tells how to make some of them."""
        return not (self._first or self._layout or self._sources or self._list)

    def read(self, line: Line) -> Iterator[Line | Record]:
        """Yield the posts of an object."""
        value = _parsed(line.raw)
        if self._first and isinstance(value, dict):
            self._first = False
            self._begin(value, line.number)
        if not isinstance(value, dict):
            yield line
        elif self._list:
            found = path_value(value, self._list)
            items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
            yield from self._spread([fields for item in items for fields in self._fields(item)], line)
        elif self._layout is not None:
            yield from self._spread(self._fields(value), line)
        else:
            yield Record(line.number, self._mapped(value), line.raw, line.next_position) if self._sources else line
        self._before = line.next_position

    def _begin(self, value: dict[str, Any], number: int) -> None:
        context = self._context
        is_mention = all(value.get(name) is not None for name in context.target.required)
        if not is_mention or context.stated_preset is not None:
            match = match_record(value, context.presets)
            if match is None and context.stated_preset is not None:
                match = fit_record(value, context.stated_preset)
            context.settle(match)
            self._layout = context.layout
        if self._layout is None and all(value.get(name) is None for name in context.target.required):
            self._list = self._list_of_posts(value)
            self._layout = context.layout
        if self._layout is None and context.stated_preset is not None:
            what = context.stated_preset.what
            raise SourceError(context.path, number, f"is not {what}: its first object has {some_names(value)}")
        if self._list:
            context.notes.note(f"the objects in {self._list!r} are read")
            value = path_value(value, self._list)[0]
        context.notes.header = tuple(value)
        own = {name: name for name in context.target.fields if name in value}
        preset = dict(self._layout.mapping) if self._layout else own
        context.notes.mapping = preset | dict(context.mapping)
        if self._layout is None:
            self._check_paths(value, number)

    def _list_of_posts(self, value: dict[str, Any]) -> str:
        """Return the path of the one list of objects in an object, where they are mentions or a map is stated."""
        path = _only_list(value)
        if not path:
            return ""
        first = path_value(value, path)[0]
        if all(first.get(name) is not None for name in self._context.target.required):
            return path
        self._context.settle(match_record(first, self._context.presets))
        return path if self._sources or self._context.match else ""

    def _check_paths(self, value: dict[str, Any], number: int) -> None:
        for field in self._context.target.required:
            source = self._sources.get(field)
            if source and source.constant is None and all(path_value(value, name) is None for name in source.names):
                stated = f"{field}={self._context.mapping[field]}"
                message = f"{stated}: the first object has nothing there: it has {some_names(_paths(value))}"
                raise SourceError(self._context.path, number, message)

    def _mapped(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the mapped fields, and those that are called as fields; with no map, all there are."""
        if not self._sources:
            return value
        parents = {field.partition(".")[0] for field in self._sources}
        known = {*Mention.model_fields, *self._context.target.fields} - parents
        own = {name: part for name, part in value.items() if name in known}
        return own | _evaluated(self._sources, value)

    def _fields(self, value: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the fields of each post of an object; what is none is left out, and noted."""
        if self._layout is None:
            return [self._mapped(value)]
        layout = self._fitting(value, self._layout)
        kept = []
        for post in posts(value, layout):
            reason = why_left_out(layout, lambda path, post=post: path_value(post, path))
            if reason:
                self._context.notes.left_out[reason] += 1
            else:
                kept.append(_evaluated(self._sources_of(layout), post))
        return kept

    def _spread(self, several: list[dict[str, Any]], line: Line) -> Iterator[Record]:
        """Yield the records of one object: only the last one goes on after it."""
        for place, fields in enumerate(several, 1):
            following = line.next_position if place == len(several) else self._before
            yield Record(line.number, fields, line.raw, following)

    def _fitting(self, value: dict[str, Any], layout: Layout) -> Layout:
        """Return the layout of an object: exports of one tool mix several."""
        if self._context.match is None or any(has_signature(post, layout) for post in posts(value, layout)[:1]):
            return layout
        match = match_record(value, [self._context.match.preset])
        return match.layout if match else layout

    def _sources_of(self, layout: Layout) -> dict[str, FieldSource]:
        key = id(layout)
        if key not in self._by_layout:
            preset = {field: parse_source(text) for field, text in layout.mapping.items()}
            self._by_layout[key] = preset | self._sources
        return self._by_layout[key]


def _only_list(value: dict[str, Any]) -> str:
    """Return the path of the one list of objects in an object, "" if it holds none or several."""
    found = [
        path
        for path in _paths(value)
        if isinstance(part := path_value(value, path), list) and part and isinstance(part[0], dict)
    ]
    return found[0] if len(found) == 1 else ""


def _evaluated(sources: dict[str, FieldSource], value: Any) -> dict[str, Any]:
    return {field: source.value(lambda path: path_value(value, path), field) for field, source in sources.items()}


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _paths(value: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, part in value.items():
        if isinstance(part, dict) and part and not prefix:
            found += _paths(part, f"{key}.")
        else:
            found.append(prefix + key)
    return found
