"""History of a brand as arrays: the hours that its baseline is learned from, and what each of them weighs."""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from detectors.stats.burstiness import Floats, sequential_sum
from detectors.windows.buckets import DAY, GAP_HOURS, KEPT_HOURS, LEVEL_HOURS, PEAK, HourBuckets
from detectors.windows.judged_hours import excluded_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from detectors.model.learning import Learning

WEEK: Final = 168  # hours
DAY_PRIOR: Final = 1.0  # hours of the overall level in the prior of an hour of the day
WEEK_PRIOR: Final = 2.0  # hours of the same hour of the day in the prior of an hour of the week

_SPARE_HOURS: Final = 24


class SlidingRows:
    """The latest rows of a table: shifting drops the oldest, and copies the others once in _SPARE_HOURS only."""

    def __init__(self, length: int) -> None:
        self._buffer = np.zeros((length + _SPARE_HOURS, PEAK))
        self._start, self._length = 0, length

    @property
    def rows(self) -> Floats:
        """Return the rows, oldest first."""
        return self._buffer[self._start : self._start + self._length]

    def shift(self, steps: int) -> None:
        """Drop the oldest rows, and append as many of zeros."""
        start = self._start + steps
        if start > _SPARE_HOURS:
            kept = max(0, self._length - steps)
            self._buffer[:kept] = self._buffer[start : start + kept]
            self._buffer[kept:] = 0
            start = 0
        self._start = start


class HistoryTable:
    """The hours that are learned from, as arrays: built once, then shifted with the hours."""

    def __init__(self, hours: HourBuckets, hour: int) -> None:
        self.last = hour - GAP_HOURS
        self._counts = SlidingRows(LEVEL_HOURS)
        self._peaks = SlidingRows(KEPT_HOURS)
        for past in hours.rows:
            self._put(past, hours)
        for past in hours.backfilled:
            self._add_backfill(past, hours)

    @property
    def counts(self) -> Floats:
        """Return the counts of the LEVEL_HOURS up to `last`, oldest first."""
        return self._counts.rows

    @property
    def peaks(self) -> Floats:
        """Return the peaks of the KEPT_HOURS up to `last`, oldest first."""
        return self._peaks.rows

    def peaks_without(self, hours: Iterable[int]) -> Floats:
        """Return the same with zeros in some hours."""
        peaks = self._peaks.rows.copy()
        peaks[[hour - self.last - 1 for hour in hours if 0 <= self.last - hour < KEPT_HOURS]] = 0
        return peaks

    def advance(self, hours: HourBuckets, hour: int) -> None:
        """Shift the table to `hour`. An earlier hour changes nothing."""
        steps = hour - GAP_HOURS - self.last
        if steps <= 0:
            return
        for table in (self._counts, self._peaks):
            table.shift(steps)
        self.last += steps
        for past in range(max(self.last - KEPT_HOURS, self.last - steps) + 1, self.last + 1):
            if past in hours.rows:
                self._put(past, hours)
            if past in hours.backfilled:
                self._add_backfill(past, hours)

    def _put(self, hour: int, hours: HourBuckets) -> None:
        age, row = self.last - hour, hours.rows[hour]
        if 0 <= age < LEVEL_HOURS:
            self.counts[-1 - age] = row[:PEAK]
        if 0 <= age < KEPT_HOURS:
            self._peaks.rows[-1 - age] = row[PEAK:]

    def _add_backfill(self, hour: int, hours: HourBuckets) -> None:
        if 0 <= self.last - hour < LEVEL_HOURS:
            self.counts[hour - self.last - 1] += hours.backfilled[hour]


class HourWeights:
    """Weights of the LEVEL_HOURS that are learned from, oldest first, and their sums, computed on use."""

    def __init__(self, hours: Floats) -> None:
        self.hours = hours

    @cached_property
    def columns(self) -> Floats:
        """Return the weights for each column of counts."""
        return np.repeat(self.hours[:, None], PEAK, axis=1)

    @cached_property
    def learned(self) -> int:
        """Return how many hours are learned from."""
        return int(np.count_nonzero(self.hours))

    @cached_property
    def total(self) -> float:
        """Return the sum of the weights, from the oldest to the latest."""
        return float(sequential_sum(self.hours))

    @cached_property
    def day_divisors(self) -> Floats:
        """Return what the sums of each hour of the day are divided by: its weights, and those of the prior."""
        divisors: Floats = np.add.reduce(self.hours.reshape(-1, DAY)) + DAY_PRIOR
        return divisors

    @cached_property
    def week_divisors(self) -> Floats:
        """Return what the sums of each hour of the week are divided by."""
        divisors: Floats = np.add.reduce(self.hours.reshape(-1, WEEK)) + WEEK_PRIOR
        return divisors


def hour_weights(hours: HourBuckets, last: int, learning: Learning) -> HourWeights:
    """Return the weights of the hours up to `last`, zero for hours that are not learned from."""
    starts = [start for start in (hours.first_hour, hours.level_since) if start is not None]
    known = last - max(starts) + 1 if hours.first_hour is not None else 0
    known = min(LEVEL_HOURS, max(0, known))
    excluded = [hour - last - 1 for hour in excluded_at(hours, last + GAP_HOURS) if 0 <= last - hour < LEVEL_HOURS]
    if not excluded:
        return _undisturbed(learning.half_life, known)
    weights = _undisturbed(learning.half_life, known).hours.copy()
    weights[excluded] = 0.0
    return HourWeights(weights)


@lru_cache(2 * LEVEL_HOURS)
def _undisturbed(half_life: timedelta, known: int) -> HourWeights:
    """Return the weights of the latest `known` hours where none is left out."""
    weights = decay(half_life).copy()
    weights[: LEVEL_HOURS - known] = 0.0
    return HourWeights(weights)


@cache
def decay(half_life: timedelta) -> Floats:
    """Return the weights of LEVEL_HOURS by age, oldest first: w = 2^(-age / half_life)."""
    halving = half_life.total_seconds() / 3600
    return np.array([2.0 ** (-age / halving) for age in range(LEVEL_HOURS - 1, -1, -1)])
