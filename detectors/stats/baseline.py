"""Baseline of a brand: expected rates by hour of the week, spread, usual daily peaks and negative share."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from detectors.stats.burstiness import Burstiness, Floats, estimate, sequential_sum
from detectors.stats.distributions import NegativeBinomial
from detectors.stats.history import HistoryTable, HourWeights, hour_weights
from detectors.stats.hourly_rates import (
    METRICS,
    beta_of_negative_share,
    latest_mention_rates,
    rates_of_week,
    relative_variances,
)
from detectors.stats.local_time import local_places, move_rows
from detectors.windows.buckets import (
    DAY,
    GAP_HOURS,
    KEPT_HOURS,
    LEVEL_HOURS,
    MAX_SLIDING,
    MENTIONS,
    PEAK,
    Counts,
    HourBuckets,
)
from detectors.windows.judged_hours import crisis_hours_at, excluded_at

if TYPE_CHECKING:
    from detectors.model.learning import Learning

_POWER: Final = 4
"""Between the mean of the daily peaks (1) and their maximum (infinite). 3.5 to 5 found the same on NAB."""

_CRISIS_DAYS: Final = 3
"""A count that a crisis reached on one day in so many is the brand's usual."""

_DAY_SPREAD: Final = 0.15
"""Relative variance by which days differ more than their hours do, added for windows longer than MAX_SLIDING."""


_BURSTINESS_MAX_RATE: Final = 2.5
"""Mentions an hour up to which burstiness is estimated: the daily peaks of a busier brand show it already."""


class Baseline(msgspec.Struct, frozen=True):
    """Baseline of a brand at the hour `hour`: hourly rates, daily peaks and shares.

    A pure function of the hours up to `hour - GAP_HOURS`, so it is never stored.
    """

    hour: int
    warmed_up: bool  # enough history to compare with
    history: int  # minutes of history that were learned from
    rates: dict[int, tuple[float, ...]]  # metric → rate of each of the 24 hours that end with `hour`, latest first
    spreads: dict[int, float]  # metric → relative variance of an hour's rate about the expected one
    days: tuple[
        Counts, ...
    ]  # largest window sums of each of the last days, latest first: the peak columns of HourBuckets
    day_decay: float  # weight of a day relative to the day after it
    negative_share: tuple[float, float]  # alpha and beta of the negative share
    burstiness: Burstiness | None = None  # of a brand with few mentions and two weeks of history
    peaks: dict[tuple[int, int], float] = {}  # (peak column, minutes) → usual peak, filled on use
    distributions: dict[tuple[int, int], NegativeBinomial] = {}  # (metric, minutes) → distribution, filled on use

    @property
    def mean_negative_share(self) -> float:
        """Return the negative share that is expected."""
        alpha, beta = self.negative_share
        return alpha / (alpha + beta)

    def expected(self, metric: int, minutes: int) -> float:
        """Return the mentions expected in the `minutes` (up to 24 h) that end with this hour."""
        return _expected(self.rates[metric], minutes)

    def peak_threshold(self, column: int, minutes: int, ratio: float) -> int:
        """Return the count over `minutes` that is `ratio` times the usual daily peak.

        That is the smallest n with n + c >= ratio * P, where P = (sum w (m + c)^4 / sum w)^(1/4), m is the largest sum
        of each day, w its weight, halved each `peak_half_life`, and c = sqrt(minutes) / 2, which damps the chance peaks
        of a small brand. The power mean lies between the mean and the maximum of the days: one huge burst does not
        raise the threshold for weeks, and a brand that bursts every day has a high one.
        """
        floor = sqrt(minutes) / 2
        peak = self.peaks.get((column, minutes))
        if peak is None:
            peak = self.peaks[column, minutes] = self._peak(column, floor)
        return ceil(ratio * peak - floor)

    def _peak(self, column: int, floor: float) -> float:
        total = weight = 0.0
        for age, day in enumerate(self.days):
            fading = self.day_decay**age
            weight += fading
            total += fading * (day[column] + floor) ** _POWER
        return (total / weight) ** (1 / _POWER) if weight else floor

    def quantile(self, metric: int, minutes: int, tail: float) -> int:
        """Return the smallest count n in that window with P(X >= n) <= `tail`."""
        quantiles = self.distributions.get((metric, minutes))
        if quantiles is None:
            spread = self.spreads[metric] + (_DAY_SPREAD if minutes > MAX_SLIDING else 0.0)
            quantiles = self.distributions[metric, minutes] = NegativeBinomial(self.expected(metric, minutes), spread)
        return quantiles.quantile(tail)


class UsualMentions(NamedTuple):
    """The part of a baseline that expects mentions of any kind."""

    warmed_up: bool
    history: int  # minutes
    rates: tuple[float, ...]  # of each of the 24 hours that end with the present one, latest first

    def expected(self, minutes: int) -> float:
        """Return the mentions expected in the `minutes` (up to 24 h) that end with this hour."""
        return _expected(self.rates, minutes)


def _expected(rates: tuple[float, ...], minutes: int) -> float:
    whole = minutes // 60
    rest = (minutes - 60 * whole) / 60
    return sum(rates[:whole]) + (rest * rates[whole] if rest else 0.0)


def learn(hours: HourBuckets, hour: int, learning: Learning, table: HistoryTable | None = None) -> Baseline:
    """Return the baseline at `hour` (hours since the epoch).

    Every hour has weight w = 2^(-age / half_life); hours in breach are left out until the breach counts as a new level
    (`relearn_after`). The rate of an hour of the week is shrunk to that of its hour of the day, and this to the level,
    as the posterior mean of a Gamma-Poisson model whose prior is worth some hours (`hourly_rates`) (Gelman et
    al., Bayesian Data Analysis, 2.6). `spread` is the moment estimate of the over-dispersion plus the uncertainty of
    the level itself. Peaks are the largest window sum of any hour, halved each `peak_half_life`.

    A `table` of the same hours saves building it again. Sums run from the oldest hour to the latest, so that they are
    equal to the last bit, however the table was built.
    """
    last = hour - GAP_HOURS
    table = _table_at(hours, hour, table)
    counts, weights = _counts_and_weights(hours, hour, learning, table)
    level = rates_of_week(counts, weights)
    warmed_up, history = _history(weights, learning)
    return Baseline(
        hour=hour,
        warmed_up=warmed_up,
        history=history,
        rates={metric: level.latest(metric) for metric in METRICS},
        spreads=relative_variances(counts, weights, level),
        days=_days(hours, table, last),
        day_decay=2.0 ** (-86400 / learning.peak_half_life.total_seconds()),
        negative_share=beta_of_negative_share(counts, weights),
        burstiness=_burstiness(hours, counts, last),
    )


def learn_mentions(hours: HourBuckets, hour: int, learning: Learning, table: HistoryTable) -> UsualMentions:
    """Return the part of the baseline that expects mentions, equal to that of `learn`, for a fraction of its cost."""
    counts, weights = _counts_and_weights(hours, hour, learning, _table_at(hours, hour, table))
    return UsualMentions(*_history(weights, learning), latest_mention_rates(counts, weights))


def _table_at(hours: HourBuckets, hour: int, table: HistoryTable | None) -> HistoryTable:
    """Return the table moved to `hour`, a new one where it is of a later hour."""
    if table is None or table.last > hour - GAP_HOURS:
        table = HistoryTable(hours, hour)
    table.advance(hours, hour)
    return table


def _counts_and_weights(
    hours: HourBuckets, hour: int, learning: Learning, table: HistoryTable
) -> tuple[Floats, HourWeights]:
    """Return the counts of the hours that are learned from, and their weights, by the local time of `hour`."""
    last = hour - GAP_HOURS
    weights = hour_weights(hours, last, learning)
    places = local_places(learning.timezone, last, hour)
    if places is None:
        return table.counts, weights
    return move_rows(table.counts, places), HourWeights(move_rows(weights.hours, places))


def _history(weights: HourWeights, learning: Learning) -> tuple[bool, int]:
    """Return whether the history is long enough to compare with, and how many minutes of it are learned from."""
    history = 60 * weights.learned
    return history >= learning.warm_up.total_seconds() / 60, history


def _days(hours: HourBuckets, table: HistoryTable, last: int) -> tuple[Counts, ...]:
    """Return the largest peaks of each 24 hours, counted back from `last`; a day with under 12 hours is left out.

    The peaks of a crisis count only up to what a third of the days reach. So one crisis does not hide the next, and a
    level that returns on a third of the days is learned.
    """
    first = min(hours.rows, default=last) if hours.backfilled or hours.first_hour is None else hours.first_hour
    known = last - max(first, last - KEPT_HOURS + 1) + 1
    days = max(1, (known + 12) // DAY)
    daily = _daily_peaks(table.peaks, days)
    if crisis := crisis_hours_at(hours, last + GAP_HOURS):
        frequent = np.sort(daily, axis=0)[-ceil(days / _CRISIS_DAYS)]
        daily = np.maximum(_daily_peaks(table.peaks_without(crisis), days), np.minimum(daily, frequent))
    return tuple(map(tuple, daily.astype(np.int64).tolist()))


def _daily_peaks(hourly: Floats, days: int) -> Floats:
    """Return the largest peaks of each of the last days, latest first."""
    peaks = hourly.reshape(-1, DAY, PEAK)[-days:]
    for hours in (DAY // 2, DAY // 4, DAY // 8):  # half of the hours against the other half: faster than one by one
        peaks = np.maximum(peaks[:, :hours], peaks[:, hours:])
    largest: Floats = peaks.max(axis=1)[::-1]
    return largest


def _burstiness(hours: HourBuckets, hourly: Floats, last: int) -> Burstiness | None:
    """Return the burstiness of a brand with few mentions; None for others, or without two weeks at its level."""
    starts = [start for start in (hours.first_hour, hours.level_since) if start is not None]
    counts = hourly[:, MENTIONS]
    if (
        not starts
        or last - max(starts) + 1 < LEVEL_HOURS
        or float(sequential_sum(counts)) > _BURSTINESS_MAX_RATE * LEVEL_HOURS
    ):
        return None
    excluded = np.zeros(LEVEL_HOURS, dtype=bool)
    left_out = excluded_at(hours, last + GAP_HOURS)
    excluded[[hour - last - 1 for hour in left_out if 0 <= last - hour < LEVEL_HOURS]] = True
    return estimate(counts, excluded, GAP_HOURS)
