"""Risk terms by category, and which categories a text touches.

The terms are curated by hand (`risk_terms.tsv`): English and French at length, the most severe matters in Spanish,
German, Italian, Portuguese and Dutch. A term alone proves nothing: an insurer's mentions are full of accidents. What
counts is the share of a topic's mentions that touch a category, against the brand's usual share.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.risk.categories import category_bit
from detectors.topics.text.units import stem_of, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FORMS: Final = re.compile(r"\(([^)]*)\)")


class Word(NamedTuple):
    """A normalised word, and all that reading needs to know about it."""

    stem: str  # what it is counted as, "" for a function word or a gap
    word: str
    risks: int  # categories that it touches, as bits
    phrases: Phrases | None  # risk phrases that begin with it


Phrases = dict[str, tuple[tuple[tuple[str, ...], int], ...]]
"""Second word → the words after it, and bits."""

GAP: Final = Word("", "", 0, None)

_HANDLE: Final = (GAP,)
_REMEMBERED: Final = 30_000
_PUNCTUATION: Final = '.,!?:;()[]"“”«»…*-–—'


class RiskTerms:
    """Risk terms by first word, and a bounded table of recent words, which saves most of the work of reading."""

    def __init__(self, words: Mapping[str, int], phrases: Mapping[str, Phrases]) -> None:
        self.words, self.phrases = words, phrases
        self._recent: dict[str, tuple[Word, ...]] = {}
        self._older: dict[str, tuple[Word, ...]] = {}

    def words_of(self, text: str) -> list[Word]:
        """Return the words of a cleaned text in order; GAP stands for a handle, and stands around a link."""
        recent = self._recent
        words: list[Word] = []
        for part in text.split():
            known = recent.get(part)
            words += self._look_up(part) if known is None else known
        return words

    def _look_up(self, part: str) -> tuple[Word, ...]:
        """Return the words of a part of a text without blanks. Links and handles seldom come again: not remembered."""
        if part[0] == "@" and part[1:].isalnum():
            return _HANDLE
        bare = part.strip(_PUNCTUATION)
        if bare[:1] == "@" or "://" in bare:
            return _HANDLE if bare[1:].isalnum() else self._read(part)
        known = self._older.get(part) or self._recent.get(bare) or self._read(bare)
        if len(self._recent) >= _REMEMBERED:
            self._older, self._recent = self._recent, {}
        self._recent[part] = self._recent[bare] = known
        return known

    def _read(self, part: str) -> tuple[Word, ...]:
        if part.isalnum() and part.isascii():
            return self._words(part.lower())
        found: tuple[Word, ...] = ()
        for token in tokens(part):
            found += self._words(token)
        return found

    def _words(self, token: str) -> tuple[Word, ...]:
        if not token:
            return (GAP,)
        word = Word(stem_of(token), token, self.words.get(token, 0), self.phrases.get(token))
        return (GAP, word, GAP) if "/" in token else (word,)


def phrase_risks(words: Sequence[Word]) -> int:
    """Return the categories whose phrases stand in a text, as bits."""
    bits = 0
    for place, (first, second) in enumerate(pairwise(words), 2):
        for rest, categories in (first.phrases or {}).get(second.word, ()):
            if tuple(one.word for one in words[place : place + len(rest)]) == rest:
                bits |= categories
    return bits


@cache
def built_in_terms() -> RiskTerms:
    """Return the terms of `risk_terms.tsv`."""
    return compile_terms(parse(_table()))


def adjusted_terms(extra: Mapping[str, Sequence[str]], ignored: Iterable[str]) -> RiskTerms:
    """Return the built-in terms with a brand's own added, and without the ignored categories.

    Args:
        extra: category → terms.
        ignored: categories.

    Raises:
        ValueError: a category is unknown.
    """
    keep = ~sum(category_bit(category) for category in set(ignored))
    own = [(category_bit(category), term) for category, terms in extra.items() for term in terms]
    return compile_terms((bits & keep, term) for bits, term in (*parse(_table()), *own))


def _table() -> str:
    return files("detectors.topics.risk").joinpath("risk_terms.tsv").read_text(encoding="utf-8")


def parse(text: str) -> Iterator[tuple[int, str]]:
    """Yield (category bit, term) of a table of terms.

    Raises:
        ValueError: a line is not category, language and terms, separated by tabs.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3:  # noqa: PLR2004 - category, language, terms
            raise ValueError(
                f"risk_terms.tsv:{number}: {len(fields)} fields: must be category, language, terms (by tabs)"
            )
        for term in fields[2].split(","):
            yield from ((category_bit(fields[0]), form) for form in _forms(term.strip()))


def compile_terms(terms: Iterable[tuple[int, str]]) -> RiskTerms:
    """Return (category bits, term) pairs in the form in which they are looked up."""
    single: dict[str, int] = {}
    several: dict[tuple[str, ...], int] = {}
    for bits, term in terms:
        words = tuple(tokens(term))
        if len(words) == 1:
            single[words[0]] = single.get(words[0], 0) | bits
        elif words:
            several[words] = several.get(words, 0) | bits
    phrases: dict[str, Phrases] = {}
    for (first, second, *rest), bits in several.items():
        if bits:
            known = phrases.setdefault(first, {})
            known[second] = (*known.get(second, ()), (tuple(rest), bits))
    return RiskTerms(single, phrases)


def _forms(term: str) -> Iterator[str]:
    """Yield the forms of a term: "recall(|s)" is recall and recalls."""
    pieces = _FORMS.split(term)
    choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    yield from map("".join, product(*choices))
