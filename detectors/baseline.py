"""What is usual for this brand at this hour?"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, lru_cache
from math import ceil, sqrt
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt
from pydantic import Field

from detectors.buckets import (
    DAY,
    GAP_HOURS,
    KEPT_HOURS,
    LEVEL_HOURS,
    MENTIONS,
    NEGATIVE,
    PEAK,
    POSITIVE,
    SLIDING,
    UNKNOWN,
    Counts,
    Hours,
    Row,
)
from detectors.bursts import Bursts, Floats, added, gauge
from detectors.duration import Duration
from detectors.parameters import Parameters
from detectors.tails import NegativeBinomial
from detectors.zone import Zone


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
        description="How long a breach that pages nobody must last to be taken for a new level and learned; "
        "larger keeps telling longer after a lasting change [duration]",
    )
    relearn_crisis_after: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=3),
        le=timedelta(days=14),
        description="How long a breach that pages must last without a break to be taken for a new level and learned; "
        "larger keeps alarming longer after a lasting change [duration]",
    )

    timezone: Zone = Field(
        default="UTC",
        description="By whose clock its days and weeks run; a brand's own `timezone` is taken [time zone]",
    )


METRICS: Final = (MENTIONS, NEGATIVE, POSITIVE)
_POWER: Final = 4
"""Between the mean of the daily peaks (1) and the largest (infinite): 3.5 to 5 found the same on NAB."""

_OFTEN: Final = 3
"""What a crisis brought on one day in so many is how this brand lives."""

_DAY_PRIOR: Final = 1.0  # how many hours of the level an hour of the day starts from
_DAY_SPREAD: Final = 0.15
"""Relative variance by which days differ more than their hours say, added for windows of more than SLIDING minutes."""

_WEEK_PRIOR: Final = 2.0  # how many hours of its hour of the day an hour of the week starts from


_FEW: Final = 2.5
"""Mentions an hour up to which it is worth knowing how bursty a brand is: a busy one is told by its daily peaks."""


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
    bursts: Bursts | None = None  # how bursty the brand is; of a brand of few mentions known for a fortnight
    memo: dict[tuple[int, int], float] = {}  # (peak column, minutes) → usual peak, once asked for
    chances: dict[tuple[int, int], NegativeBinomial] = {}  # (metric, minutes) → distribution, once asked for

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
        peak = self.memo.get((column, minutes))
        if peak is None:
            peak = self.memo[column, minutes] = self._peak(column, floor)
        return ceil(ratio * peak - floor)

    def _peak(self, column: int, floor: float) -> float:
        total = weight = 0.0
        for age, day in enumerate(self.days):
            fading = self.fading**age
            weight += fading
            total += fading * (day[column] + floor) ** _POWER
        return (total / weight) ** (1 / _POWER) if weight else floor

    def surprise(self, metric: int, minutes: int, tail: float) -> int:
        """Return the smallest count in that window that chance reaches with no more than probability `tail`."""
        quantiles = self.chances.get((metric, minutes))
        if quantiles is None:
            spread = self.spreads[metric] + (_DAY_SPREAD if minutes > SLIDING else 0.0)
            quantiles = self.chances[metric, minutes] = NegativeBinomial(self.expected(metric, minutes), spread)
        return quantiles.quantile(tail)


class Table:
    """The hours that teach, side by side in arrays: made once, then moved on with the hours."""

    def __init__(self, hours: Hours, hour: int) -> None:
        self.last = hour - GAP_HOURS
        self.counts = np.zeros((LEVEL_HOURS, PEAK))
        self.peaks = np.zeros((KEPT_HOURS, PEAK), dtype=np.int64)
        self.calm = np.zeros((KEPT_HOURS, PEAK), dtype=np.int64)  # the same without the hours of a crisis
        for past, row in hours.rows.items():
            self._put(past, row, calm=past not in hours.crisis)
        for past, row in hours.taught.items():
            if 0 <= self.last - past < LEVEL_HOURS:
                self.counts[past - self.last - 1] += row[:PEAK]

    def move(self, hours: Hours, hour: int) -> None:
        """Bring the table up to what teaches at `hour`; earlier than it is, it is left as it is."""
        steps = hour - GAP_HOURS - self.last
        if steps <= 0:
            return
        for rows in (self.counts, self.peaks, self.calm):
            kept = max(0, len(rows) - steps)
            rows[:kept] = rows[len(rows) - kept :]
            rows[kept:] = 0
        self.last += steps
        for past in range(max(self.last - KEPT_HOURS, self.last - steps) + 1, self.last + 1):
            row = hours.rows.get(past)
            if row is not None:
                self._put(past, row, calm=past not in hours.crisis)

    def _put(self, hour: int, row: Row, *, calm: bool) -> None:
        age = self.last - hour
        if 0 <= age < LEVEL_HOURS:
            self.counts[-1 - age] = row[:PEAK]
        if 0 <= age < KEPT_HOURS:
            self.peaks[-1 - age] = row[PEAK:]
            self.calm[-1 - age] = row[PEAK:] if calm else 0


def learn(hours: Hours, hour: int, learning: Learning, table: Table | None = None) -> Usual:
    """Return what is usual at `hour`, an hour since the epoch.

    Every hour counts with weight w = 2^(-age / half_life); hours in breach are left out until the breach has become
    the usual. The rate of an hour of the week is shrunk to that of its hour of the day, and this to the level, as the
    posterior mean of a Gamma-Poisson model whose prior is worth `_WEEK_PRIOR` and `_DAY_PRIOR` hours (Gelman et al.,
    Bayesian Data Analysis, 2.6). `spread` is the moment estimate of the over-dispersion plus the uncertainty of the
    level itself. Peaks are the largest window sum of any hour, halved each `peak_half_life`.

    A `table` of the same hours saves gathering them anew. Sums run from the oldest hour to the latest, so that they
    come out the same to the last digit, however they were gathered.
    """
    last = hour - GAP_HOURS
    if table is None or table.last > last:
        table = Table(hours, hour)
    table.move(hours, hour)
    weights = _weights(hours, last, learning)
    counts = table.counts
    places = _places(learning.timezone, last, hour)
    if places is not None:
        counts, weights = _moved(counts, places), _moved(weights, places)
    level = _level(counts, weights)
    history = 60 * int(np.count_nonzero(weights))
    return Usual(
        hour=hour,
        warm=history >= learning.warm_up.total_seconds() / 60,
        history=history,
        rates={metric: tuple(level[_LATEST, metric].tolist()) for metric in METRICS},
        spreads=_spreads(counts, weights, level),
        days=_days(hours, table, last),
        fading=2.0 ** (-86400 / learning.peak_half_life.total_seconds()),
        share=_share(counts, weights),
        bursts=_bursts(hours, counts, last),
    )


WEEK: Final = 168  # hours
_LATEST: Final = np.array([(GAP_HOURS - 1 - back) % WEEK for back in range(DAY)])
"""Where in a week that begins with the hour after the last that teaches the latest 24 hours are, latest first."""


def _weights(hours: Hours, last: int, learning: Learning) -> Floats:
    """Return the weight of each of the LEVEL_HOURS up to `last`, zero for those that do not teach."""
    weights = _fading(learning.half_life).copy()
    starts = [start for start in (hours.since, hours.level_since) if start is not None]
    known = last - max(starts) + 1 if hours.since is not None else 0
    weights[: max(0, LEVEL_HOURS - max(0, known))] = 0.0
    for held in hours.held:
        if 0 <= last - held < LEVEL_HOURS:
            weights[held - last - 1] = 0.0
    return weights


@cache
def _fading(half_life: timedelta) -> Floats:
    halving = half_life.total_seconds() / 3600
    return np.array([2.0 ** (-age / halving) for age in range(LEVEL_HOURS - 1, -1, -1)])


@lru_cache(256)
def _places(timezone: str, last: int, hour: int) -> npt.NDArray[np.int64] | None:
    """Return where each of the LEVEL_HOURS up to `last` is by the clock of `hour`; None where the clocks stood as now.

    Days and weeks are lived by the local clock: an hour before the clocks were changed counts for the one that has its
    local time now. Of two hours that have the same the later one counts.
    """
    zone = ZoneInfo(timezone)
    first, now = last - LEVEL_HOURS + 1, _offset(zone, hour)
    if _offset(zone, first) == now:
        return None
    return np.array([place + _offset(zone, first + place) - now for place in range(LEVEL_HOURS)])


def _offset(zone: ZoneInfo, hour: int) -> int:
    """Return by how many hours the local clock is ahead of UTC."""
    ahead = datetime.fromtimestamp(3600 * hour, zone).utcoffset() or timedelta()
    return round(ahead / timedelta(hours=1))


def _moved(rows: Floats, places: npt.NDArray[np.int64]) -> Floats:
    """Return rows at their places; those that have none in the range are left out."""
    moved = np.zeros_like(rows)
    for row, place in zip(rows, places.tolist(), strict=True):
        if 0 <= place < len(rows):
            moved[place] = row
    return moved


def _level(counts: Floats, weights: Floats) -> Floats:
    """Return the shrunk rates of the 168 hours after the last that teaches, by metric."""
    weighted = weights[:, None] * counts
    total, weight = added(weighted), float(added(weights))
    level = total / weight if weight else np.zeros(PEAK)
    days, day_weights = added(weighted.reshape(-1, DAY, PEAK)), added(weights.reshape(-1, DAY))
    daily = (days + _DAY_PRIOR * level) / (day_weights + _DAY_PRIOR)[:, None]
    weeks, week_weights = added(weighted.reshape(-1, WEEK, PEAK)), added(weights.reshape(-1, WEEK))
    rates: Floats = (weeks + _WEEK_PRIOR * np.tile(daily, (7, 1))) / (week_weights + _WEEK_PRIOR)[:, None]
    return rates


def _spreads(counts: Floats, weights: Floats, level: Floats) -> dict[int, float]:
    """Return the relative variance of the hourly rate: (sum w ((n - r)^2 - r)) / (sum w r^2), and that of the level."""
    rates, heavy = np.tile(level, (LEVEL_HOURS // WEEK, 1)), weights[:, None]
    over = added(heavy * ((counts - rates) ** 2 - rates)).tolist()
    square = added(heavy * rates * rates).tolist()
    total = added(heavy * counts).tolist()
    return {
        metric: (max(0.0, over[metric] / square[metric]) if square[metric] else 0.0) + 1.0 / (total[metric] + 0.5)
        for metric in METRICS
    }


def _days(hours: Hours, table: Table, last: int) -> tuple[Counts, ...]:
    """Return the largest peaks of each 24 hours, counted back from `last`; a day not half known is left out.

    What a crisis brought counts for no more than a third of the days reach: one does not deafen the watch to the next,
    and a level that comes again on a third of the days is learned for what it is.
    """
    first = min(hours.rows, default=last) if hours.taught or hours.since is None else hours.since
    known = last - max(first, last - KEPT_HOURS + 1) + 1
    days = max(1, (known + 12) // DAY)
    tops, calm = (peaks.reshape(-1, DAY, PEAK).max(axis=1)[::-1][:days] for peaks in (table.peaks, table.calm))
    if hours.crisis:
        reached = np.sort(tops, axis=0)[-ceil(days / _OFTEN)]
        tops = np.maximum(calm, np.minimum(tops, reached))
    return tuple(map(tuple, tops.tolist()))


def _bursts(hours: Hours, level: Floats, last: int) -> Bursts | None:
    """Return how bursty a brand of few mentions is; None of any other, and without a fortnight of its present level."""
    starts = [start for start in (hours.since, hours.level_since) if start is not None]
    counts = level[:, MENTIONS]
    if not starts or last - max(starts) + 1 < LEVEL_HOURS or float(added(counts)) > _FEW * LEVEL_HOURS:
        return None
    held = np.zeros(LEVEL_HOURS, dtype=bool)
    held[[hour - last - 1 for hour in hours.held if 0 <= last - hour < LEVEL_HOURS]] = True
    return gauge(counts, held, GAP_HOURS)


def _share(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Return the Beta of the negative share: its weighted mean, and as sure as the hours agree among themselves.

    The concentration is the moment estimate over the hours (Griffiths, Biometrics 29, 1973), bounded to [2, 500].
    """
    bad, of = counts[:, NEGATIVE], counts[:, MENTIONS] - counts[:, UNKNOWN]
    share = (float(added(weights * bad)) + 1.0) / (float(added(weights * of)) + 4.0)
    excess = float(added(weights * ((bad - share * of) ** 2 - of * share * (1 - share))))
    pairs = float(added(weights * of * (of - 1))) * share * (1 - share)
    alike = excess / pairs if pairs > 0 else 0.1
    concentration = min(500.0, max(2.0, 1.0 / alike - 1.0)) if alike > 0 else 500.0
    return share * concentration, (1 - share) * concentration
