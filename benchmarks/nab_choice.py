"""What would have been chosen had one brand's series never been seen, and how would it have scored there?

NAB's realTweets has ten series and 33 windows, few enough to choose parameters that fit by chance. So the choice is
made ten times, each time on nine brands and judged on the tenth: windows, half-life, power, floor and `over_peak` of
the volume rule, all at once, by the standard score. The rule is worked out on whole arrays, which takes seconds instead
of days: as `detectors.volume`, without its tail and its windows for quiet brands, and with incidents that last while
the count stays above 0.7 times the threshold and reopen within six hours and a half.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.nab import NAB, read
from benchmarks.page import publish, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FASTS, MAINS = (10, 15, 20), (120, 150, 180)  # minutes
HALF_LIVES: Final = (5, 7, 10, 14, 21)  # days
POWERS: Final = (2, 3, 4, 5, 6, 8, 48)  # the last is the maximum in all but name
FLOORS: Final = (0.5, 1.0)  # times the square root of the minutes
RATIOS: Final = tuple(round(1.1 + 0.05 * step, 2) for step in range(9))
GRID: Final = (FASTS, MAINS, HALF_LIVES, POWERS, FLOORS, RATIOS)
SHIPPED: Final = (15, 150, 10, 4, 0.5, 1.25)
DAYS: Final = 21
GAP_HOURS: Final = 3
WARM_UP: Final = 144  # rows
LASTING: Final = 0.7
QUIET: Final = 390 * 60.0  # seconds after the last breach until another opens an incident of its own


Choice = tuple[int, int, int, int, float, float]
Scores = tuple[float, float, float]


@dataclass
class Series:
    """One labelled series with NAB's marks: what an alarm at a row is worth, and in which window it lies."""

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

    def alarms(self, ratio: Floats, over_peak: float) -> list[int]:
        """Return the rows that open an incident."""
        opened, last = [], -np.inf
        for row in np.flatnonzero(ratio >= LASTING * over_peak):
            going_on = self.at[row] - last <= QUIET
            if not going_on and ratio[row] < over_peak:
                continue
            if not going_on:
                opened.append(int(row))
            last = self.at[row]
        return opened

    def score(self, alarms: list[int]) -> Floats:
        """Return what NAB gives for hits, the windows missed, the cost of false alarms, and the number of windows."""
        told = np.array([row for row in alarms if row >= self.probation], dtype=int)
        best = [self.worth[told[self.window[told] == window]] for window in range(self.windows)]
        hits = sum(float(found.max()) for found in best if len(found))
        missed = sum(not len(found) for found in best)
        return np.array([hits, missed, -self.worth[told[self.window[told] < 0]].sum(), self.windows])


def load() -> list[Series]:
    """Return the ten series, marked by NAB's own scorer."""
    sys.path.insert(0, str(NAB))
    from nab_score import load_truth  # type: ignore[import-not-found]  # noqa: PLC0415 - lies beside the data

    truth, _ = load_truth(str(NAB / "data"), str(NAB / "windows_realTweets.json"))
    found = []
    for name, marks in truth.items():
        rows = list(read(NAB / "data" / name.split("/")[-1]))
        at, counts = np.array([row.at / 1000 for row in rows]), np.array([float(row.count) for row in rows])
        windows = np.array(marks.win_of)
        found.append(Series(at, counts, np.array(marks.unit), windows, len(marks.windows), marks.probation))
    return found


def profiles(parts: Floats) -> Scores:
    """Return the standard, low-FP and low-FN scores of summed parts (see `Series.score`)."""
    hits, missed, false, windows = parts
    return tuple(  # type: ignore[return-value]  # three of them
        float(100 * (hits - fn * missed - fp * false + fn * windows) / ((1 + fn) * windows))
        for fp, fn in ((0.11, 1), (0.22, 1), (0.11, 2))
    )


def judge(series: list[Series]) -> dict[Choice, Floats]:
    """Return the parts of the score of every choice, a row a series."""

    @cache
    def ratio(number: int, minutes: int, half_life: int, power: int, floor: float) -> Floats:
        sums, chance = series[number].sums(minutes), floor * minutes**0.5
        found = (sums + chance) / series[number].usual_peak(sums, half_life, power, chance)
        found[:WARM_UP] = 0.0
        return np.asarray(found)

    judged: dict[Choice, Floats] = {}
    for fast, main, half_life, power, floor in product(*GRID[:-1]):
        rule = (half_life, power, floor)
        ratios = [np.maximum(ratio(n, fast, *rule), ratio(n, main, *rule)) for n in range(len(series))]
        for over_peak in RATIOS:
            parts = [one.score(one.alarms(found, over_peak)) for one, found in zip(series, ratios, strict=True)]
            judged[fast, main, half_life, power, floor, over_peak] = np.array(parts)
    return judged


def centre(choices: list[Choice]) -> Choice:
    """Return the choice in the middle of some: of each parameter the median."""
    return tuple(sorted(values)[len(values) // 2] for values in zip(*choices, strict=True))


def left_out(judged: dict[Choice, Floats], choices: list[Choice], among: int) -> tuple[Scores, set[Choice]]:
    """Return the scores when each series is judged by the centre of the `among` choices best for the others.

    The second part is what was chosen.
    """
    parts, chosen = [], set()
    for number in range(len(next(iter(judged.values())))):
        others = {choice: profiles(judged[choice].sum(0) - judged[choice][number])[0] for choice in choices}
        choice = centre(sorted(choices, key=others.__getitem__, reverse=True)[:among])
        parts.append(judged[choice][number])
        chosen.add(choice)
    return profiles(np.array(parts).sum(0)), chosen


def smoothed(scores: dict[Choice, float]) -> dict[Choice, float]:
    """Return the mean score of each choice and its neighbours: at most one step away in every parameter."""
    whole = np.array([scores[choice] for choice in product(*GRID)]).reshape([len(values) for values in GRID])
    total, count = whole, np.ones_like(whole)
    for axis in range(whole.ndim):
        total, count = _with_neighbours(total, axis), _with_neighbours(count, axis)
    return dict(zip(product(*GRID), (total / count).ravel().tolist(), strict=True))


def _with_neighbours(values: Floats, axis: int) -> Floats:
    """Return the sums of each value with those before and after it along an axis."""
    moved = np.moveaxis(values, axis, 0)
    summed = moved.copy()
    summed[1:] += moved[:-1]
    summed[:-1] += moved[1:]
    return np.asarray(np.moveaxis(summed, 0, axis))


def robustly_left_out(judged: dict[Choice, Floats]) -> tuple[Scores, set[Choice]]:
    """Return the scores when each series is judged by the choice whose neighbourhood is best for the others."""
    parts, chosen = [], set()
    for number in range(len(next(iter(judged.values())))):
        others = {choice: profiles(found.sum(0) - found[number])[0] for choice, found in judged.items()}
        near = smoothed(others)
        choice = max(near, key=near.__getitem__)
        parts.append(judged[choice][number])
        chosen.add(choice)
    return profiles(np.array(parts).sum(0)), chosen


def main() -> int:
    """Print the table and write it into the page."""
    if not NAB.is_dir():
        print(f"NAB's series are not here ({NAB}): nothing to measure")
        return 1
    judged = judge(load())
    every = list(judged)
    best = max(every, key=lambda choice: profiles(judged[choice].sum(0))[0])
    alike = [choice for choice in every if choice[:5] == SHIPPED[:5]]
    rows = [
        ("All ten brands: the best single choice", profiles(judged[best].sum(0)), _told(best)),
        ("All ten brands: what ships", profiles(judged[SHIPPED].sum(0)), _told(SHIPPED)),
    ]
    for name, choices, among in (
        (f"Nine, judged on the tenth: the best of {len(every)}", every, 1),
        ("… the centre of the best 1 in 100", every, len(every) // 100),
        ("… the centre of the best 1 in 20", every, len(every) // 20),
        ("… `over_peak` alone, the best", alike, 1),
    ):
        scores, chosen = left_out(judged, choices, among)
        rows.append((name, scores, "; ".join(map(_told, sorted(chosen)))))
    scores, chosen = robustly_left_out(judged)
    rows.append(("… the best neighbourhood, one step each way", scores, "; ".join(map(_told, sorted(chosen)))))
    text = table(
        ("Chosen on", "Standard / low FP / low FN", "fast, main [min], half-life [d], power, floor, over_peak"),
        [(name, " / ".join(f"{score:.1f}" for score in scores), told) for name, scores, told in rows],
    )
    print(text)
    publish("nab-choice", "Volume: what the choice of parameters owes to these series", "nab-choice", text)
    return 0


def _told(choice: Choice) -> str:
    return " ".join(f"{value:g}" for value in choice)


if __name__ == "__main__":
    sys.exit(main())
