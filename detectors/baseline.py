"""What is usual for this brand at this hour?"""

from __future__ import annotations

from datetime import timedelta
from math import ceil, sqrt
from typing import Final

import msgspec
from pydantic import Field

from detectors.buckets import (
    GAP_HOURS,
    HOUR_COLUMNS,
    LEVEL_HOURS,
    MENTIONS,
    NEGATIVE,
    PEAK,
    POSITIVE,
    SLIDING,
    UNKNOWN,
    Counts,
    Hours,
)
from detectors.duration import Duration
from detectors.parameters import Parameters
from detectors.tails import negative_binomial_quantile


class Learning(Parameters):
    """How the usual is learned from a brand's own past."""

    warm_up: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=2),
        le=timedelta(days=14),
        description="History a brand needs before it is judged against its own past; "
        "larger relies longer on the cold-start rule and the absolute thresholds [duration]",
    )
    half_life: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=12),
        le=timedelta(days=90),
        description="Age at which an hour of history counts half; larger adapts later to a new level [duration]",
    )
    peak_half_life: Duration = Field(
        default=timedelta(days=10),
        ge=timedelta(days=1),
        le=timedelta(days=90),
        description="Age at which the peak of a day counts half; larger remembers old bursts longer [duration]",
    )
    relearn_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=3),
        le=timedelta(days=14),
        description="How long a breach must last to be taken for a new level and learned; "
        "larger keeps alarming longer after a lasting change [duration]",
    )


METRICS: Final = (MENTIONS, NEGATIVE, POSITIVE)
_POWER: Final = 4
"""Between the mean of the daily peaks (1) and the largest (infinite): 3.5 to 5 found the same on NAB."""

_DAY_PRIOR: Final = 1.0  # how many hours of the level an hour of the day starts from
_DAY_SPREAD: Final = 0.15
"""Relative variance by which days differ more than their hours say, added for windows of more than SLIDING minutes."""

_WEEK_PRIOR: Final = 2.0  # how many hours of its hour of the day an hour of the week starts from


class Usual(msgspec.Struct, frozen=True):
    """What was learned about a brand, as seen from the hour `hour`: rates an hour, peaks and shares.

    A pure function of the hours up to `hour - GAP_HOURS`; so it may be thrown away and made again.
    """

    hour: int
    warm: bool  # enough history to be judged by
    history: int  # minutes of history that teach
    rates: dict[int, tuple[float, ...]]  # metric → rate of each of the 24 hours that end with `hour`, latest first
    spreads: dict[int, float]  # metric → relative variance of an hour's rate about the expected one
    days: tuple[Counts, ...]  # largest window sums of each of the last days, latest first: the peak columns of Hours
    fading: float  # weight of a day relative to the day after it
    share: tuple[float, float]  # alpha and beta of the negative share

    def expected(self, metric: int, minutes: int) -> float:
        """Return the mentions expected in the `minutes` (up to 24 h) that end with this hour."""
        rates, whole = self.rates[metric], minutes // 60
        rest = (minutes - 60 * whole) / 60
        return sum(rates[:whole]) + (rest * rates[whole] if rest else 0.0)

    def over_peak(self, column: int, minutes: int, ratio: float) -> int:
        """Return the count over `minutes` that is `ratio` times the peak a day usually brings.

        That is the smallest n with n + c >= ratio * P, where P = (sum w (m + c)^4 / sum w)^(1/4), m is the largest sum
        of each day, w its weight, halved each `peak_half_life`, and c = sqrt(minutes) / 2, so that chance alone does
        not make much of a small brand's peaks. Between the mean and the maximum of the days: one huge burst does not
        deafen the watch for weeks, and a brand that bursts every day is known for it.
        """
        floor = sqrt(minutes) / 2
        total = weight = 0.0
        for age, day in enumerate(self.days):
            fading = self.fading**age
            weight += fading
            total += fading * (day[column] + floor) ** _POWER
        peak = (total / weight) ** (1 / _POWER) if weight else floor
        return ceil(ratio * peak - floor)

    def surprise(self, metric: int, minutes: int, tail: float) -> int:
        """Return the smallest count in that window that chance reaches with no more than probability `tail`."""
        spread = self.spreads[metric] + (_DAY_SPREAD if minutes > SLIDING else 0.0)
        return negative_binomial_quantile(self.expected(metric, minutes), spread, tail)


def learn(hours: Hours, hour: int, learning: Learning) -> Usual:
    """Return what is usual at `hour`, an hour since the epoch.

    Every hour counts with weight w = 2^(-age / half_life); hours in breach are left out until the breach has become
    the usual. The rate of an hour of the week is shrunk to that of its hour of the day, and this to the level, as the
    posterior mean of a Gamma-Poisson model whose prior is worth `_WEEK_PRIOR` and `_DAY_PRIOR` hours (Gelman et al.,
    Bayesian Data Analysis, 2.6). `spread` is the moment estimate of the over-dispersion plus the uncertainty of the
    level itself. Peaks are the largest window sum of any hour, halved each `peak_half_life`.
    """
    last = hour - GAP_HOURS
    first = last + 1 if hours.since is None else max(hours.since, last - LEVEL_HOURS + 1)
    past = _past(hours, first, last, learning)
    profile = _Profile()
    for past_hour, weight, counts in past:
        profile.add(past_hour, weight, counts)
    rates = {metric: tuple(profile.rate(metric, hour - back) for back in range(24)) for metric in METRICS}
    return Usual(
        hour=hour,
        warm=60 * len(past) >= learning.warm_up.total_seconds() / 60,
        history=60 * len(past),
        rates=rates,
        spreads={metric: _spread(past, profile, metric) for metric in METRICS},
        days=_days(hours, last),
        fading=2.0 ** (-86400 / learning.peak_half_life.total_seconds()),
        share=_share(past),
    )


class _Profile:
    """Weighted sums by hour of the day and hour of the week."""

    def __init__(self) -> None:
        self.weight = 0.0
        self.total = [0.0] * PEAK
        self.days = [[0.0] * (PEAK + 1) for _ in range(24)]
        self.weeks = [[0.0] * (PEAK + 1) for _ in range(168)]

    def add(self, hour: int, weight: float, counts: list[int]) -> None:
        """Add an hour's counts, weighted."""
        self.weight += weight
        self.days[hour % 24][PEAK] += weight
        self.weeks[hour % 168][PEAK] += weight
        for column in range(PEAK):
            if counts[column]:
                share = weight * counts[column]
                self.total[column] += share
                self.days[hour % 24][column] += share
                self.weeks[hour % 168][column] += share

    def rate(self, metric: int, hour: int) -> float:
        """Return the shrunk rate of that hour."""
        level = self.total[metric] / self.weight if self.weight else 0.0
        day, week = self.days[hour % 24], self.weeks[hour % 168]
        daily = (day[metric] + _DAY_PRIOR * level) / (day[PEAK] + _DAY_PRIOR)
        return (week[metric] + _WEEK_PRIOR * daily) / (week[PEAK] + _WEEK_PRIOR)


_NOTHING: Final = [0] * HOUR_COLUMNS


def _past(hours: Hours, first: int, last: int, learning: Learning) -> list[tuple[int, float, list[int]]]:
    """Return (hour, weight, counts) of the hours that teach the level."""
    halving = learning.half_life.total_seconds() / 3600
    start = first if hours.level_since is None else max(first, hours.level_since)
    past = []
    for hour in range(start, last + 1):
        if hour in hours.held:
            continue
        counts = hours.rows.get(hour, _NOTHING)
        if hour in hours.taught:
            counts = [a + b for a, b in zip(counts, hours.taught[hour], strict=False)]
        past.append((hour, 2.0 ** ((hour - last) / halving), counts))
    return past


def _spread(past: list[tuple[int, float, list[int]]], profile: _Profile, metric: int) -> float:
    """Return the relative variance of the hourly rate: (sum w ((n - r)^2 - r)) / (sum w r^2), and that of the level."""
    over = square = 0.0
    for hour, weight, counts in past:
        rate = profile.rate(metric, hour)
        over += weight * ((counts[metric] - rate) ** 2 - rate)
        square += weight * rate * rate
    unsure = 1.0 / (profile.total[metric] + 0.5)
    return (max(0.0, over / square) if square else 0.0) + unsure


def _days(hours: Hours, last: int) -> tuple[Counts, ...]:
    """Return the largest peaks of each 24 hours, counted back from `last`; a day not half known is left out."""
    first = min(hours.rows, default=last) if hours.taught or hours.since is None else hours.since
    known = last - first + 1
    tops = [[0] * PEAK for _ in range(max(1, (known + 12) // 24))]
    for hour, row in hours.rows.items():
        day = (last - hour) // 24
        if hour <= last and day < len(tops):
            top = tops[day]
            for column in range(PEAK):
                top[column] = max(top[column], row[PEAK + column])
    return tuple(tuple(top) for top in tops)


def _share(past: list[tuple[int, float, list[int]]]) -> tuple[float, float]:
    """Return the Beta of the negative share: its weighted mean, and as sure as the hours agree among themselves.

    The concentration is the moment estimate over the hours (Griffiths, Biometrics 29, 1973), bounded to [2, 500].
    """
    known = [(weight, counts[NEGATIVE], counts[MENTIONS] - counts[UNKNOWN]) for _, weight, counts in past]
    known = [(weight, bad, of) for weight, bad, of in known if of > 0]
    bad_sum = sum(weight * bad for weight, bad, _ in known)
    of_sum = sum(weight * of for weight, _, of in known)
    share = (bad_sum + 1.0) / (of_sum + 4.0)
    excess = sum(weight * ((bad - share * of) ** 2 - of * share * (1 - share)) for weight, bad, of in known)
    pairs = sum(weight * of * (of - 1) for weight, _, of in known) * share * (1 - share)
    alike = excess / pairs if pairs > 0 else 0.1
    concentration = min(500.0, max(2.0, 1.0 / alike - 1.0)) if alike > 0 else 500.0
    return share * concentration, (1 - share) * concentration
