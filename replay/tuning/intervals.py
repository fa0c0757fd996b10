"""Exact Poisson and Wilson intervals (90 %) of a rate and of a proportion."""

from __future__ import annotations

from math import exp, inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LEVEL: Final = 0.9
_STEPS: Final = 60


class Interval(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float

    def __str__(self) -> str:
        """Return `0.1–2.3`."""
        return f"{self.low:.2g}–{self.high:.2g}"


def rate(events: int, weeks: float) -> Interval:
    """Return the exact Poisson interval of a weekly rate (Garwood 1936).

    >>> str(rate(0, 2.0)), str(rate(3, 1.0))
    ('0–1.5', '0.82–7.8')
    """
    if weeks <= 0:
        return Interval(0.0, inf)
    tail = (1 - LEVEL) / 2
    low = _root(lambda mean: 1 - _at_most(events - 1, mean) - tail, events) if events else 0.0
    return Interval(low / weeks, _root(lambda mean: tail - _at_most(events, mean), events) / weeks)


def share(hits: int, of: int) -> Interval:
    """Return the Wilson interval of a proportion (Wilson 1927).

    >>> str(share(2, 2)), str(share(0, 0))
    ('0.43–1', '0–1')
    """
    if not of:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    middle = (hits / of + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * sqrt(hits / of * (1 - hits / of) / of + z * z / (4 * of * of))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def _at_most(events: int, mean: float) -> float:
    """Return the chance of at most so many events."""
    term, total = exp(-mean), 0.0
    for count in range(events + 1):
        total += term
        term *= mean / (count + 1)
    return total


def _root(rising: Callable[[float], float], events: int) -> float:
    """Return where a rising function of the mean is zero, by bisection."""
    low, high = 0.0, 10.0 + events + 10 * sqrt(events)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
