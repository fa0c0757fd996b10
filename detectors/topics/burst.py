"""Is a unit in more posts than usual? A bound of the binomial tail.

With k of n voices that use a unit whose usual share is p, the Chernoff bound of log P(X >= k), q = k/n:

    -n (q log(q/p) + (1 - q) log((1 - q)/(1 - p)))          for q > p, else 0

Reference: Hoeffding, Probability inequalities for sums of bounded random variables, JASA 58 (1963).
"""

from __future__ import annotations

from math import log


def surprise(voices: int, of: int, usual: float) -> float:
    """Return minus the bound of the log tail: 0 where the share is as usual, the larger the more surprising.

    >>> round(surprise(6, 30, 0.01), 1), surprise(1, 100, 0.01)
    (12.9, 0.0)
    """
    share = voices / of if of else 0.0
    if share <= usual:
        return 0.0
    rest = (1 - share) * log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return of * (share * log(share / usual) + rest)
