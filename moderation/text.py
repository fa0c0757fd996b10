"""Text as the policies read it: without case, accents and disguises, each character traced back to the original."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.watchlist.normalise import normalise_in_place, origins

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


def _fold(text: str) -> tuple[str, Sequence[int]]:
    text = _SUSPECT.sub(_reveal, text).replace("`", "'")
    folded = normalise_in_place(text)
    places: Sequence[int] = range(len(text)) if text.isascii() else _places(text)
    spaced = _SPACED.finditer(folded)
    dropped = {place for found in spaced for place in range(found.start() + 1, found.end() - 1, 2)}
    if dropped:
        folded = "".join(letter for place, letter in enumerate(folded) if place not in dropped)
        places = [original for place, original in enumerate(places) if place not in dropped]
    return folded, places


def _places(text: str) -> list[int]:
    """Return of each character of the normalised text where it stands in `text`."""
    return [place for place, (start, end) in enumerate(pairwise(origins(text))) for _ in range(start, end)]


def _reveal(found: re.Match[str]) -> str:
    """Return a word with letters in place of the digits and signs that stand for them: as long as before."""
    word = found[0]
    letters = sum(letter.isalpha() for letter in word)
    if letters < _FEWEST or letters * 5 < len(word) * 2 or _LINK.search(word):
        return word
    return _CORE.sub(lambda core: core[0].translate(_LEET), word)
