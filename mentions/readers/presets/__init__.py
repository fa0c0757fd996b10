"""Presets: what the exports of common tools look like, found by their header or stated by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mentions.readers.fields.field_map import REQUIRED, parse_source, path_value, resolve_preset
from mentions.readers.presets import app_stores, listening_tools, social_networks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mentions.readers.presets.model import Layout, Preset

PRESETS: Final = {
    preset.name: preset for family in (listening_tools, social_networks, app_stores) for preset in family.PRESETS
}


class Match(NamedTuple):
    """A preset, and the layout of it that a file has."""

    preset: Preset
    layout: Layout


def chosen(name: str) -> tuple[Preset, ...]:
    """Return the presets to try: the named one, or all.

    Raises:
        ValueError: there is none of that name.
    """
    name = name.lower()
    if name and name not in PRESETS:
        raise ValueError(f"--from {name!r}: no such preset: use one of {', '.join(PRESETS)}, or none")
    return (PRESETS[name],) if name else tuple(PRESETS.values())


def match_header(header: Collection[str], presets: Iterable[Preset]) -> Match | None:
    """Return the preset whose columns a table has, None if it has those of none."""
    names = frozenset(header)
    return next(
        (
            Match(one, layout)
            for one in presets
            for layout in one.layouts
            if layout.signature <= names and not layout.items
        ),
        None,
    )


def fit_header(header: Collection[str], preset: Preset) -> Match | None:
    """Return the layout of a stated preset that gives all fields a mention needs, though other columns are missing."""
    for layout in preset.layouts:
        if not layout.items and set(REQUIRED) <= set(resolve_preset(layout.mapping, header)):
            return Match(preset, layout)
    return None


def match_record(record: Any, presets: Iterable[Preset]) -> Match | None:
    """Return the preset whose paths a JSON object has, None if it has those of none."""
    for preset in presets:
        for layout in preset.layouts:
            if any(has_signature(post, layout) for post in posts(record, layout)[:1]):
                return Match(preset, layout)
    return None


def fit_record(record: Any, preset: Preset) -> Match | None:
    """Return the layout of a stated preset that gives all fields a mention needs, though other paths are missing."""
    for layout in preset.layouts:
        sources = {field: parse_source(layout.mapping[field]) for field in REQUIRED}
        for post in posts(record, layout)[:1]:
            values = [source.value(partial(path_value, post), field) for field, source in sources.items()]
            if all(value is not None for value in values):
                return Match(preset, layout)
    return None


def has_signature(post: Any, layout: Layout) -> bool:
    """Return whether a post has all that tells the layout."""
    return all(path_value(post, path) is not None for path in layout.signature)


def posts(record: Any, layout: Layout) -> list[Any]:
    """Return the posts of a JSON object, each with what other lists of the object say of it."""
    if not layout.items:
        return [record]
    found = path_value(record, layout.items)
    items = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    for lookup in layout.lookups:
        table = path_value(record, lookup.table)
        entries = {
            entry.get(lookup.key): entry
            for entry in (table if isinstance(table, list) else [])
            if isinstance(entry, dict)
        }
        items = [
            item | {lookup.into: entries.get(path_value(item, lookup.by))} if isinstance(item, dict) else item
            for item in items
        ]
    return items


def why_left_out(layout: Layout, value_at: Any) -> str:
    """Return why a post is no mention, "" if it is one; `value_at` gives what stands in a column or at a path."""
    for path, wanted in layout.only.items():
        if value_at(path) not in wanted:
            return f"{path} is not {' or '.join(sorted(wanted))}"
    if layout.needs and not str(value_at(layout.needs) or "").strip():
        return f"no {layout.needs}"
    return ""
