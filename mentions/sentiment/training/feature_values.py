"""Feature matrix of texts: sparse rows, weighted as the scorer weighs them."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from mentions.cleaning import clean
from mentions.sentiment.learned.features import START, ngrams, split_token
from mentions.sentiment.learned.linear import GRAMS_WEIGH, READ
from mentions.sentiment.learned.weights import GAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Places = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

WORD, GRAM, PAIR = "wgp"
"""First character of a feature: its kind. The rest is its key among `mentions.sentiment.learned.weights.Weights`."""

_MEMORY: Final = 200_000


class Rows(NamedTuple):
    """A sparse matrix: row i has `values[starts[i]:starts[i + 1]]` in the `columns` of the same places."""

    starts: Places
    columns: Places
    values: Floats
    width: int

    def times(self, weights: Floats) -> Floats:
        """Return the product with a vector of `width` weights."""
        products = np.append(self.values * weights[self.columns], 0.0)
        return np.where(np.diff(self.starts) > 0, np.add.reduceat(products, self.starts[:-1]), 0.0)

    def back(self, errors: Floats) -> Floats:
        """Return the product of the transpose with a vector of one error a row."""
        spread = np.repeat(errors, np.diff(self.starts))
        return np.bincount(self.columns, weights=self.values * spread, minlength=self.width).astype(np.float64)

    def take(self, rows: Places) -> Rows:
        """Return these rows only."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.repeat(self.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
        return Rows(starts, self.columns[places], self.values[places], self.width)


class Vocabulary(dict[str, int]):
    """Feature → its column."""

    @classmethod
    def of(cls, texts: Iterable[str], *, least: int = 1, least_pairs: int = 2, kinds: str = WORD + GRAM + PAIR) -> Self:
        """Return the features of some kinds that occur in at least so many of `texts`."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(feature_values(text).keys())
        bounds = {kind: least_pairs if kind == PAIR else least for kind in kinds}
        common = (feature for feature, number in counts.items() if number >= bounds.get(feature[0], number + 1))
        return cls({feature: column for column, feature in enumerate(common)})

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return one row a text; features that are not in the vocabulary are left out."""
        starts, columns, values = [0], [], []
        for text in texts:
            for feature, amount in feature_values(text).items():
                column = self.get(feature)
                if column is not None:
                    columns.append(column)
                    values.append(amount)
            starts.append(len(columns))
        return Rows(np.array(starts), np.array(columns, np.int64), np.array(values, np.float64), len(self))


def feature_values(text: str) -> dict[str, float]:
    """Return the value of each feature in `text`."""
    found: dict[str, float] = {}
    tokens = clean(text).split()[:READ]
    scale = 1 / sqrt(len(tokens) or 1)
    before = START
    for token in tokens:
        features, chain = _token(token)
        for feature, amount in features:
            found[feature] = found.get(feature, 0.0) + amount * scale
        pair = f"{PAIR}{before}{GAP}{chain}"
        found[pair] = found.get(pair, 0.0) + scale
        before = chain
    return found


_tokens: dict[str, tuple[tuple[tuple[str, float], ...], str]] = {}


def _token(token: str) -> tuple[tuple[tuple[str, float], ...], str]:
    known = _tokens.get(token)
    if known is None:
        marks, body, chain = split_token(token)
        known = tuple(_features(marks, body)), chain
        if len(_tokens) < _MEMORY:
            _tokens[token] = known
    return known


def _features(marks: Iterable[str], body: str) -> Iterator[tuple[str, float]]:
    for mark in marks:
        yield WORD + mark, 1.0
    if body:
        yield WORD + body, 1.0
        pieces = ngrams(body)
        for piece in pieces:
            yield GRAM + piece, GRAMS_WEIGH / sqrt(len(pieces))
