"""Explanation of matching: by what a text is a brand's, and what was missing where it nearly was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from mentions.cleaning import clean
from mentions.watchlist.matcher import Matcher, Terms
from mentions.watchlist.query import plain_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentions.watchlist.brand_terms import BrandTerms
    from mentions.watchlist.matcher import BrandHits, TextHits
    from mentions.watchlist.query import Span

NEAR: Final = 0.84
"""How alike a word and a keyword are at least (difflib's ratio) to be shown as nearly the same."""

_LEAST: Final = 4
_words = re.compile(r"\w+").findall


@dataclass(frozen=True)
class MatchReason:
    """Why a text is a brand's, or why it nearly is."""

    brand: str
    matched: bool
    found: tuple[str, ...]  # keywords and words of queries, as they stand in the folded text
    reason: str = ""  # where it is not matched


class MatchExplainer:
    """Explains texts against brands, by the very rules of the matcher."""

    def __init__(self, brands: Sequence[BrandTerms]) -> None:
        self._brands = list(brands)
        terms = [Terms(one.search_terms(), one.exclusions, one.queries(), one.context) for one in brands]
        self._matcher = Matcher(terms, spans=True)

    def explain(self, text: str) -> list[MatchReason]:
        """Return the brands that a text is about, then those that it nearly is about."""
        found = self._matcher.search(clean(text))
        reasons = [self._reason(place, found) for place in range(len(self._brands))]
        return sorted((one for one in reasons if one is not None), key=lambda one: not one.matched)

    def _reason(self, place: int, found: TextHits) -> MatchReason | None:
        brand, hits = self._brands[place], found.brands.get(place)
        if hits is None or not (hits.keywords or hits.leaves):
            near = next(self._near(brand, found.folded), "")
            return MatchReason(brand.name, matched=False, found=(), reason=near) if near else None
        spans = [*hits.keywords, *(span for some in hits.leaves.values() for span in some)]
        words = _texts(found, spans)
        if self._matcher.is_about(place, found):
            return MatchReason(brand.name, matched=True, found=words)
        return MatchReason(brand.name, matched=False, found=words, reason=_missing(brand, hits, found))

    def _near(self, brand: BrandTerms, folded: str) -> Iterator[str]:
        """Yield what looks like one of the brand's keywords."""
        words = [word for keyword in brand.keywords for word in plain_terms(keyword.casefold()) if len(word) >= _LEAST]
        for word in dict.fromkeys(_words(folded)):
            inside = next((one for one in words if one in word and one != word), None)
            if inside is not None:
                yield f"“{inside}” is within “{word}”: whole words count; hashtags and handles are taken apart"
            elif close := get_close_matches(word, words, n=1, cutoff=NEAR):
                yield f"“{word}” is nearly “{close[0]}”: add it as a keyword if it is meant"


def _missing(brand: BrandTerms, hits: BrandHits, found: TextHits) -> str:
    if hits.exclusions:
        return f"excluded by “{'”, “'.join(_texts(found, hits.exclusions))}”"
    if brand.context and not hits.context:
        return "none of its context is there"
    return "its query is not met"


def _texts(found: TextHits, spans: Sequence[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.folded[start:end] for start, end in sorted(spans)))
