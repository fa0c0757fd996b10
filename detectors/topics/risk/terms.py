"""Risk terms by category, and which categories a text touches.

The terms are curated by hand (`risk_terms.tsv`): English and French at length, the most severe matters in Spanish,
German, Italian, Portuguese and Dutch. A term alone proves nothing: an insurer's mentions are full of accidents. What
counts is the share of a topic's mentions that touch a category, against the brand's usual share.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.risk.categories import category_bit
from detectors.topics.text.units import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FORMS: Final = re.compile(r"\(([^)]*)\)")


class RiskTerms(NamedTuple):
    """Terms by first word, with the categories of each as bits."""

    words: Mapping[str, int]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]  # first word → (words after it, bits)

    def match(self, words: Sequence[str]) -> int:
        """Return the categories that a text's normalised words touch, as bits.

        >>> from detectors.topics.risk.categories import category_names
        >>> category_names(built_in_terms().match(["the", "server", "is", "down"]))
        ('outage',)
        """
        distinct, bits = set(words), 0
        for word in self.words.keys() & distinct:
            bits |= self.words[word]
        for first in self.phrases.keys() & distinct:
            for rest, categories in self.phrases[first]:
                if bits & categories != categories and rest[0] in distinct and _follows(words, first, rest):
                    bits |= categories
        return bits


@cache
def built_in_terms() -> RiskTerms:
    """Return the terms of `risk_terms.tsv`."""
    text = files("detectors.topics.risk").joinpath("risk_terms.tsv").read_text(encoding="utf-8")
    return compile_terms(parse(text))


def adjusted_terms(extra: Mapping[str, Sequence[str]], ignored: Iterable[str]) -> RiskTerms:
    """Return the built-in terms with a brand's own added, and without the ignored categories.

    Args:
        extra: category → terms.
        ignored: categories.

    Raises:
        ValueError: a category is unknown.
    """
    keep = ~sum(category_bit(category) for category in set(ignored))
    base = built_in_terms()
    own = compile_terms((category_bit(category), term) for category, terms in extra.items() for term in terms)
    words = {word: bits & keep for word, bits in _joined(base.words, own.words).items() if bits & keep}
    phrases = {
        first: kept
        for first in {*base.phrases, *own.phrases}
        if (
            kept := tuple(
                (rest, b & keep) for table in (base, own) for rest, b in table.phrases.get(first, ()) if b & keep
            )
        )
    }
    return RiskTerms(words, phrases)


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
    """Return (category bit, term) pairs in the form in which they are looked up."""
    single: dict[str, int] = {}
    several: dict[str, dict[tuple[str, ...], int]] = {}
    for category, term in terms:
        first, *rest = tokens(term) or [""]
        if rest:
            table = several.setdefault(first, {})
            table[tuple(rest)] = table.get(tuple(rest), 0) | category
        elif first:
            single[first] = single.get(first, 0) | category
    return RiskTerms(single, {first: tuple(table.items()) for first, table in several.items()})


def _forms(term: str) -> Iterator[str]:
    """Yield the forms of a term: "recall(|s)" is recall and recalls."""
    pieces = _FORMS.split(term)
    choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    yield from map("".join, product(*choices))


def _joined(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {word: one.get(word, 0) | other.get(word, 0) for word in {*one, *other}}


def _follows(words: Sequence[str], first: str, rest: tuple[str, ...]) -> bool:
    """Return whether `rest` stands right behind `first` somewhere."""
    length = len(rest)
    return any(
        word == first and tuple(words[place + 1 : place + 1 + length]) == rest for place, word in enumerate(words)
    )
