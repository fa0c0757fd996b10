"""Which known words stand where in many texts? Read letter by letter, for all texts at once.

A word's key is a sum over its letters, each times its own power of an odd number (modulo 2⁶⁴), so the keys of all words
are differences of one running sum. What is found by its key is then compared letter by letter.
"""

from __future__ import annotations

from functools import cache
from string import punctuation
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from mentions.sentiment.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentions.sentiment.rounding import Places
    from mentions.sentiment.tables import Keys

Codes = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Bits = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

MOST: Final = 1 << 17
"""Characters that are read at once, blanks between texts included."""

_ENOUGH: Final = 1 << 16
"""Characters of a portion of texts, unless the last of them has more."""

_CHARACTERS: Final = 0x20000
"""Code points that are told apart; none beyond has a case, is a blank or belongs to a known word."""

_BLANK, _SIGN, _UPPER, _LOWER = 1, 2, 4, 8
"""Of a character: white space, ASCII punctuation, a capital, any other letter that has a case."""

_SHORTEST: Final = 2
"""A token that punctuation leaves with no more characters than this is an emoticon, and keeps it."""

_BASE: Final = 0x9E3779B97F4A7C15


class Tokens(NamedTuple):
    """The tokens of some texts, split at blanks."""

    codes: Codes  # all characters
    low: Codes  # in lower case
    first: Places  # of each token, without the punctuation around it: its first character
    last: Places  # and the one after its last
    stops: Places  # the one after the punctuation
    upper: Flags  # whether it is in capitals
    ends: Places  # of each text: the tokens up to its end
    bounds: Places  # and its last character


def portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts in order, as many at once as may be read at once; a very long one is alone."""
    start = size = 0
    for place, text in enumerate(texts):
        if place > start and (size + len(text) + 1 >= _ENOUGH):
            yield texts[start:place]
            start, size = place, 0
        size += len(text) + 1
    if texts:
        yield texts[start:]


def read(texts: Sequence[str]) -> Tokens:
    """Return the tokens of texts that have fewer than MOST characters together, with one blank each."""
    joined = "\n".join(["", *texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    flags_of, low_of = _characters()
    known = np.minimum(codes, _CHARACTERS - 1, dtype=np.intp, casting="unsafe")
    flags = flags_of.take(known)
    blank = (flags & _BLANK) != 0
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
    starts, stops = edges[::2], edges[1::2]
    first, last = _stripped(flags, starts, stops)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    cases = np.bitwise_or.reduceat(flags, starts) & (_UPPER | _LOWER) if starts.size else starts
    upper = cases == _UPPER
    bounds = lengths.cumsum()
    ends = starts.searchsorted(bounds)
    return Tokens(codes, low_of.take(known), first, last, stops, upper, ends, bounds)


class Words:
    """Finds known words among tokens."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take the words, in lower case and all different."""
        codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
        self._sizes = np.array([0, *map(len, words)])
        self._starts = self._sizes.cumsum() - self._sizes
        self._letters = codes
        self._table = Table(_keys(codes, self._starts[1:], self._starts[1:] + self._sizes[1:]).tolist())

    def find(self, tokens: Tokens) -> Places:
        """Return the place of each token's word among the words, from 1; 0 for those that are not among them."""
        places = self._table.find(_keys(tokens.low, tokens.first, tokens.last)).astype(np.int64)
        found = np.flatnonzero(places)
        words, first = places[found], tokens.first[found]
        sizes = self._sizes[words]
        same = sizes == tokens.last[found] - first
        places[found[~same]] = 0
        words, first, sizes, found = words[same], first[same], sizes[same], found[same]
        if words.size:
            steps = np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
            letters = self._letters[np.repeat(self._starts[words], sizes) + steps]
            equal = letters == tokens.low[np.repeat(first, sizes) + steps]
            places[found[~np.logical_and.reduceat(equal, sizes.cumsum() - sizes)]] = 0
        return places


def counts(tokens: Tokens, mark: str) -> Places:
    """Return how often a character is in each text."""
    at = np.flatnonzero(tokens.codes == ord(mark))
    found: Places = np.bincount(tokens.bounds.searchsorted(at), minlength=len(tokens.bounds))
    return found


def holding(tokens: Tokens, piece: str) -> Places:
    """Return the tokens that hold a piece, in lower case, the middle one of whose three letters is rare."""
    before, middle, after = map(ord, piece)
    low = tokens.low
    at = np.flatnonzero(low == middle)
    at = at[(low[at - 1] == before) & (low[at + 1] == after)]
    found: Places = tokens.stops.searchsorted(at, "right")
    return found


def _stripped(flags: Bits, starts: Places, stops: Places) -> tuple[Places, Places]:
    """Return where tokens begin and end without punctuation."""
    first, last = starts.copy(), stops.copy()
    signed = np.flatnonzero((flags.take(starts) | flags.take(stops - 1)) & _SIGN)
    solid = np.append(np.flatnonzero((flags & (_BLANK | _SIGN)) == 0), 0)
    before, after = solid[:-1].searchsorted(starts[signed]), solid[:-1].searchsorted(stops[signed])
    begin, end = solid[before], solid[after - 1] + 1
    long = (after > before) & (end - begin > _SHORTEST)
    first[signed[long]], last[signed[long]] = begin[long], end[long]
    return first, last


def _keys(codes: Codes, first: Places, last: Places) -> Keys:
    powers, inverses = _powers()
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    keys: Keys = (sums.take(last) - sums.take(first)) * inverses.take(first)
    return keys


@cache
def _powers() -> tuple[Keys, Keys]:
    """Return the powers of the base, and their inverses."""
    bases = (_BASE, pow(_BASE, -1, 1 << 64))
    powers, inverses = (
        np.multiply.accumulate(np.array([1, *[base] * (MOST - 1)], np.uint64), dtype=np.uint64) for base in bases
    )
    return powers, inverses


@cache
def _characters() -> tuple[Bits, Codes]:
    """Return the flags of each code point, and what it is in lower case (itself where that is not one character)."""
    characters = list(map(chr, range(_CHARACTERS)))
    blank, upper, lower, title = (
        np.array(list(map(has, characters))) for has in (str.isspace, str.isupper, str.islower, str.istitle)
    )
    flags = (_BLANK * blank + _UPPER * upper + _LOWER * (~upper & (lower | title))).astype(np.uint8)
    flags[list(map(ord, punctuation))] |= _SIGN
    pairs = enumerate(map(str.lower, characters))
    return flags, np.array([ord(low) if len(low) == 1 else code for code, low in pairs], np.uint32)
