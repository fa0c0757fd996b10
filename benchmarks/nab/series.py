"""Vectorised volume detector on NAB's series: thousands of settings in seconds.

As `detectors.volume_spike`, without its tail test and its windows for quiet brands, and with incidents that last while
the count stays above 0.7 times the threshold and reopen within six and a half hours.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.nab.__main__ import NAB, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DAYS: Final = 21
GAP_HOURS: Final = 3
WARM_UP: Final = 144  # rows
LASTING: Final = 0.7
QUIET: Final = 390 * 60.0  # seconds after the last breach until another opens an incident of its own
STANDARD: Final = (0.11, 1.0)  # the cost of a false alarm and of a window missed, a hit being worth 1
PROFILES: Final = (STANDARD, (0.22, 1.0), (0.11, 2.0))  # standard, low FP, low FN

Choice = tuple[int, int, int, int, float, float]
"""Fast and main window [min], half-life [d], power, floor [times the square root of the minutes], `peak_ratio`."""

Scores = tuple[float, float, float]


@dataclass(frozen=True)
class Grid:
    """The settings to choose among: every combination of these."""

    fasts: tuple[int, ...] = (10, 15, 20)
    mains: tuple[int, ...] = (120, 150, 180)
    half_lives: tuple[int, ...] = (5, 7, 10, 14, 21)
    powers: tuple[int, ...] = (2, 3, 4, 5, 6, 8, 48)  # the last is the maximum in all but name
    floors: tuple[float, ...] = (0.5, 1.0)
    ratios: tuple[float, ...] = tuple(round(1.1 + 0.05 * step, 2) for step in range(9))

    @property
    def rules(self) -> list[tuple[int, int, int, int, float]]:
        """Return the settings of everything but `peak_ratio`."""
        return list(product(self.fasts, self.mains, self.half_lives, self.powers, self.floors))

    @property
    def choices(self) -> list[Choice]:
        """Return every choice, in the order in which choices are numbered."""
        return [(*rule, ratio) for rule in self.rules for ratio in self.ratios]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of values of each parameter."""
        parameters = (self.fasts, self.mains, self.half_lives, self.powers, self.floors, self.ratios)
        return tuple(len(values) for values in parameters)


GRID: Final = Grid()
WIDE: Final = Grid(
    (5, 10, 15, 20, 30),
    (60, 90, 120, 150, 180, 240),
    (3, 5, 7, 10, 14, 21, 42),
    (1, 2, 3, 4, 6, 8, 16, 48),
    (0.25, 0.5, 1.0, 2.0),
    tuple(round(1.0 + 0.05 * step, 2) for step in range(21)),
)


@dataclass(frozen=True)
class Series:
    """One labelled series with NAB's marks: what an alarm at a row is worth, and in which window it lies."""

    name: str
    at: Floats  # seconds
    counts: Floats
    worth: Floats
    window: NDArray[np.int64]
    windows: int
    probation: int

    def sums(self, minutes: int) -> Floats:
        """Return the mentions of the `minutes` that end with each row."""
        totals = np.concatenate([[0.0], np.cumsum(self.counts)])
        first = np.searchsorted(self.at // 60, self.at // 60 - minutes, side="right")
        return np.asarray(totals[1:] - totals[first])

    def usual_peak(self, sums: Floats, half_life: int, power: int, floor: float) -> Floats:
        """Return the power mean of the daily peaks before each row, infinite before there is a day."""
        hours = (self.at // 3600).astype(int)
        hours -= hours[0]
        tops = np.zeros(hours[-1] + 1)
        np.maximum.at(tops, hours, sums)
        days = np.array([tops[max(0, hour - 23) : hour + 1].max() for hour in range(len(tops))])
        total, weight = np.zeros(len(tops)), np.zeros(len(tops))
        for age in range(DAYS):
            back = GAP_HOURS + 24 * age
            start = back + (12 if age else 0)  # a day not half known is left out
            if start >= len(tops):
                break
            fading = 2.0 ** (-age / half_life)
            total[start:] += fading * np.power(days[start - back : len(days) - back] + floor, power)
            weight[start:] += fading
        with np.errstate(divide="ignore", invalid="ignore"):
            usual = np.where(weight > 0, (total / weight) ** (1 / power), np.inf)
        return np.asarray(usual[hours])

    def ratio(self, minutes: int, half_life: int, power: int, floor: float) -> Floats:
        """Return how many times its usual peak the count over a window is at each row, nought in the warm-up."""
        sums, chance = self.sums(minutes), floor * minutes**0.5
        found = (sums + chance) / self.usual_peak(sums, half_life, power, chance)
        found[:WARM_UP] = 0.0
        return np.asarray(found)

    def alarms(self, ratio: Floats, peak_ratio: float) -> list[int]:
        """Return the rows that open an incident."""
        opened, last = [], -np.inf
        for row in np.flatnonzero(ratio >= LASTING * peak_ratio):
            going_on = self.at[row] - last <= QUIET
            if not going_on and ratio[row] < peak_ratio:
                continue
            if not going_on:
                opened.append(int(row))
            last = self.at[row]
        return opened

    def score(self, alarms: list[int]) -> Floats:
        """Return what NAB gives for hits, the windows missed, the cost of false alarms, and the number of windows."""
        scored = np.array([row for row in alarms if row >= self.probation], dtype=int)
        best = [self.worth[scored[self.window[scored] == window]] for window in range(self.windows)]
        hits = sum(float(found.max()) for found in best if len(found))
        missed = sum(not len(found) for found in best)
        return np.array([hits, missed, -self.worth[scored[self.window[scored] < 0]].sum(), self.windows])

    def perturbed(self, chance: np.random.Generator) -> Series:
        """Return it with a fifth of its mentions lost at random, its days and hours begun elsewhere in the hour."""
        kept = chance.binomial(self.counts.astype(int), 0.8).astype(float)
        return replace(self, counts=kept, at=self.at + chance.integers(0, 3600))


def load() -> list[Series]:
    """Return the ten series, marked by NAB's own scorer."""
    sys.path.insert(0, str(NAB))
    from nab_score import load_truth  # type: ignore[import-not-found]  # noqa: PLC0415 - lies beside the data

    truth, _ = load_truth(str(NAB / "data"), str(NAB / "windows_realTweets.json"))
    found = []
    for name, marks in truth.items():
        path = NAB / "data" / name.split("/")[-1]
        rows = list(read(path))
        at, counts = np.array([row.at / 1000 for row in rows]), np.array([float(row.count) for row in rows])
        brand, windows = path.stem.split("_")[-1], np.array(marks.win_of)
        found.append(Series(brand, at, counts, np.array(marks.unit), windows, len(marks.windows), marks.probation))
    return found


def value(parts: Floats, cost: tuple[float, float] = STANDARD) -> Floats:
    """Return the score of summed parts (see `Series.score`), of many at once where there are leading axes."""
    hits, missed, false, windows = np.moveaxis(parts, -1, 0)
    false_cost, missed_cost = cost
    won = hits - missed_cost * missed - false_cost * false + missed_cost * windows
    return np.asarray(100 * won / ((1 + missed_cost) * windows))


def profiles(parts: Floats) -> Scores:
    """Return the standard, low-FP and low-FN scores of summed parts."""
    return tuple(float(value(parts, cost)) for cost in PROFILES)  # type: ignore[return-value]  # three of them


def judge(series: list[Series], grid: Grid = GRID) -> Floats:
    """Return the parts of the score of every choice on every series: choices, series, parts."""
    return np.stack([_judged(one, grid) for one in series], axis=1)


def _judged(one: Series, grid: Grid) -> Floats:
    ratio, judged = cache(one.ratio), []
    for fast, main, *rule in grid.rules:
        found = np.maximum(ratio(fast, *rule), ratio(main, *rule))
        judged += [one.score(one.alarms(found, peak_ratio)) for peak_ratio in grid.ratios]
    return np.array(judged)


def blend(series: list[Series], peak_ratios: list[float], grid: Grid = GRID) -> Floats:
    """Return the parts for the geometric mean of the ratios of all settings, where only `peak_ratio` is chosen."""
    judged = []
    for one in series:
        ratio, logs = cache(one.ratio), np.zeros(len(one.at))
        for fast, main, *rule in grid.rules:
            logs += np.log(np.maximum(np.maximum(ratio(fast, *rule), ratio(main, *rule)), 1e-9))
        mean = np.exp(logs / len(grid.rules))
        judged.append([one.score(one.alarms(mean, peak_ratio)) for peak_ratio in peak_ratios])
    return np.array(judged).swapaxes(0, 1)
