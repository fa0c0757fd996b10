"""Keyword matcher: one Aho-Corasick automaton over the terms of all brands."""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import ahocorasick

from mentions.watchlist.normalise import normalise, without_lookalikes
from mentions.watchlist.tags import with_tag_words
from mentions.watchlist.word_boundaries import PREFIXES, boundary_checks, is_word_character, spellings, transliterated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentions.watchlist.query import Leaf, Query, Span


class Terms(NamedTuple):
    """Terms of a brand. Normalised when the matcher is built."""

    keywords: Iterable[str]  # each assigns a text to the brand
    exclusions: Iterable[str]  # veto it, or the keywords that they hold
    queries: Sequence[Query] = ()  # assign a text that meets one
    context: Iterable[str] = ()  # where given, one of them must stand in the text, too


class Role(IntEnum):
    """What a term is to a brand; a leaf of a query is LEAF and its number added."""

    KEYWORD = 0
    EXCLUSION = 1
    CONTEXT = 2
    LEAF = 3


class _Entry(NamedTuple):
    length: int
    guard_start: bool
    guard_end: bool
    plain: tuple[int, ...]  # brands that it is a keyword of, and that have nothing else to consider
    owners: tuple[tuple[int, int], ...]  # brand and role of the others for whom it is a whole word
    open_owners: tuple[tuple[int, int], ...]  # of those for whom a word may go on behind it


class BrandHits:
    """What was found of one brand's terms in a text."""

    __slots__ = ("context", "exclusions", "keywords", "leaves")

    def __init__(self) -> None:
        self.keywords: list[Span] = []
        self.exclusions: list[Span] = []
        self.context: list[Span] = []
        self.leaves: dict[int, list[Span]] = defaultdict(list)

    def add(self, role: int, span: Span) -> None:
        """Note that a term of some role stands somewhere."""
        if role == Role.KEYWORD:
            self.keywords.append(span)
        elif role == Role.EXCLUSION:
            self.exclusions.append(span)
        elif role == Role.CONTEXT:
            self.context.append(span)
        else:
            self.leaves[role - Role.LEAF].append(span)


class TextHits(NamedTuple):
    """A text as it was searched, and what was found by brand."""

    folded: str
    written: int  # how long it is without the words of hashtags and handles behind it
    plain: set[int]  # brands that a keyword alone decides
    brands: Mapping[int, BrandHits]


class Matcher:
    """Finds brands by whole words; the cost grows with the text's length, not with the number of brands.

    A. Aho, M. Corasick, "Efficient string matching", Communications of the ACM 18 (1975).
    """

    def __init__(self, brands: Sequence[Terms], *, spans: bool = False) -> None:
        """Take the terms of each brand; with `spans`, `search` says of every term where it stands."""
        self._brands: Final = [(tuple(brand.queries), bool(_folded(brand.context))) for brand in brands]
        plain = {
            place
            for place, brand in enumerate(brands)
            if not (spans or brand.queries or _folded(brand.exclusions) or _folded(brand.context))
        }
        self._automaton: Final = ahocorasick.Automaton()
        owners = _owners(brands)
        for term, (whole, open_) in owners.items():
            simple = tuple(place for place, _ in whole if place in plain)
            others = tuple(owner for owner in whole if owner[0] not in plain)
            self._automaton.add_word(term, _Entry(len(term), *boundary_checks(term), simple, others, tuple(open_)))
        self._automaton.make_automaton()
        self._empty = not owners

    def find(self, text: str) -> tuple[int, ...]:
        """Return the indexes of the brands that a text is about.

        That is a brand with a keyword, or a query that is met. An exclusion takes away the keywords within it ("orange
        juice" that of "orange"); one that holds none vetoes the text. Where a brand has a context, one of its words
        must stand in the text, unless the keyword is in a hashtag or handle.
        """
        found = self.search(text)
        if not found.brands:
            return tuple(sorted(found.plain))
        about = {brand for brand in found.brands if self.is_about(brand, found)}
        return tuple(sorted(found.plain | about))

    def search(self, text: str) -> TextHits:
        """Return what terms stand where."""
        plain: set[int] = set()
        brands: dict[int, BrandHits] = {}
        if self._empty:
            return TextHits("", 0, plain, brands)
        shown, tags = with_tag_words(text)
        folded = without_lookalikes(normalise(shown))
        written = len(folded)
        if tags:
            folded = f"{folded} {without_lookalikes(normalise(tags))}"
        size = len(folded)
        for end, entry in self._automaton.iter(folded):
            length, guard_start, guard_end, simple, owners, open_owners = entry
            before, after = end - length, end + 1
            if guard_start and before >= 0 and is_word_character(folded[before]):
                continue
            if guard_end and after < size and is_word_character(folded[after]):
                owners = ()
            elif simple:
                plain.update(simple)
            for brand, role in owners + open_owners if open_owners else owners:
                if brand not in brands:
                    brands[brand] = BrandHits()
                brands[brand].add(role, (before + 1, after))
        return TextHits(folded, written, plain, brands)

    def is_about(self, brand: int, found: TextHits) -> bool:
        """Return whether the text of `found` is about a brand."""
        hits, (queries, needs_context) = found.brands[brand], self._brands[brand]
        keywords, leaves = hits.keywords, hits.leaves
        if hits.exclusions:
            if any(not _holds(exclusion, hits) for exclusion in hits.exclusions):
                return False
            keywords = _outside(keywords, hits.exclusions)
            leaves = {number: _outside(spans, hits.exclusions) for number, spans in leaves.items()}
        if keywords and (not needs_context or hits.context or any(_in_tag(found, span) for span in keywords)):
            return True
        first = 0
        for query in queries:
            mine = {number: leaves.get(first + number, ()) for number in range(len(query.leaves))}
            if any(mine.values()) and query.is_met(mine, found.folded) and (not needs_context or hits.context):
                return True
            first += len(query.leaves)
        return False


def _holds(exclusion: Span, hits: BrandHits) -> bool:
    """Return whether a keyword, or a leaf of a query, stands within an exclusion and is less than all of it."""
    spans = [*hits.keywords, *(span for spans in hits.leaves.values() for span in spans)]
    return any(exclusion[0] <= start and end <= exclusion[1] and (start, end) != exclusion for start, end in spans)


def _outside(spans: Iterable[Span], exclusions: Sequence[Span]) -> list[Span]:
    return [
        (start, end) for start, end in spans if not any(first <= start and end <= last for first, last in exclusions)
    ]


def _in_tag(found: TextHits, span: Span) -> bool:
    """Return whether a keyword is, or is in, a hashtag or handle."""
    start = span[0]
    if start >= found.written:
        return True
    return found.folded[start] in PREFIXES or (start > 0 and found.folded[start - 1] in PREFIXES)


def _folded(terms: Iterable[str]) -> set[str]:
    return {without_lookalikes(normalise(term)) for term in terms} - {""}


def _owners(brands: Sequence[Terms]) -> dict[str, tuple[list[tuple[int, int]], list[tuple[int, int]]]]:
    """Return, by term, for which brands it is what: as a whole word, and where a word may go on behind it."""
    owners: dict[str, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = defaultdict(lambda: ([], []))
    for place, brand in enumerate(brands):
        roles = ((brand.keywords, Role.KEYWORD), (brand.exclusions, Role.EXCLUSION), (brand.context, Role.CONTEXT))
        for terms, role in roles:
            for term in _folded(terms):
                owners[term][0].append((place, int(role)))
        leaves = [leaf for query in brand.queries for leaf in query.leaves]
        for number, leaf in enumerate(leaves):
            for term in _leaf_spellings(leaf):
                owners[term][leaf.star].append((place, Role.LEAF + number))
    return owners


def _leaf_spellings(leaf: Leaf) -> set[str]:
    """Return a leaf, folded, in all its spellings, and as a hashtag or handle."""
    found = {spelling for word in (leaf.term, transliterated(leaf.term)) for spelling in spellings(normalise(word))} - {
        ""
    }
    found = set(map(without_lookalikes, found))
    squeezed = {"".join(filter(str.isalnum, term)) for term in found if term[0] not in PREFIXES} - found - {""}
    return found | {prefix + term for prefix in PREFIXES for term in squeezed}
