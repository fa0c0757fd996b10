"""Surprisal of a share above the usual one: a bound of the binomial tail.

With k of n voices that use a unit whose usual share is p, the Chernoff bound of -log P(X >= k), q = k/n:

    n (q log(q/p) + (1 - q) log((1 - q)/(1 - p)))          for q > p, else 0

Posts echo each other and shares vary from day to day, so n voices are worth n/(1 + (n - 1) rho) independent ones
(Kish's design effect), with rho = 0.02 + 0.4/h and h the half days of history. A topic of few posts loses little by
it, a busy brand of three days much.

References: Hoeffding, Probability inequalities for sums of bounded random variables, JASA 58 (1963); Kish, Survey
Sampling (1965).
"""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import Final

CORRELATION: Final = 0.02
CORRELATION_YOUNG: Final = 0.4


def surprisal(voices: int, of: int, usual: float) -> float:
    """Return minus the bound of the log tail: 0 where the share is as usual, larger the rarer it is.

    >>> round(surprisal(6, 30, 0.01), 1), surprisal(1, 100, 0.01)
    (12.9, 0.0)
    """
    share = voices / of if of else 0.0
    if share <= usual:
        return 0.0
    rest = (1 - share) * log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return of * (share * log(share / usual) + rest)


@lru_cache(maxsize=16_384)
def corrected_surprisal(voices: int, of: int, usual: float, half_days: float | None) -> float:
    """Return the surprisal divided by the design effect.

    Args:
        voices: those that use the unit.
        of: all of them.
        usual: usual share, in (0, 1).
        half_days: length of the history behind it; None during the warm-up, where only what is certain counts.
    """
    rho = CORRELATION if half_days is None else CORRELATION + CORRELATION_YOUNG / max(1.0, half_days)
    return surprisal(voices, of, usual) / (1 + (of - 1) * rho)
