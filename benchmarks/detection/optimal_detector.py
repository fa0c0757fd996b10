"""Upper bound for detectors on counts: tenfold bursts found within the hour by a detector that knows the true rates.

It knows the expected count of each hour and how overdispersed the hours are, and tests the count of the last sixty
minutes every minute. Its threshold is a probability, set so that a long quiet stream has exactly the promised false
alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import nbinom, poisson

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HOUR: Final = 60  # minutes
DAY: Final = 24 * HOUR
QUIET_DAYS: Final = 3_000
BURSTS: Final = 1_500
APART: Final = 390
"""Minutes after the last breach until another opens an incident of its own."""


@dataclass(frozen=True)
class Oracle:
    """What is known of a brand: the mentions to expect in an hour since the start, and the spread of the hours."""

    expected: Callable[[int], float]
    spread: float
    rate: float  # mean mentions an hour

    def detection_rate(self, promised: float, seed: int = 5) -> float:
        """Return the share of tenfold bursts that are detected within the hour, at so many false alarms a day."""
        dice = np.random.default_rng(seed)
        rates = np.array([self.expected(hour) for hour in range(QUIET_DAYS * 24)])
        restless = dice.gamma(1 / self.spread, self.spread, len(rates)) if self.spread else 1.0
        usual = np.repeat(rates / HOUR, HOUR)
        life = dice.poisson(np.repeat(rates * restless / HOUR, HOUR)).astype(np.float64)
        threshold = self._threshold(self._surprise(life, usual), promised)
        begins = dice.integers(DAY, len(life) - DAY, BURSTS)
        return float(np.mean([self._detects(life, usual, begin, threshold, dice) for begin in begins.tolist()]))

    def _detects(self, life: Floats, usual: Floats, begin: int, threshold: float, dice: np.random.Generator) -> bool:
        around = slice(begin - HOUR, begin + HOUR)
        burst = life[around].copy()
        burst[HOUR:] += dice.poisson(9 * self.rate / HOUR, HOUR)
        return bool((self._surprise(burst, usual[around])[HOUR:] >= threshold).any())

    def _surprise(self, counts: Floats, usual: Floats) -> Floats:
        """Return of each minute how improbable the count of the sixty that end with it is, as -log10."""
        observed, expected = _last_hour(counts), _last_hour(usual)
        few = observed < 2  # one mention surprises nobody
        if self.spread:
            shape = 1 / self.spread
            chance = nbinom.logsf(observed - 1, shape, shape / (shape + expected))
        else:
            chance = poisson.logsf(observed - 1, expected)
        return np.where(few, 0.0, -chance / np.log(10))

    def _threshold(self, surprises: Floats, promised: float) -> float:
        low, high = 0.5, 12.0
        for _ in range(40):
            middle = (low + high) / 2
            if _incidents(surprises, middle) > promised * QUIET_DAYS:
                low = middle
            else:
                high = middle
        return high


def _last_hour(values: Floats) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    before = np.maximum(np.arange(len(values)) - HOUR + 1, 0)
    last: Floats = sums[1:] - sums[before]
    return last


def _incidents(surprises: Floats, threshold: float) -> int:
    at = np.flatnonzero(surprises >= threshold)
    return int((np.diff(at, prepend=-APART - 1) > APART).sum())
