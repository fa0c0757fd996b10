"""Hourly rates: what the weighted counts of past hours say of the hours of a week, of their spread, and of moods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from detectors.stats.burstiness import sequential_sum
from detectors.stats.history import DAY_PRIOR, WEEK, WEEK_PRIOR
from detectors.windows.buckets import DAY, GAP_HOURS, MENTIONS, NEGATIVE, PEAK, POSITIVE, UNKNOWN

if TYPE_CHECKING:
    from detectors.stats.burstiness import Floats
    from detectors.stats.history import HourWeights

METRICS: Final = (MENTIONS, NEGATIVE, POSITIVE)

LATEST: Final = np.array([(GAP_HOURS - 1 - back) % WEEK for back in range(DAY)])
"""Places of the latest 24 hours, latest first, in a week that starts after the last learned hour."""

_LATEST_OF_DAY: Final = LATEST % DAY


class WeekRates(NamedTuple):
    """Rates of the 168 hours after the last learned one, by column of the counts, and the weighted sums of these."""

    rates: Floats
    totals: Floats

    def latest(self, metric: int) -> tuple[float, ...]:
        """Return the rates of the 24 hours that end with the present one, latest first."""
        return tuple(self.rates[LATEST, metric].tolist())


def rates_of_week(counts: Floats, weights: HourWeights) -> WeekRates:
    """Return the shrunk rates of the hours of a week.

    Sums over a slow axis run row by row, from the oldest hour to the latest: equal to the last bit on every machine.
    """
    weighted = counts * weights.columns
    totals = sequential_sum(weighted)
    level = totals / weights.total if weights.total else np.zeros(PEAK)
    days = np.add.reduce(weighted.reshape(-1, DAY * PEAK)).reshape(DAY, PEAK)
    daily = (days + DAY_PRIOR * level) / weights.day_divisors[:, None]
    weeks = np.add.reduce(weighted.reshape(-1, WEEK * PEAK)).reshape(-1, DAY, PEAK)
    rates = (weeks + WEEK_PRIOR * daily) / weights.week_divisors.reshape(-1, DAY, 1)
    return WeekRates(rates.reshape(WEEK, PEAK), totals)


def latest_mention_rates(counts: Floats, weights: HourWeights) -> tuple[float, ...]:
    """Return the rates of mentions of the latest 24 hours, equal to those of `rates_of_week`, for less."""
    weighted = counts[:, MENTIONS] * weights.hours
    level = float(sequential_sum(weighted)) / weights.total if weights.total else 0.0
    daily = (np.add.reduce(weighted.reshape(-1, DAY)) + DAY_PRIOR * level) / weights.day_divisors
    weeks = np.add.reduce(weighted.reshape(-1, WEEK))
    return tuple(((weeks[LATEST] + WEEK_PRIOR * daily[_LATEST_OF_DAY]) / weights.week_divisors[LATEST]).tolist())


def relative_variances(counts: Floats, weights: HourWeights, level: WeekRates) -> dict[int, float]:
    """Return the relative variance of the hourly rate: (sum w ((n - r)^2 - r)) / (sum w r^2), and that of the level."""
    rates, columns = level.rates, weights.columns.reshape(-1, WEEK, PEAK)
    weeks = counts.reshape(-1, WEEK, PEAK)
    over = sequential_sum((columns * ((weeks - rates) ** 2 - rates)).reshape(-1, PEAK)).tolist()
    square = sequential_sum((columns * rates * rates).reshape(-1, PEAK)).tolist()
    total = level.totals.tolist()
    return {
        metric: (max(0.0, over[metric] / square[metric]) if square[metric] else 0.0) + 1.0 / (total[metric] + 0.5)
        for metric in METRICS
    }


def beta_of_negative_share(counts: Floats, weights: HourWeights) -> tuple[float, float]:
    """Return alpha and beta of the negative share: its weighted mean, with a concentration from the hours' agreement.

    The concentration is the moment estimate over the hours (Griffiths, Biometrics 29, 1973), bounded to [2, 500].
    """
    negative, scored = counts[:, NEGATIVE], counts[:, MENTIONS] - counts[:, UNKNOWN]
    weighted = weights.hours * scored
    share = (float(sequential_sum(weights.hours * negative)) + 1.0) / (float(sequential_sum(weighted)) + 4.0)
    excess = float(sequential_sum(weights.hours * ((negative - share * scored) ** 2 - scored * share * (1 - share))))
    pairs = float(sequential_sum(weighted * (scored - 1))) * share * (1 - share)
    correlation = excess / pairs if pairs > 0 else 0.1
    concentration = min(500.0, max(2.0, 1.0 / correlation - 1.0)) if correlation > 0 else 500.0
    return share * concentration, (1 - share) * concentration
