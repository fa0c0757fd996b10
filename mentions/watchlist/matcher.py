"""Keyword matcher: one Aho-Corasick automaton over the terms of all brands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import ahocorasick

from mentions.watchlist.normalise import normalise
from mentions.watchlist.word_boundaries import boundary_checks, is_word_character

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Terms(NamedTuple):
    """Keywords that assign a text to a brand, and exclusions that veto it. Normalised when the matcher is built."""

    keywords: Iterable[str]
    exclusions: Iterable[str]


class _Entry(NamedTuple):
    length: int
    guard_start: bool
    guard_end: bool
    keyword_of: tuple[int, ...]
    exclusion_of: tuple[int, ...]


class Matcher:
    """Finds brands by whole words; the cost grows with the text's length, not with the number of brands.

    A. Aho, M. Corasick, "Efficient string matching", Communications of the ACM 18 (1975).
    """

    def __init__(self, brands: Sequence[Terms]) -> None:
        wanted, unwanted = _owners(brands)
        self._automaton: Final = ahocorasick.Automaton()
        for term in wanted.keys() | unwanted.keys():
            places = tuple(wanted.get(term, ())), tuple(unwanted.get(term, ()))
            self._automaton.add_word(term, _Entry(len(term), *boundary_checks(term), *places))
        self._automaton.make_automaton()
        self._empty = not wanted

    def find(self, text: str) -> tuple[int, ...]:
        """Return the indexes of the brands with a keyword and no exclusion in `text`."""
        if self._empty:
            return ()
        folded = normalise(text)
        wanted: set[int] = set()
        unwanted: set[int] = set()
        for end, entry in self._automaton.iter(folded):
            if _stands_alone(folded, end, entry):
                wanted.update(entry.keyword_of)
                unwanted.update(entry.exclusion_of)
        return tuple(sorted(wanted - unwanted))


def _stands_alone(folded: str, end: int, entry: _Entry) -> bool:
    before, after = end - entry.length, end + 1
    return not (
        (entry.guard_start and before >= 0 and is_word_character(folded[before]))
        or (entry.guard_end and after < len(folded) and is_word_character(folded[after]))
    )


def _owners(brands: Sequence[Terms]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    wanted: dict[str, list[int]] = {}
    unwanted: dict[str, list[int]] = {}
    for place, brand in enumerate(brands):
        for owners, terms in ((wanted, brand.keywords), (unwanted, brand.exclusions)):
            for term in {normalise(term) for term in terms} - {""}:
                owners.setdefault(term, []).append(place)
    return wanted, unwanted
