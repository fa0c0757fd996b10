"""Column mapping: which column of a table is which field, and on which line the columns are named."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mentions.readers.fields.field_map import MENTION, Target, check_fields, parse_source, resolve_preset
from mentions.readers.fields.guesses import as_option, guess_map
from mentions.readers.position import SourceError, some_names
from mentions.readers.presets import Match, fit_header, match_header, why_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mentions.readers.formats.file_context import FileContext
    from mentions.readers.presets.model import Layout

MAX_LABEL_LINES: Final = 40
"""How many lines of an export may stand before its header."""


class ColumnMapping:
    """Maps the cells of a row to fields."""

    def __init__(
        self,
        header: Sequence[str],
        mapping: Mapping[str, str],
        layout: Layout | None = None,
        target: Target = MENTION,
    ) -> None:
        """Take the header and, for fields that it names otherwise, field → source.

        Columns that are mapped to no field keep their names, and so may be fields all the same, unless the mapping
        takes that field from elsewhere; with a layout they are left out.

        Raises:
            ValueError: a field or column is unknown, two columns have one name, or a required field has no column.
        """
        check_fields(mapping, target)
        stated = {field: parse_source(text, header) for field, text in mapping.items()}
        _check_columns(header, {field: source.names for field, source in stated.items()}, mapping)
        preset = {} if layout is None else resolve_preset(layout.mapping, header)
        whole = {source.names[0] for source in stated.values() if len(source.names) == 1}
        taken = {"", *whole, *stated}
        own = [] if layout is not None else [name for name in header if name not in taken]
        self.width: Final = len(header)
        self.mapping: Final = {**{name: name for name in own if name in target.fields}, **preset, **mapping}
        self._layout = layout
        self._places = {name: place for place, name in reversed(list(enumerate(header)))}
        self._own = [(name, self._places[name]) for name in dict.fromkeys(own)]
        self._sources = {field: parse_source(text, header) for field, text in {**preset, **mapping}.items()}
        _check_required(
            self.mapping, header, target, twice=[*own, *(n for s in self._sources.values() for n in s.names)]
        )

    def fields(self, cells: Sequence[str]) -> dict[str, Any]:
        """Return the row's fields: each cell as its text."""

        def cell(name: str) -> str:
            return cells[self._places[name]] if name in self._places else ""

        fields: dict[str, Any] = {name: cells[place] for name, place in self._own}
        for field, source in self._sources.items():
            fields[field] = source.value(cell, field)
        return fields

    def why_left_out(self, cells: Sequence[str]) -> str:
        """Return why a row is no mention, such as a rating without words; "" if it is one."""
        if self._layout is None or not (self._layout.only or self._layout.needs):
            return ""
        return why_left_out(self._layout, lambda name: cells[self._places[name]] if name in self._places else "")


def find_header(rows: Iterator[tuple[int, list[str]]], context: FileContext) -> tuple[int, ColumnMapping]:
    """Return the number of the line that names the columns, and their mapping.

    The header is the first line, or the first after labels such as a report's name that has all columns that are
    needed. What was found out is noted.

    Raises:
        SourceError: no line has them.
    """
    failure: SourceError | None = None
    for tried, (number, cells) in enumerate(rows):
        header = [name.strip() for name in cells]
        try:
            found = _mapping(header, context)
        except ValueError as error:
            failure = failure or SourceError(context.path, number, str(error))
            context.notes.header = context.notes.header or header
        else:
            if tried:
                context.notes.note(f"the header is on line {number}: the lines before it are skipped")
            context.notes.header, context.notes.mapping = header, found.mapping
            return number, found
        if context.options.skip_lines is not None or tried >= MAX_LABEL_LINES:
            break
    raise failure or SourceError(context.path, 1, "is empty, or has no header: export again with one")


def _mapping(header: list[str], context: FileContext) -> ColumnMapping:
    match = _match(header, context)
    found = ColumnMapping(header, context.mapping, match.layout if match else None, context.target)
    context.settle(match)
    return found


def _match(header: list[str], context: FileContext) -> Match | None:
    if set(context.target.required) <= set(header) and context.stated_preset is None:
        return None
    match = match_header(header, context.presets)
    stated = context.stated_preset
    if match is None and stated is not None:
        match = fit_header(header, stated)
        if match is None:
            columns = " or ".join(", ".join(sorted(layout.signature)) for layout in stated.layouts if not layout.items)
            raise ValueError(
                f"is not {stated.what}: a table of that kind has the columns {columns}, this one {some_names(header)}"
                if columns
                else f"is not {stated.what}: those are JSON, this is a table"
            )
    return match


def _check_columns(header: Sequence[str], stated: Mapping[str, tuple[str, ...]], mapping: Mapping[str, str]) -> None:
    for field, names in stated.items():
        for name in names:
            if name not in header:
                shown = f"{field}={mapping[field]}"
                raise ValueError(f"{shown}: there is no column {name!r}: use one of {some_names(filter(None, header))}")


def _check_required(mapping: Mapping[str, str], header: Sequence[str], target: Target, twice: Sequence[str]) -> None:
    counts = Counter(header)
    doubled = [name for name in twice if counts[name] > 1 and (name in target.fields or name in mapping.values())]
    if doubled:
        raise ValueError(f"two columns are called {doubled[0]!r}: rename one")
    missing = [field for field in target.required if field not in mapping]
    if missing:
        guess = guess_map(header, missing, list(mapping.values()))
        perhaps = f". Perhaps --map {as_option(guess)}" if guess else ""
        raise ValueError(
            f"no column for {', '.join(missing)}: map {missing[0]}=COLUMN (one of {some_names(filter(None, header))}), "
            f"or {missing[0]}==TEXT for the same text in each row{perhaps}"
        )
