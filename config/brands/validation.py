"""Validation of the brands of one file: contradictions, duplicates and probable mistakes."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

from config.error_messages import nearest
from mentions.watchlist.foreign_syntax import foreign_sign
from mentions.watchlist.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from config.yaml.nodes import Node

Finding = tuple["Node", str, Literal["error", "warning"]]
"""Place, broken rule with its remedy, severity."""

_SHORT: Final = 2
_LISTS: Final = ("aliases", "keywords", "exclusions", "context", "own_accounts", "languages", "on_call")


def check_brands(brands: Sequence[Node]) -> Iterator[Finding]:
    """Yield what is wrong or suspicious within each entry under `brands` and between them.

    Entries may be invalid in other ways too; everything present is checked, so that one run shows all problems.
    """
    yield from _shared(brands, ("name", "aliases"), "name or alias", "each brand needs its own", "error")
    yield from _shared(brands, ("keywords",), "keyword", "such a mention counts for both", "warning")
    known = {str(place.value) for node in brands for place in _texts(node, "name")}
    for node in brands:
        yield from _too_common(node)
        yield from _excluded(node)
        yield from _repeated(node)
        yield from _unknown_competitors(node, known)
        if "slack_channel" not in node.fields:
            yield node.fields.get("name", node), "has no slack_channel: no Slack channel hears of it", "warning"


def check_groups(brands: Iterable[Node], groups: Node | None) -> Iterator[Finding]:
    """Yield each brand whose group is not declared, and each group without a brand."""
    known = groups.fields if groups else {}
    used = set()
    for node in brands:
        for group in _texts(node, "group"):
            used.add(group.value)
            if group.value not in known:
                close = nearest(str(group.value), known)
                remedy = f'did you mean "{close}"?' if close else "add it there, or leave the group out"
                yield group, f"is not a key under groups: {remedy}", "error"
    for name, node in known.items():
        if name not in used:
            yield node, "no brand belongs to this group: remove it, or give its brands this `group`", "warning"


def _shared(
    brands: Iterable[Node],
    fields: Sequence[str],
    what: str,
    remedy: str,
    severity: Literal["error", "warning"],
) -> Iterator[Finding]:
    """Yield each text that an earlier brand uses already, whatever its case and accents."""
    owners: dict[str, tuple[int, str]] = {}
    for number, node in enumerate(brands):
        for place in _texts(node, *fields):
            mine = (number, f'brand "{_name(node)}" (line {place.line})')
            owner, whose = owners.setdefault(normalise(str(place.value)), mine)
            if owner != number:
                yield place, f"is also a {what} of {whose}: {remedy}", severity


def _too_common(node: Node) -> Iterator[Finding]:
    """Yield keywords that match much that is not about the brand, or that look for signs as they stand."""
    for place in _keywords(node):
        if _joined(str(place.value)):
            yield place, "is looked for with its +: for both words in any order write them with AND", "warning"
        if sign := foreign_sign(str(place.value)):
            yield (
                place,
                f'"{sign[0]}" is no operator here: {sign[1]}; if it is in the name, write \'"…"\'',
                "warning",
            )
        word = normalise(str(place.value))
        if word in _common_words():
            if "context" not in node.fields:
                yield place, "is an everyday word: add `context`, or use a longer phrase as keyword", "warning"
        elif len(word) <= _SHORT:
            yield place, "is very short and matches much that is not the brand: use a longer phrase", "warning"


def _excluded(node: Node) -> Iterator[Finding]:
    """Yield exclusions that lie within a keyword: they leave it nothing to match."""
    for place in _texts(node, "exclusions"):
        word = f" {normalise(str(place.value))} "
        lost = next((keyword for keyword in _keywords(node) if word in f" {normalise(str(keyword.value))} "), None)
        if lost is not None:
            yield place, f'excludes every mention of the keyword "{lost.value}": remove one of them', "error"


def _unknown_competitors(node: Node, known: Collection[str]) -> Iterator[Finding]:
    """Yield competitors that are no other brand of the file: nothing is known of their mentions."""
    mine = {str(place.value) for place in _texts(node, "name")}
    for place in _texts(node, "competitors"):
        name = str(place.value)
        if name in mine:
            yield place, "is the brand itself: name others", "error"
        elif name not in known:
            close = nearest(name, known)
            remedy = f'did you mean "{close}"?' if close else "watch it as a brand, too, or leave it out"
            yield place, f"is no name of a brand of this file: {remedy}", "error"


def _repeated(node: Node) -> Iterator[Finding]:
    """Yield entries that are listed twice, and texts with blanks at their ends."""
    for field in _LISTS:
        seen: dict[str, int] = {}
        for place in _texts(node, field):
            word = normalise(str(place.value))
            if word in seen:
                yield place, f"is in {field} twice (line {seen[word]}): case and accents do not matter", "warning"
            seen.setdefault(word, place.line)
    for place in _texts(node, "name", *_LISTS):
        if place.value != str(place.value).strip():
            yield place, "has blanks at an end: remove them", "error"


def _keywords(node: Node) -> list[Node]:
    """Return the keywords; left out, they are the name and the aliases."""
    return _texts(node, "keywords") if "keywords" in node.fields else _texts(node, "name", "aliases")


def _texts(node: Node, *fields: str) -> list[Node]:
    """Return the texts of the fields, single or in a list."""
    places = [place for field in fields if (found := node.fields.get(field)) for place in [found, *found.items]]
    return [place for place in places if isinstance(place.value, str)]


def _name(node: Node) -> str:
    return next((str(place.value) for place in _texts(node, "name")), "without name")


_joined = re.compile(r"\w\+\w").search


@cache
def _common_words() -> frozenset[str]:
    text = resources.files("config").joinpath("common_words.txt").read_text("utf-8")
    return frozenset(normalise(line) for line in text.splitlines() if line and not line.startswith("#"))
