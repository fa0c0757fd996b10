"""Preset: what the exports of one tool look like, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Lookup:
    """Adds to each post what another list of the same object says of it, such as its author's name."""

    table: str  # path of the list in the object
    key: str  # of the list's entries
    by: str  # path in the post of the key's value
    into: str  # the key under which the post gets the entry


@dataclass(frozen=True)
class Layout:
    """One form of a tool's exports."""

    signature: frozenset[str]  # columns, or paths of each post, that occur together nowhere else
    mapping: Mapping[
        str, str
    ]  # field → source, as in `mentions.readers.fields.field_map`; names that are missing are left out
    items: str = ""  # path of the list of posts in each object; "": each object is a post
    lookups: tuple[Lookup, ...] = ()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)  # path → the values of posts that are mentions
    needs: str = ""  # column or path: what has nothing there is no mention, such as a rating without words
    timezone: str = ""  # of times without an offset, where the tool's documentation says so
    decimal: str = ""


@dataclass(frozen=True)
class Preset:
    """A tool's exports, in any of its layouts."""

    name: str
    what: str
    layouts: tuple[Layout, ...]
