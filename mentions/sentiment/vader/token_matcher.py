"""Vectorised tokeniser: finds the known words of many texts at once.

Each character becomes one byte: ASCII as it is, all others by their class, since the known words are in ASCII. Eight
letters make one number, so a short word is one look-up, and a long one is compared besides.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from string import punctuation
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from mentions.sentiment.hash_table import HashTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentions.sentiment.hash_table import Keys
    from mentions.sentiment.rounding import Places

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Bits = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

MOST: Final = 1 << 17
"""Characters that are read at once, blanks between texts included."""

_ENOUGH: Final = 1 << 16
"""Characters of a portion of texts, unless the last of them has more."""

_CHARACTERS: Final = 0x20000
"""Code points that are distinguished; none beyond has a case, is a blank or belongs to a known word."""

_ASCII: Final = 0x80
_CAPITAL, _SMALL, _OTHER, _KELVIN = range(_ASCII, _ASCII + 4)
"""Bytes for characters beyond ASCII: with a case, or none; and the one that is a "k" in lower case."""

_BLANK, _SIGN, _UPPER, _LOWER = 1, 2, 4, 8
"""Of a character: white space, ASCII punctuation, a capital, any other letter that has a case."""

_SHORTEST: Final = 2
"""A token that punctuation leaves with no more characters than this is an emoticon, and keeps it."""

_FEW: Final = 3
"""Signs at either end of a token that are taken off at once."""

_SIGNS: Final = punctuation.encode("ascii")

_SHORT: Final = 8
"""Letters that one number holds."""

LONGEST: Final = 3 * _SHORT
"""Letters of the longest known word."""

_MASKS: Final = np.array([(1 << 8 * size) - 1 for size in range(_SHORT + 1)], np.uint64)
_FACTORS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


class Tokens(NamedTuple):
    """The tokens of some texts, split at blanks."""

    codes: Bits  # all characters
    low: Bits  # in lower case, and LONGEST more that are in no word
    first: Places  # of each token, without the punctuation around it: its first character
    last: Places  # and the one after its last
    stops: Places  # the one after the punctuation
    upper: Flags  # whether it is in capitals
    ends: Places  # of each text: the tokens up to its end
    bounds: Places  # and its last character


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts in order, as many at once as may be read at once; a very long one is alone."""
    start = size = 0
    for place, text in enumerate(texts):
        if place > start and (size + len(text) + 1 >= _ENOUGH):
            yield texts[start:place]
            start, size = place, 0
        size += len(text) + 1
    if texts:
        yield texts[start:]


def tokenize(ascii_texts: Sequence[str], other_texts: Sequence[str] = ()) -> Tokens:
    """Return the tokens of texts in ASCII, then those of any others."""
    data = ("\n".join(["", *ascii_texts]) + "\n").encode("ascii")
    if other_texts:
        data += _narrowed("\n".join([*other_texts, ""]))
    count = len(ascii_texts) + len(other_texts)
    lengths = np.fromiter(map(len, chain(ascii_texts, other_texts)), np.int64, count) + 1
    flags_of, low_of, _ = _characters()
    flags = np.frombuffer(data.translate(flags_of), np.uint8)
    blank = (flags & _BLANK).view(np.bool_)
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
    starts, stops = edges[::2], edges[1::2]
    first, last = _stripped(data, flags, starts, stops)
    upper = _in_capitals(flags, first, last)
    bounds = lengths.cumsum()
    low = np.frombuffer(data.translate(low_of) + bytes(LONGEST), np.uint8)
    codes = np.frombuffer(data, np.uint8)
    return Tokens(codes, low, first, last, stops, upper, starts.searchsorted(bounds), bounds)


class KnownWords:
    """Finds known words among tokens."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take the words: in lower case, in ASCII, none empty or longer than LONGEST, all different."""
        low = np.frombuffer("".join(words).encode("ascii") + bytes(LONGEST), np.uint8)
        sizes = np.fromiter(map(len, words), np.int64, len(words))
        numbers = _numbers(low, sizes.cumsum() - sizes, sizes)
        short, long = np.flatnonzero(sizes <= _SHORT), np.flatnonzero(sizes > _SHORT)
        begins = np.setdiff1d(numbers[0, long], numbers[0, short])
        self._begins = HashTable([*numbers[0, short].tolist(), *begins.tolist()])
        self._short = np.concatenate([[0], short + 1, np.zeros_like(begins, np.int64)])
        self._opens = np.concatenate([[False], np.isin(numbers[0, short], numbers[0, long]), begins != 0])
        self._mixed = HashTable(_mixed(numbers[:, long]).tolist())
        self._long, self._numbers_of_long = np.append(0, long + 1), np.insert(numbers[:, long], 0, 0, axis=1)

    def find(self, tokens: Tokens) -> Places:
        """Return the place of each token's word among the words, from 1; 0 for those that are not among them."""
        sizes = tokens.last - tokens.first
        begins = self._begins.find(_windows(tokens.low)[tokens.first] & _MASKS.take(sizes, mode="clip"))
        longer = sizes > _SHORT
        places: Places = self._short.take(begins)
        places[longer] = 0
        long = np.flatnonzero(longer & self._opens.take(begins))
        places[long] = self._find_long(tokens.low, tokens.first[long], sizes[long])
        return places

    def _find_long(self, low: Bits, first: Places, sizes: Places) -> Places:
        numbers = _numbers(low, first, sizes)
        found = self._mixed.find(_mixed(numbers))
        same = (self._numbers_of_long[:, found] == numbers).all(axis=0) & (sizes <= LONGEST)
        places: Places = self._long.take(found) * same
        return places


def counts(tokens: Tokens, mark: str) -> Places:
    """Return how often an ASCII character is in each text."""
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


def _stripped(data: bytes, flags: Bits, starts: Places, stops: Places) -> tuple[Places, Places]:
    """Return where tokens begin and end without punctuation."""
    first, last = starts.copy(), stops.copy()
    signs = (flags & _SIGN).view(np.bool_)
    before, after = np.flatnonzero(signs.take(starts)), np.flatnonzero(signs.take(stops - 1))
    for _ in range(_FEW):
        first[before] += 1
        last[after] -= 1
        before, after = before[signs[first[before]]], after[signs[last[after] - 1]]
    for token in {*before.tolist(), *after.tolist()}:  # a long row of signs
        start, stop = int(starts[token]), int(stops[token])
        rest = data[start:stop].lstrip(_SIGNS)
        first[token], last[token] = stop - len(rest), stop - len(rest) + len(rest.rstrip(_SIGNS))
    emoticons = np.flatnonzero(last - first <= _SHORTEST)
    first[emoticons], last[emoticons] = starts[emoticons], stops[emoticons]
    return first, last


def _in_capitals(flags: Bits, first: Places, last: Places) -> Flags:
    """Return of each token whether it is in capitals: it has one, and no other letter that has a case."""
    upper: Flags = ((flags.take(first) | flags.take(last - 1)) & _LOWER) == 0
    maybe = np.flatnonzero(upper)
    if maybe.size:
        spans = np.stack([first[maybe], last[maybe]], 1).ravel()
        cases = np.bitwise_or.reduceat(flags, spans)[::2] & (_UPPER | _LOWER)
        upper[maybe] = cases == _UPPER
    return upper


def _windows(low: Bits) -> Keys:
    """Return the eight letters from each on, as one number."""
    return np.ndarray(len(low) - _SHORT + 1, np.dtype("<u8"), low, strides=(1,))


def _numbers(low: Bits, first: Places, sizes: Places) -> Keys:
    """Return the letters of words as three numbers each, a row for each eight letters."""
    windows, steps = _windows(low), range(0, LONGEST, _SHORT)
    return np.stack([windows[first + step] & _MASKS.take(sizes - step, mode="clip") for step in steps])


def _mixed(numbers: Keys) -> Keys:
    """Return one number a word, that hardly any other has."""
    mixed: Keys = (numbers * _FACTORS[:, None]).sum(axis=0, dtype=np.uint64)
    return mixed


def _narrowed(text: str) -> bytes:
    """Return one byte for each character."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    known = np.minimum(codes, _CHARACTERS - 1, dtype=np.intp, casting="unsafe")
    return _characters()[2].take(known).tobytes()


@cache
def _characters() -> tuple[bytes, bytes, Bits]:
    """Return the flags of each byte, what it is in lower case (never 0), and the byte of each code point."""
    characters = list(map(chr, range(_CHARACTERS)))
    blank, upper, lower, title = (
        np.array(list(map(has, characters))) for has in (str.isspace, str.isupper, str.islower, str.istitle)
    )
    cased = np.where(upper, _CAPITAL, np.where(lower | title, _SMALL, _OTHER))
    narrow = np.where(blank, ord(" "), cased).astype(np.uint8)
    narrow[:_ASCII] = range(_ASCII)
    narrow[ord("\u212a")] = _KELVIN
    flags = np.zeros(256, np.uint8)
    flags[:_ASCII] = (_BLANK * blank + _UPPER * upper + _LOWER * lower)[:_ASCII]
    flags[[_CAPITAL, _KELVIN]], flags[_SMALL] = _UPPER, _LOWER
    flags[list(map(ord, punctuation))] |= _SIGN
    low = np.arange(256, dtype=np.uint8)
    low[:_ASCII] = list(bytes(range(_ASCII)).lower())
    low[_KELVIN], low[0] = ord("k"), _OTHER
    return flags.tobytes(), low.tobytes(), narrow
