"""Burstiness of a brand with few mentions: how much its ordinary hours vary, as an estimate and as an upper bound.

The hourly counts n of the last two weeks are compared with r = (mean of the hour of the day) * (factor of the weekday),
each with a prior of half a day of the overall mean. A fit contains the hour that it is compared with, so the residuals
are too small by the leverage h = r / (hour's total) + r / (weekday's total) - r / total. The spread, the relative
variance of an hour's rate about the expected one, is the moment estimate

    s = (sum (n - r)^2 - r (1 - h)) / (sum r^2 (1 - h)),    sd(s)^2 = (sum v^2 (2 + 6 s) + v) / (sum r^2 (1 - h))^2

with v = r + s r^2: the variance and fourth moment of a Gamma-Poisson count. `upper` solves
upper = s + UPPER_DEVIATIONS * sd(upper). Over two simulated years of one mention an hour, s comes to 0.00 +- 0.07 for
Poisson hours, 0.09 +- 0.09 for a true spread of 0.1, 0.25 +- 0.11 for 0.3, and 0.92 +- 0.26 for 1.

`likely` leaves out the hours in breach, since one crisis does not describe the brand. `upper` includes them, so that a
brand with a recent crisis does not count as steady.
Reference: McCullagh and Nelder, Generalized Linear Models, 4.5 and 9.2; the use is our own.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from detectors.stats.distributions import NegativeBinomial
from detectors.windows.buckets import DAY

Floats = npt.NDArray[np.float64]

UPPER_DEVIATIONS: Final = 1.0
"""Standard deviations: five brands in six are no burstier than `upper`. With 0.5, a brand of spread 1 gets more alarms
than promised; with 1.5, one more burst in twenty of the other brands is missed."""

_PRIOR: Final = 0.5  # days of the overall mean in the prior of each mean
_DAYS: Final = 14
_WEEK_DAYS: Final = 7
_MIN_MENTIONS: Final = 20.0  # fewest mentions in two weeks for an estimate
_ROUNDS: Final = 8
_MAX_SPREAD: Final = 50.0


class Burstiness(msgspec.Struct, frozen=True):
    """Expected rates and spread of the hours that end with the current one, from the last two weeks."""

    rates: tuple[float, ...]  # expected mentions an hour, the current hour first
    likely: float  # relative variance of an hour's rate about the expected one
    upper: float
    rate_uncertainty: float  # relative variance of the expected rate itself

    def quantile(self, minutes: int, tail: float, *, upper: bool = False) -> int:
        """Return the smallest count n over `minutes` with P(X >= n) <= `tail`.

        The window, of three hours at most, ends in the middle of the current hour.
        """
        spread = self.rate_uncertainty + (self.upper if upper else self.likely)
        return NegativeBinomial(self.expected(minutes), spread).quantile(tail)

    def expected(self, minutes: int) -> float:
        """Return the mentions expected in the `minutes` that end in the middle of the current hour."""
        total, left, length = 0.0, minutes / 60, 0.5
        for rate in self.rates:
            part = min(left, length)
            total, left, length = total + part * rate, left - part, 1.0
        return total


def estimate(counts: Floats, excluded: npt.NDArray[np.bool_], hours_ahead: int) -> Burstiness | None:
    """Return the burstiness `hours_ahead` hours after two weeks of hourly counts, None with too few mentions.

    `excluded` marks the hours in breach.
    """
    days: Floats = np.ascontiguousarray(counts).reshape(_DAYS, DAY)
    total = sequential_sum(sequential_sum(days))
    if total < _MIN_MENTIONS:
        return None
    by_hour = sequential_sum(days) + _PRIOR * total / (DAY * _DAYS)
    by_weekday = sequential_sum(sequential_sum(days.reshape(2, _WEEK_DAYS, DAY)).T) + _PRIOR * total / _DAYS
    means = by_hour / (_DAYS + _PRIOR)
    factors = by_weekday / (2 + _PRIOR) / (total / _DAYS)
    rates = np.tile(factors, 2)[:, None] * means
    free = 1 - np.clip(rates * (1 / by_hour + 1 / np.tile(by_weekday, 2)[:, None] - 1 / total), 0.0, 0.9)
    included = ~excluded.reshape(_DAYS, DAY)
    places = [divmod(hours_ahead - 1 - back, DAY) for back in range(4)]
    weekday, hour = places[0]
    return Burstiness(
        rates=tuple(float(means[hour] * factors[day % _WEEK_DAYS]) for day, hour in places),
        likely=max(0.0, _spread(days[included], rates[included], free[included])),
        upper=_upper(_spread(days.ravel(), rates.ravel(), free.ravel()), rates.ravel(), free.ravel()),
        rate_uncertainty=float(1 / by_hour[hour] + 1 / by_weekday[weekday % _WEEK_DAYS]),
    )


def _spread(counts: Floats, rates: Floats, free: Floats) -> float:
    square = float(sequential_sum(rates * rates * free)) if len(rates) else 0.0
    return float(sequential_sum((counts - rates) ** 2 - rates * free)) / square if square else 0.0


def _upper(spread: float, rates: Floats, free: Floats) -> float:
    """Return the true spread that would give an estimate of `spread` or less one time in six."""
    square, found = float(sequential_sum(rates * rates * free)), max(0.0, spread)
    for _ in range(_ROUNDS):
        variance = rates + found * rates * rates
        deviation = sqrt(float(sequential_sum(variance * variance * (2 + 6 * found) + variance))) / square
        found = min(_MAX_SPREAD, max(0.0, spread + UPPER_DEVIATIONS * deviation))
    return found


def sequential_sum(rows: Floats) -> Floats:
    """Return the sum over the rows in order: equal to the last bit on every machine."""
    total: Floats = np.add.accumulate(rows, axis=0)[-1]
    return total
