"""Batch inference of the linear model, bit-identical to `Linear`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from mentions.sentiment.hash_table import HashTable
from mentions.sentiment.learned.features import READ, START, filter_plain, is_foreign, split_features
from mentions.sentiment.learned.linear import SHARES, UNIT, WHOLE
from mentions.sentiment.learned.weights import GAP, LANES, LANGUAGE_LANES, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentions.sentiment.hash_table import Ints, Places
    from mentions.sentiment.learned.weights import Weights

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Rows = np.ndarray[tuple[int, int], np.dtype[np.int32]]

_MEMORY: Final = 150_000
"""Tokens that are remembered before all are forgotten."""

_LONGEST: Final = 20
"""Characters of a token that is not remembered: such seldom come back."""

_LINKS: Final = ("http://", "https://")
_NUMBER_BITS: Final = 16
"""Of a word's number among those that occur in pairs."""

_LETTER_BITS: Final = np.uint64(8)
_OTHER: Final = 255
"""Stands for any character that is in no n-gram."""


class BatchLinear:
    """Adds up the weights of many texts' features. Its cache saves time and never changes a result."""

    def __init__(self, weights: Weights) -> None:
        """Take the weights of every feature."""
        halves = [pair.split(GAP) for pair in weights.pairs]
        numbers = {word: number for number, word in enumerate(dict.fromkeys(chain.from_iterable(halves)), 1)}
        self._start = numbers.get(START, 0)
        self._pairs = HashTable([numbers[first] << _NUMBER_BITS | numbers[second] for first, second in halves])
        self._pair_rows = _rows(weights.pairs.values()) * np.int32(WHOLE)
        self._tokens = _Tokens(weights, numbers)

    def token_ids(self, tokens: Iterable[str], count: int) -> Ints:
        """Return the cache index of each of `count` tokens, valid until the next call."""
        return self._tokens.places(tokens, count)

    def add(self, places: Ints, sizes: Places) -> Floats:
        """Return one row of sums (`weights.LANES`) a text: `sizes` says how many tokens each has, at least one."""
        numbers = self._tokens.numbers.take(places)
        starts = sizes.cumsum() - sizes
        before = np.empty_like(numbers)
        before[1:] = numbers[:-1]
        before[starts] = self._start
        rows = self._tokens.rows.take(places, axis=0)
        rows += self._pair_rows.take(self._pairs.find(before << np.uint64(_NUMBER_BITS) | numbers), axis=0)
        return _summed(rows, starts, sizes)

    def language_sums(self, places: Ints, sizes: Places) -> Floats:
        """Return the lanes of the languages (`weights.SPOKEN`) alone: the same as of `add`, sooner."""
        rows = self._tokens.rows.view(np.int64)[:, 0][places].view(np.int32).reshape(-1, LANGUAGE_LANES)
        return _summed(rows, sizes.cumsum() - sizes, sizes)


class _Tokens(dict[str, int]):
    """Token → its place in two columns: what it says, and its number in pairs (0: it is in none).

    Words have the first places, for most tokens are a known word and no more.
    """

    def __init__(self, weights: Weights, numbers: dict[str, int]) -> None:
        self._word = {word: place for place, word in enumerate(weights.words, 1)}.get
        self._word_rows = _rows(weights.words.values()) * np.int32(WHOLE)
        self._word_numbers = np.array([0, *(numbers.get(word, 0) for word in weights.words)], np.uint64)
        self._number = numbers.get
        self._pieces = _NgramRows(weights)
        self._fresh: list[str] = []
        self._forget()

    def _forget(self) -> None:
        self.clear()
        self.rows, self.numbers = self._word_rows, self._word_numbers
        self._size = len(self.rows)
        self._link = self._handle = 0
        self._link, self._handle = map(self._sign, (_LINKS[0], "@x"))

    def _sign(self, token: str) -> int:
        (place,) = self.places([token], 1).tolist()
        return int(place)

    def places(self, tokens: Iterable[str], count: int) -> Ints:
        if self._size > _MEMORY:
            self._forget()
        found = np.fromiter(map(self.__getitem__, tokens), np.int32, count)
        if self._fresh:
            self._learn(self._fresh)
            self._fresh = []
        return found

    def __missing__(self, token: str) -> int:
        low = token.lower().rstrip(".,")
        place = None
        if low.isalpha():
            if low.isascii() or not is_foreign(low):
                place = self._word(low)
        elif token[0] == "@" and len(token) > 1 and self._handle:
            return self._handle
        elif token.startswith(_LINKS) and self._link:
            return self._link
        if place is None:
            place = self._size
            self._size += 1
            self._fresh.append(token)
        if len(token) < _LONGEST:
            self[token] = place
        return place

    def _learn(self, fresh: Sequence[str]) -> None:
        first = self._size - len(fresh)
        if self._size > len(self.numbers):
            more = self._size - first + len(self.numbers)
            self.rows = np.concatenate([self.rows[:first], np.zeros((more, len(LANES)), np.int32)])
            self.numbers = np.concatenate([self.numbers[:first], np.zeros(more, np.uint64)])
        word_of, number_of = self._word, self._number
        words, numbers, bodies, spelled, marked = [], [], [], [], []
        marks: list[str] = []
        for place, low in enumerate(filter_plain(fresh), first):
            signs, body, chained = split_features(low)
            word = word_of(body, 0)
            if not word and body:
                bodies.append(body)
                spelled.append(place)
            if signs:
                marks += signs
                marked += [place] * len(signs)
            words.append(word)
            numbers.append(number_of(chained, 0))
        self.numbers[first : self._size] = numbers
        self.rows[first : self._size] = self._word_rows.take(words, axis=0)
        if bodies:
            self.rows[spelled] = self._pieces.rows(bodies)
        if marks:
            known = [word_of(mark, 0) for mark in marks]
            np.add.at(self.rows, marked, self._word_rows.take(known, axis=0))


class _NgramRows:
    """Words → what their character n-grams say (`features.grams`), many words at once."""

    def __init__(self, weights: Weights) -> None:
        letters = {letter: code for code, letter in enumerate(sorted(set("".join(weights.grams))), 1)}
        self._code = np.full(max(map(ord, letters), default=0) + 2, _OTHER, np.uint64)
        for letter, code in letters.items():
            self._code[ord(letter)] = code
        self._last = len(self._code) - 1
        self._table = HashTable([_key(letters[letter] for letter in gram) for gram in weights.grams])
        self._rows = _rows(weights.grams.values())

    def rows(self, words: Sequence[str]) -> Rows:
        cut = [word[:READ] for word in words]
        text = f" {'  '.join(cut)} ".encode("utf-32-le", "surrogatepass")
        letters = self._code[np.minimum(np.frombuffer(text, np.uint32), self._last)]
        sizes = np.fromiter(map(len, cut), np.int64, len(cut))
        starts = (sizes + 2).cumsum() - (sizes + 2)
        sums = np.zeros((len(letters), len(LANES)), np.int32)
        key = letters
        for more in range(1, 4):
            key = key[:-1] << _LETTER_BITS | letters[more:]
            sums[: len(key)] += self._rows.take(self._table.find(key), axis=0)
        shares = _SHARES_OF.take(sizes)
        rows: Rows = np.add.reduceat(sums, starts, axis=0) * shares[:, None]
        return rows


def _summed(rows: Rows, starts: Places, sizes: Places) -> Floats:
    sums: Floats = np.add.reduceat(rows, starts, axis=0) * (UNIT / np.sqrt(sizes))[:, None]
    return sums


def _rows(packed: Iterable[int]) -> Rows:
    """Return unpacked rows, after one of nothing."""
    return np.concatenate([np.zeros((1, len(LANES)), np.int32), unpacked(packed)])


def _key(codes: Iterable[int]) -> int:
    return int.from_bytes(bytes(codes))


_SHARES_OF: Final = np.array([SHARES[3 * size] for size in range(READ + 1)], np.int32)
"""Of each n-gram of a word of so many characters, which has three times as many of them."""
