"""Inference of the linear model: one sum per lane, over words and pairs of neighbours."""

from __future__ import annotations

from itertools import repeat
from math import sqrt
from operator import add
from typing import TYPE_CHECKING, Final

from mentions.sentiment.learned.features import MARK, START, is_foreign, ngrams, split_token
from mentions.sentiment.learned.weights import GAP, STEP, Weights, packed_row, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

READ: Final = 500
"""Tokens of a text that are used; later ones add nothing."""

WHOLE: Final = 64
"""A word's weight counts this often, a gram's as often as its share of its word says: all stays in whole numbers."""

GRAMS_WEIGH: Final = 2.0
"""How much the n-grams of a word weigh together, their number evened out: this over its root for each."""

SHARES: Final = (0, *(round(WHOLE * GRAMS_WEIGH / sqrt(number)) for number in range(1, 100)))
"""Of each n-gram of a word with so many of them."""

_MEMORY: Final = 300_000
_LONGEST: Final = 20
"""Characters of a token that is no longer remembered: most are links, which seldom come back."""

_BITS: Final = 20
"""Of a word's number among those that occur in pairs."""

UNIT: Final = STEP / WHOLE
"""What a whole number stands for in a sum."""

_ALONE: Final = (0, 0)

Row = tuple[int, int, int]
"""A token's packed weights, and its number as the first and as the second of a pair (0: it is in none)."""


class Linear:
    """Adds up the weights of a text's features."""

    def __init__(self, weights: Weights) -> None:
        """Take the weights of every feature."""
        halves = [pair.split(GAP) for pair in weights.pairs]
        words = dict.fromkeys(half for pair in halves for half in pair)
        numbers = {word: (number << _BITS, number) for number, word in enumerate(words, 1)}
        self._pair = {
            numbers[first][0] + numbers[second][1]: WHOLE * packed
            for (first, second), packed in zip(halves, weights.pairs.values(), strict=True)
        }.get
        self._start = numbers.get(START, _ALONE)[0]
        self._row = _Rows(weights, numbers).__getitem__

    def sums(self, tokens: Sequence[str]) -> tuple[float, ...]:
        """Return one sum a lane (`weights.LANES`), divided by the root of the number of tokens."""
        if not tokens:
            return unpack(0)
        packed, firsts, seconds = zip(*map(self._row, tokens[:READ]), strict=True)
        total = sum(packed) + sum(map(self._pair, map(add, (self._start, *firsts), seconds), repeat(0)))
        scale = UNIT / sqrt(len(packed))
        return tuple([lane * scale for lane in unpack(total)])

    def word(self, body: str) -> int:
        """Return the packed row of a word, from its own weight or its n-grams."""
        return self._row(body)[0]


def combined(base: Weights, own: Weights) -> Weights:
    """Return the weights of `base` corrected by those of `own`, which holds words, pairs and biases only."""
    spoken = Linear(base).word
    words, pairs, settings = dict(base.words), dict(base.pairs), dict(base.settings)
    for word, packed in own.words.items():
        known = words.get(word)
        if known is None and not word.startswith(MARK):
            known = packed_row([round(lane / WHOLE) for lane in unpack(spoken(word))])
        words[word] = (known or 0) + packed
    for pair, packed in own.pairs.items():
        pairs[pair] = pairs.get(pair, 0) + packed
    for lesson, changed in own.settings.items():
        biases = zip(settings[lesson]["biases"], changed["biases"], strict=True)
        settings[lesson] = {**settings[lesson], "biases": [bias + change for bias, change in biases]}
    return Weights(f"{base.version}+{own.version}", words, base.grams, pairs, settings)


class _Rows(dict[str, Row]):
    """Raw token → its row; remembers what it has seen."""

    def __init__(self, weights: Weights, numbers: dict[str, tuple[int, int]]) -> None:
        self._word = weights.words.get
        self._gram = weights.grams.get
        self._numbers = numbers.get

    def __missing__(self, token: str) -> Row:
        low = token.lower().rstrip(".,")  # most tokens are a known word and no more: no need to take these apart
        known = self._word(low) if low.isalpha() and (low.isascii() or not is_foreign(low)) else None
        if known is None:
            marks, body, low = split_token(token)
            packed = self._body(body) if body else 0
            if marks:
                packed += WHOLE * sum(map(self._word, marks, repeat(0)))
        else:
            packed = WHOLE * known
        row = packed, *self._numbers(low, _ALONE)
        if len(token) < _LONGEST:
            if len(self) >= _MEMORY:
                self.clear()
            self[token] = row
        return row

    def _body(self, body: str) -> int:
        known = self._word(body)
        if known is not None:
            return WHOLE * known
        pieces = ngrams(body)
        return SHARES[len(pieces)] * sum(map(self._gram, pieces, repeat(0)))
