"""Tail quantiles of the negative binomial and the tail of the beta-binomial distribution."""

from __future__ import annotations

from bisect import bisect_left
from math import ceil, exp, lgamma, log1p, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

_EXACT_UP_TO = 300.0  # means up to here are summed term by term, larger ones approximated
_MAX_TRIALS = 5000
_POISSON = 1e-9  # a spread below this counts as zero
_NEGLIGIBLE = exp(-60.0)  # a term that no longer changes the sum
_FIRST_TERMS: Final = 32  # terms added at first, one by one
_MAX_TERMS_AT_ONCE: Final = 512
_NORMAL = NormalDist()


def negative_binomial_quantile(mean: float, spread: float, tail: float) -> int:
    """Return the smallest count x with P(X >= x) <= `tail`, for X of this mean and variance mean + spread * mean².

    The Gamma-Poisson mixture: a Poisson count whose rate is itself uncertain, with relative variance `spread`
    (0 is plain Poisson). Up to a mean of 300 the terms are summed; beyond, the mixing Gamma with the Poisson variance
    added is used with Wilson and Hilferty's cube-root approximation (PNAS 17, 1931): at most 10 % above the exact
    quantile for a spread of 1 and a tail of one in a million, closer otherwise, and never below it.

    >>> negative_binomial_quantile(1.0, 0.0, 0.001)
    6
    >>> negative_binomial_quantile(100.0, 0.0, 0.001), negative_binomial_quantile(100.0, 0.2, 0.001)
    (133, 302)
    """
    return NegativeBinomial(mean, spread).quantile(tail)


class NegativeBinomial:
    """Negative binomial distribution of a count, summed term by term as far as needed."""

    __slots__ = ("_below", "_last", "_mean", "_ratio", "_shape", "_spread", "_sum")

    def __init__(self, mean: float, spread: float) -> None:
        self._mean = mean
        self._spread = spread
        self._shape = 1.0 / spread if spread > _POISSON else 1.0 / _POISSON
        self._ratio = mean / (mean + self._shape)
        self._last = exp(-self._shape * log1p(mean / self._shape))  # the last term; the first is P(X = 0)
        self._sum = self._last
        self._below = [self._sum - 1.0]  # P(X <= count) - 1 for each count

    def quantile(self, tail: float) -> int:
        """Return the smallest count x with P(X >= x) <= `tail`, as `negative_binomial_quantile` does."""
        if self._mean <= 0:
            return 1
        if self._mean > _EXACT_UP_TO:
            return _wilson_hilferty(self._mean, self._spread, tail)
        if self._below[-1] < -tail:
            self._extend(tail)
        return min(bisect_left(self._below, -tail), len(self._below) - 1) + 1

    def _extend(self, tail: float) -> None:
        """Add terms until the rest is at most `tail`, or the next term is negligible."""
        while self._sum - 1.0 < -tail and (self._last >= _NEGLIGIBLE or len(self._below) - 1 <= self._mean):
            if len(self._below) < _FIRST_TERMS:
                self._add_few(_FIRST_TERMS)
            else:
                self._add_many(min(_MAX_TERMS_AT_ONCE, 2 * len(self._below)))

    def _add_few(self, terms: int) -> None:
        """Add terms one by one, which is faster than arrays for few terms."""
        term, total, below = self._last, self._sum, self._below
        ratio, shape = self._ratio, self._shape - 1
        for count in range(len(below), len(below) + terms):
            term *= ratio * (shape + count) / count
            total += term
            below.append(total - 1.0)
        self._last, self._sum = term, total

    def _add_many(self, terms: int) -> None:
        """Add terms with arrays, in the same order: equal to the last bit."""
        counts = np.arange(len(self._below), len(self._below) + terms)
        factors = self._ratio * (self._shape - 1 + counts) / counts
        products = np.multiply.accumulate(np.concatenate(([self._last], factors)))
        sums = np.add.accumulate(np.concatenate(([self._sum], products[1:])))
        self._below += (sums[1:] - 1.0).tolist()
        self._last, self._sum = float(products[-1]), float(sums[-1])


def _wilson_hilferty(mean: float, spread: float, tail: float) -> int:
    shape = 1.0 / (1.0 / mean + spread)
    z = _NORMAL.inv_cdf(1.0 - tail)
    return ceil(mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3) + 1


def beta_binomial_tail(successes: int, trials: int, alpha: float, beta: float) -> float:
    """Return P(X >= successes) of `trials` draws whose success rate is Beta(`alpha`, `beta`).

    More than 5,000 trials count as 5,000 with the same share: by then the uncertainty of the rate dominates.

    >>> round(beta_binomial_tail(8, 10, 2.0, 8.0), 4)
    0.0045
    """
    if trials > _MAX_TRIALS:
        successes, trials = successes * _MAX_TRIALS // trials, _MAX_TRIALS
    if successes <= 0:
        return 1.0
    whole = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) - lgamma(alpha + beta + trials)
    choose = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    term = exp(whole + choose + lgamma(alpha + successes) + lgamma(beta + trials - successes))
    total = term
    for x in range(successes, trials):
        term *= (trials - x) * (alpha + x) / ((x + 1) * (beta + trials - x - 1))
        total += term
    return min(1.0, total)
