"""Calibration of quiet brands: false alarms against the promised budget, and the detection delay of a tenfold burst.

Streams are simulated: 1 to 5 mentions an hour with a daily and a weekly cycle, Poisson or overdispersed (hourly rates
drawn from a Gamma distribution), every author different, a quarter negative. They run through the live functions with
the built-in defaults. An alarm is an incident that opens or reopens; a burst starts while none is open. The 90 %
intervals are those of a Poisson count and of a proportion.
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final, get_args

import numpy as np
from scipy.stats import chi2

from alerts.incidents import lifecycle
from alerts.incidents.policy import Policy as AlertPolicy
from alerts.incidents.state import new_state
from benchmarks.detection.optimal_detector import Oracle
from benchmarks.results_table import publish, table
from detectors.engine import engine, storage
from detectors.model.policy import FALSE_ALARMS_PER_DAY, Sensitivity
from detectors.model.signal import Signal, Watermark
from detectors.policy import Policy
from mentions.model.batches import Batch
from mentions.model.hashing import hash63
from replay.tuning.intervals import share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.engine.state import State

HOUR: Final = 3_600_000
START: Final = 470_016 * HOUR  # a Monday, 00:00 UTC
LEARNING_DAYS: Final = 14
LAG: Final = 4  # hours until the last of them teaches
BURST_EVERY: Final = 29  # hours: another part of the day, and another state of what was learned
ALERT: Final = AlertPolicy()
HEAD: Final = (
    "Mentions an hour",
    "Spread of the hours",
    "Sensitivity",
    "Promised a day",
    "False alarms a day (90 %)",
    "Tenfold bursts within the hour (90 %)",
    "With perfect knowledge",
    "Median minutes",
)
COMPOUNDS: Final = {-1: -0.5, 0: 0.0, 1: 0.5}


@dataclass(frozen=True)
class Brand:
    """A made-up brand: its mean mentions an hour, and the relative variance of its hours about the expected."""

    rate: float
    spread: float

    def expected(self, hour: int) -> float:
        """Return the mentions to expect in an hour since the start: most in the afternoon, few by night."""
        day = 1 + 0.8 * math.sin(2 * math.pi * (hour % 24 - 9) / 24)
        return self.rate * day * (1.1 if hour // 24 % 7 < 5 else 0.75)


BRANDS: Final = tuple(
    Brand(rate, spread)
    for rate, spreads in ((1, (0, 0.1, 0.3, 1)), (2, (0, 0.3)), (3, (0, 0.3)), (5, (0, 0.3)))
    for spread in spreads
)


class Stream:
    """Draws a brand's hours, one after the other, the same for the same seed."""

    def __init__(self, brand: Brand, seed: int) -> None:
        self.brand = brand
        self._dice = np.random.default_rng(seed)
        self._drawn = 0

    def hour(self, hour: int, more: float = 0.0, since: int = 0) -> Batch:
        """Return the mentions of an hour, and `more` an hour on top from `since` [ms] on."""
        rate = self.brand.expected(hour)
        if self.brand.spread:
            rate *= self._dice.gamma(1 / self.brand.spread, self.brand.spread)
        begin = START + hour * HOUR
        instants = self._dice.uniform(0, HOUR, self._dice.poisson(rate)) + begin
        extra = self._dice.uniform(0, HOUR, self._dice.poisson(more)) + begin
        return self._batch(np.sort(np.concatenate([instants, extra[extra >= since]])).astype(int).tolist())

    def skip(self, mentions: int) -> None:
        """Number the next mentions as if so many had been drawn: they are other ones."""
        self._drawn += mentions

    def _batch(self, published: list[int]) -> Batch:
        size = len(published)
        labels = self._dice.choice([-1, 0, 1], size, p=[0.25, 0.5, 0.25]).tolist()
        numbers = range(self._drawn, self._drawn + size)
        self._drawn += size
        ids = [hash63(str(number)) for number in numbers]
        return Batch(
            brand="quiet",
            partition=0,
            policy=0,
            scorer="drawn",
            offsets=list(numbers),
            indexes=[0] * size,
            ids=ids,
            published=published,
            arrived=published,
            compounds=[COMPOUNDS[label] for label in labels],
            labels=labels,
            abuses=[0.0] * size,
            channels=["forum"] * size,
            authors=[f"author {number}" for number in numbers],
            reaches=[0] * size,
            text_hashes=ids,
            excerpts=[""] * size,
            urls=[""] * size,
        )


class Desk:
    """A brand's watch and its incidents, followed hour by hour."""

    def __init__(self, policy: Policy, state: State | None = None) -> None:
        self._policy = policy
        self.state = state or engine.advance_watermark(engine.initial_state("quiet"), START - HOUR, policy)[0]
        self._case = new_state("quiet")

    def follow(self, batch: Batch, until: int) -> Iterator[tuple[int, str]]:
        """Count a batch, let time pass to `until`, and return (instant, detector) of each incident that opens."""
        self.state, signals = engine.process(self.state, batch, self._policy)
        self.state, closed = engine.advance_watermark(self.state, until, self._policy)
        records: list[Signal | Watermark] = [
            *sorted([*signals, *closed], key=lambda signal: signal.at),
            Watermark(until),
        ]
        for record in records:
            self._case, notifications = lifecycle.process(self._case, record, ALERT)
            yield from (
                (note.happened_at, note.detector) for note in notifications if note.reason in {"opened", "reopened"}
            )

    @property
    def calm(self) -> bool:
        """Return whether no incident is open."""
        return self._case.incident is None or self._case.incident.status == "resolved"


def quiet_alarms(brand: Brand, policy: Policy, days: int, seed: int = 1) -> int:
    """Return the incidents that open on `days` of a brand's ordinary life, the first fortnight not counted."""
    stream, desk = Stream(brand, seed), Desk(policy)
    first, last = LEARNING_DAYS * 24, (LEARNING_DAYS + days) * 24
    opened = [list(desk.follow(stream.hour(hour), START + (hour + 1) * HOUR)) for hour in range(last)]
    return sum(len(alarms) for alarms in opened[first:])


def burst_delays(brand: Brand, policy: Policy, bursts: int, seed: int = 3) -> list[float]:
    """Return after how many minutes each of some tenfold bursts is detected, infinite if not in its two hours.

    Each begins at a random instant of another part of the day, in a copy of the watch; the life of the brand goes on.
    """
    stream, desk, dice = Stream(brand, seed), Desk(policy), np.random.default_rng(seed)
    delays: list[float] = []
    hour, due = 0, LEARNING_DAYS * 24 + LAG
    while len(delays) < bursts:
        if hour >= due and desk.calm:
            begin = START + hour * HOUR + int(dice.integers(HOUR))
            delays.append(_delay(Stream(brand, 1000 + len(delays)), Desk(policy, _copy(desk.state)), hour, begin))
            due += BURST_EVERY
        list(desk.follow(stream.hour(hour), START + (hour + 1) * HOUR))
        hour += 1
    return delays


def _copy(state: State) -> State:
    return storage.decode(storage.encode(state))


def _delay(stream: Stream, desk: Desk, hour: int, begin: int) -> float:
    """Return the minutes from `begin` to the first incident in ten times the mentions."""
    stream.skip(10**6)
    for later in range(hour, hour + 3):
        batch = stream.hour(later, 9 * stream.brand.rate, begin)
        for at, _ in desk.follow(batch, START + (later + 1) * HOUR):
            if at >= begin:
                return (at - begin) / 60_000
    return math.inf


def interval(alarms: int, days: int) -> tuple[float, float]:
    """Return the 90 % interval of the alarms a day, by Garwood's exact interval of a Poisson count.

    >>> interval(20, 365)
    (0.0363, 0.0796)
    """
    low = float(chi2.ppf(0.05, 2 * alarms)) / 2 if alarms else 0.0
    return round(low / days, 4), round(float(chi2.ppf(0.95, 2 * alarms + 2)) / 2 / days, 4)


def row(brand: Brand, sensitivity: Sensitivity, days: int, bursts: int) -> tuple[str, ...]:
    """Return one line of the table."""
    policy = Policy(sensitivity=sensitivity)
    alarms = quiet_alarms(brand, policy, days)
    low, high = interval(alarms, days)
    delays = burst_delays(brand, policy, bursts)
    found = sum(delay <= 60 for delay in delays)
    least, most = share(found, bursts)
    oracle = Oracle(brand.expected, brand.spread, brand.rate)
    return (
        f"{brand.rate:g}",
        f"{brand.spread:g}",
        sensitivity,
        f"{FALSE_ALARMS_PER_DAY[sensitivity]:.3f}",
        f"{alarms / days:.3f} ({low:.3f}–{high:.3f})",
        f"{100 * found / bursts:.0f} % ({100 * least:.0f}–{100 * most:.0f})",
        f"{100 * oracle.detection_rate(FALSE_ALARMS_PER_DAY[sensitivity]):.0f} %",
        f"{median(delays):.0f}",
    )


def main() -> None:
    """Print the table and write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=500, help="quiet days a brand")
    parser.add_argument("--bursts", type=int, default=200, help="tenfold bursts a brand")
    given = parser.parse_args()
    asked = [(brand, sensitivity) for brand in BRANDS for sensitivity in get_args(Sensitivity)]
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(partial(row, days=given.days, bursts=given.bursts), *zip(*asked, strict=True)))
    publish("calibration", "Quiet brands", "calibration", table(HEAD, rows))


if __name__ == "__main__":
    main()
