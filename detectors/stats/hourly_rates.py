"""Hourly rates: what the weighted counts of past hours say of the hours of a week, of their spread, and of moods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from detectors.stats.burstiness import sequential_sum
from detectors.windows.buckets import DAY, LEVEL_HOURS, MENTIONS, NEGATIVE, POSITIVE, UNKNOWN

if TYPE_CHECKING:
    from detectors.stats.burstiness import Floats

WEEK: Final = 168  # hours
METRICS: Final = (MENTIONS, NEGATIVE, POSITIVE)
_DAY_PRIOR: Final = 1.0  # hours of the overall level in the prior of an hour of the day
_WEEK_PRIOR: Final = 2.0  # hours of the same hour of the day in the prior of an hour of the week


def rates_of_week(counts: Floats, weights: Floats) -> Floats:
    """Return the shrunk rates of the 168 hours after the last learned one, by column of `counts`."""
    columns = counts.shape[1]
    weighted = weights[:, None] * counts
    total, weight = sequential_sum(weighted), float(sequential_sum(weights))
    level = total / weight if weight else np.zeros(columns)
    days, day_weights = sequential_sum(weighted.reshape(-1, DAY, columns)), sequential_sum(weights.reshape(-1, DAY))
    daily = (days + _DAY_PRIOR * level) / (day_weights + _DAY_PRIOR)[:, None]
    weeks, week_weights = sequential_sum(weighted.reshape(-1, WEEK, columns)), sequential_sum(weights.reshape(-1, WEEK))
    rates: Floats = (weeks + _WEEK_PRIOR * np.tile(daily, (7, 1))) / (week_weights + _WEEK_PRIOR)[:, None]
    return rates


def relative_variances(counts: Floats, weights: Floats, level: Floats) -> dict[int, float]:
    """Return the relative variance of the hourly rate: (sum w ((n - r)^2 - r)) / (sum w r^2), and that of the level."""
    rates, column_weights = np.tile(level, (LEVEL_HOURS // WEEK, 1)), weights[:, None]
    over = sequential_sum(column_weights * ((counts - rates) ** 2 - rates)).tolist()
    square = sequential_sum(column_weights * rates * rates).tolist()
    total = sequential_sum(column_weights * counts).tolist()
    return {
        metric: (max(0.0, over[metric] / square[metric]) if square[metric] else 0.0) + 1.0 / (total[metric] + 0.5)
        for metric in METRICS
    }


def beta_of_negative_share(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Return alpha and beta of the negative share: its weighted mean, with a concentration from the hours' agreement.

    The concentration is the moment estimate over the hours (Griffiths, Biometrics 29, 1973), bounded to [2, 500].
    """
    negative, scored = counts[:, NEGATIVE], counts[:, MENTIONS] - counts[:, UNKNOWN]
    share = (float(sequential_sum(weights * negative)) + 1.0) / (float(sequential_sum(weights * scored)) + 4.0)
    excess = float(sequential_sum(weights * ((negative - share * scored) ** 2 - scored * share * (1 - share))))
    pairs = float(sequential_sum(weights * scored * (scored - 1))) * share * (1 - share)
    correlation = excess / pairs if pairs > 0 else 0.1
    concentration = min(500.0, max(2.0, 1.0 / correlation - 1.0)) if correlation > 0 else 500.0
    return share * concentration, (1 - share) * concentration
