"""Text as the policies read it: without case, accents and disguises, each character traced back to the original."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

READ_CHARS: Final = 2_000
"""Characters of a text that are read: the words that break a rule come early, and reading stays bounded."""

_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_SUSPECT: Final = re.compile(r"(?<!\S)[^\s@#!|]*[013457@$!|][^\s]*")
_FEWEST: Final = 2
"""Letters of a word in which digits may stand for letters: `5G` has one, and at least two in five are letters."""

_CORE: Final = re.compile(r"[^\W_][^\s.,;:?()\"]*[^\W_]|[^\W_]")
_LINK: Final = re.compile(r"https?:|www\.|\w@\w+\.")
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W_](?:([ .*_-])[^\W_])(?:\1[^\W_])+(?![^\W_])")
_APOSTROPHES: Final = {"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'", "`": "'"}
_LIGATURES: Final = {"œ": "oe", "æ": "ae", "ß": "ss"}
_HIDDEN: Final = "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}"
_APART: Final = re.compile(r"(?<![^\W_])[^\W_][ .*_-][^\W_][ .*_-][^\W_](?![^\W_])")
_WORD: Final = re.compile(r"[^\W_]+")


class Span(NamedTuple):
    """Part of a text, as the author wrote it: from `start` up to but not including `end` (characters)."""

    start: int
    end: int


class FoldedText:
    """A text, folded for matching.

    Case, accents and invisible characters are gone, digits and signs that stand for letters within a word are letters
    (`1d1ot`), and letters apart (`i d i o t`) are together.

    >>> FoldedText("Quel 1d1ot, é l o i !").folded
    'quel idiot, eloi !'
    """

    def __init__(self, text: str) -> None:
        self.original = text[:READ_CHARS]
        self.folded, self._places = _fold(self.original)

    def span(self, start: int, end: int) -> Span:
        """Return where a part of the folded text stands in the original."""
        return Span(self._places[start], self._places[end - 1] + 1) if end > start else Span(0, 0)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the different words."""
        return frozenset(_WORD.findall(self.folded))


def _fold(text: str) -> tuple[str, Sequence[int]]:
    text = _SUSPECT.sub(_reveal, text)
    places: Sequence[int]
    if text.isascii():
        folded, places = text.lower().replace("`", "'"), range(len(text))
    else:
        parts = [_folded(letter) for letter in text]
        folded = "".join(parts)
        places = [place for place, part in enumerate(parts) for _ in part]
    spaced = _SPACED.finditer(folded) if _APART.search(folded) else ()
    dropped = {place for found in spaced for place in range(found.start() + 1, found.end() - 1, 2)}
    if dropped:
        folded = "".join(letter for place, letter in enumerate(folded) if place not in dropped)
        places = [original for place, original in enumerate(places) if place not in dropped]
    return folded, places


@lru_cache(4096)
def _folded(letter: str) -> str:
    if letter in _HIDDEN:
        return ""
    known = _APOSTROPHES.get(letter) or _LIGATURES.get(letter.lower())
    if known:
        return known
    return "".join(part for part in unicodedata.normalize("NFKD", letter.casefold()) if not unicodedata.combining(part))


def _reveal(found: re.Match[str]) -> str:
    """Return a word with letters in place of the digits and signs that stand for them: as long as before."""
    word = found[0]
    letters = sum(letter.isalpha() for letter in word)
    if letters < _FEWEST or letters * 5 < len(word) * 2 or _LINK.search(word):
        return word
    return _CORE.sub(lambda core: core[0].translate(_LEET), word)
