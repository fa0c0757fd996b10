"""Interface of the detectors: what they see of a brand (BrandView), what they return, and how they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import floor
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.model.signal import SEVERITIES, Severity
from detectors.stats.baseline import HistoryTable, learn
from detectors.windows.buckets import (
    HIGH_REACH,
    KEPT_MINUTES,
    MAX_SLIDING,
    MENTIONS,
    NEGATIVE,
    POSITIVE,
    UNKNOWN,
    Counts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from detectors.engine.state import State
    from detectors.model.signal import Contributors, Signal
    from detectors.model.text import Language
    from detectors.policy import Policy
    from detectors.stats.baseline import Baseline

METRIC_NAMES: Final = {
    MENTIONS: "mentions",
    NEGATIVE: "negative mentions",
    POSITIVE: "positive mentions",
    HIGH_REACH: "far-reaching negative mentions",
}


class CountThreshold(msgspec.Struct, frozen=True):
    """Thresholds on a count over a sliding window. They are fixed within the hour, so cheap to test."""

    metric: int  # column that is counted
    window: int  # minutes; of 3 h and less sliding by the minute, longer ones by the hour
    expected: float | None  # None while the brand has too little history
    levels: tuple[tuple[int, Severity], ...]  # counts that breach, ascending, each with its severity
    resolve_below: float  # the episode ends once the count stays below this
    extra: dict[str, float] = {}
    min_author_diversity: float = 0.0  # share of different authors below which the severity is info


class Finding(msgspec.Struct, frozen=True):
    """A detector's result for the window that ends with one minute."""

    severity: Severity | None  # None: no breach
    ongoing: bool  # at or above `resolve_below`: an episode continues
    metric: str
    window: int  # minutes
    observed: float
    expected: float | None
    threshold: float
    extra: dict[str, float] = {}
    source: str = ""  # the channel of a finding about one channel
    first_minute: int | None = None  # first minute of a window that does not slide


class Headroom(NamedTuple):
    """How many more of a column may be counted within the hour before a detector can breach."""

    column: int
    remaining: int


NO_LIMIT: Final = Headroom(MENTIONS, 1 << 62)
"""Headroom of a detector that cannot breach in this hour."""


class BrandView:
    """What detectors see of a brand at one minute: sliding sums, and the baseline of the hour."""

    __slots__ = ("_cache", "_kept", "_windows", "hours", "memo", "minute", "minutes", "policy", "sample", "sources")

    def __init__(self, minute: int, state: State, policy: Policy) -> None:
        self.minute = minute
        self.minutes = state.minutes
        self.hours = state.hours
        self.sources = state.sources
        self.sample = state.contributors
        self.policy = policy
        self._cache = state.cache
        self._kept = state.cache.hour(minute // 60)
        self.memo = self._kept.memo
        self._windows: dict[int, Counts] = {}

    @property
    def baseline(self) -> Baseline:
        """Return the baseline of this hour, computed on first use."""
        if self._kept.baseline is None:
            hour, cache = self.minute // 60, self._cache
            if cache.history is None:
                cache.history = HistoryTable(self.hours, hour)
            self._kept.baseline = learn(self.hours, hour, self.policy.learning, cache.history)
        return self._kept.baseline

    def thresholds(self, detector: Detector) -> tuple[CountThreshold, ...]:
        """Return a detector's count thresholds, the same for the whole hour; empty without any."""
        found = self._kept.thresholds.get(detector)
        if found is None:
            found = self._kept.thresholds[detector] = detector.thresholds(self) if detector.thresholds else ()
        return found

    def window(self, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with this minute.

        Windows longer than 3 h slide by the hour: they hold the current hour so far and the whole hours before it.
        """
        sums = self._windows.get(length)
        if sums is None:
            sums = self._windows[length] = self._sum(length)
        return sums

    def _sum(self, length: int) -> Counts:
        if length <= MAX_SLIDING:
            return self.minutes.window(self.minute, length)
        hour = self.minute // 60
        # The last two hours come from their minutes, which may be open; those before them are closed.
        recent = self.minutes.window(self.minute, self.minute - 60 * (hour - 1) + 1)
        before = self.memo.get(f"window {length}")
        if before is None:
            before = self.memo[f"window {length}"] = self.hours.sums(hour - length // 60 + 1, hour - 2)
        return tuple(a + b for a, b in zip(recent, before, strict=False))

    def window_start(self, length: int) -> int:
        """Return the first minute of that window."""
        if length <= MAX_SLIDING:
            return self.minute - length + 1
        return 60 * (self.minute // 60 - length // 60 + 1)

    def hour(self, hour: int) -> Counts:
        """Return the counts of an hour, or of this one so far: mentions, negative, positive, unknown."""
        present = self.minute // 60
        if hour < present - 1:
            return self.hours.sums(hour, hour)
        end = min(self.minute, 60 * hour + 59)
        return self.minutes.window(end, end - 60 * hour + 1)

    @property
    def settled(self) -> int:
        """Return how many minutes before this one are certain to be closed when this one is evaluated."""
        return self.policy.open_minutes

    def author_diversity(self, *, negative: bool = False) -> float:
        """Return the share of different authors among the latest sampled mentions, all or the negative ones."""
        kept, key = self._cache.sampled, ("author diversity", negative)
        if key not in kept:
            kept[key] = self.sample.author_diversity(negative=negative)
        found: float = kept[key]
        return found

    def severity_for(
        self, min_author_diversity: float, *, negative: bool = False, severity: Severity = "warning"
    ) -> Severity:
        """Return `severity` if the share of different authors is at least `min_author_diversity`, else info."""
        return (
            severity
            if min_author_diversity <= 0 or self.author_diversity(negative=negative) >= min_author_diversity
            else "info"
        )

    def top_author_share(self) -> float:
        """Return the share of the sampled mentions that the five busiest authors wrote."""
        kept, key = self._cache.sampled, ("top author share", False)
        if key not in kept:
            kept[key] = self.sample.top_author_share(5)
        found: float = kept[key]
        return found

    def contributors(self, *, negative: bool) -> Contributors:
        """Return the contributors to the mentions of the last one to two hours, all or the negative ones."""
        kept, key = self._cache.sampled, ("contributors", negative)
        if key not in kept:
            kept[key] = self.sample.summarise(negative=negative)
        found: Contributors = kept[key]
        return found

    def history_before(self, gap: int) -> tuple[int, Counts]:
        """Return the minutes of history up to `gap` minutes ago, at most 4 h, and their counts."""
        end, start = self.minute - gap, self.minute - KEPT_MINUTES + 1
        if self.hours.first_hour is None or self.hours.first_hour * 60 + 59 >= start:
            start = next((minute for minute in self.minutes.closed if minute >= start), end + 1)
        length = max(0, end - start + 1)
        return length, self.minutes.window(end, length)


def headroom_below(view: BrandView, metric: int, bounds: Iterable[tuple[int, int]]) -> Headroom:
    """Return the headroom to counts over windows; `bounds` holds (minutes, a count no threshold lies below)."""
    return Headroom(metric, min([count - view.window(length)[metric] for length, count in bounds]))


@cache
def in_minutes(duration: timedelta) -> int:
    """Return a duration in whole minutes, at least one."""
    return max(1, round(duration.total_seconds() / 60))


def scored(counts: Counts) -> int:
    """Return the number of mentions in a scored language."""
    return counts[MENTIONS] - counts[UNKNOWN]


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """A detector as the engine runs it.

    A detector on counts has `thresholds`: it fires when a count is reached, inside the open minute. Any other has
    `evaluate`, called at the end of every minute. Two functions save that call. `headroom` bounds what may be counted
    before a breach is possible at this minute or any later one of the hour, since a sliding window holds at most what
    it holds now and what comes. If `below_threshold` is true, `evaluate` finds no breach at this minute.
    """

    name: str
    explain: Callable[[Signal, Language], str]  # one sentence for a manager
    enabled: Callable[[Policy], bool]
    thresholds: Callable[[BrandView], tuple[CountThreshold, ...]] | None = None
    evaluate: Callable[[BrandView], Finding | None] | None = None
    headroom: Callable[[BrandView], Headroom] | None = None
    below_threshold: Callable[[BrandView], bool] | None = None
    hourly: bool = False  # also runs when an hour ends, and may fire in a minute without a mention
    pauses_learning: bool = True  # while an episode lasts, its hours do not enter the baseline


def evaluate_thresholds(view: BrandView, thresholds: tuple[CountThreshold, ...]) -> Finding | None:
    """Return the most severe finding among count thresholds, None without any.

    Among equals, the one furthest above its threshold.
    """
    best: Finding | None = None
    best_order = (-2, False, 0.0)
    for limit in thresholds:
        observed = view.window(limit.window)[limit.metric]
        keeps_pace = missing_pace(view, limit) <= 0
        severity: Severity | None = None
        for count, level in limit.levels:
            if keeps_pace and observed >= count:
                severity = view.severity_for(
                    limit.min_author_diversity, negative=limit.metric == NEGATIVE, severity=level
                )
        threshold = limit.levels[0][0]
        lasting = keeps_pace and observed >= limit.resolve_below
        order = (-1 if severity is None else SEVERITIES.index(severity), lasting, observed / max(1, threshold))
        if order > best_order:
            best_order = order
            best = Finding(
                severity,
                lasting,
                METRIC_NAMES[limit.metric],
                limit.window,
                observed,
                limit.expected,
                threshold,
                limit.extra,
            )
    return best


def missing_pace(view: BrandView, threshold: CountThreshold) -> int:
    """Return how many mentions the last three hours lack to keep the pace of a long window, 0 for a short window.

    So a burst that ended hours ago does not keep an episode open.
    """
    if threshold.window <= MAX_SLIDING:
        return 0
    lacking = threshold.resolve_below * MAX_SLIDING - view.window(MAX_SLIDING)[threshold.metric] * threshold.window
    return (
        max(1, floor(lacking / threshold.window)) if lacking > 0 else 0
    )  # may be one too few: the next evaluation is exact


_EFFECTIVE_WINDOWS: Final = 8.0  # independent tests of a window that slides by the minute, per tumbling window


def tail_probability(policy: Policy, window: int, budget_share: float = 1 / 8) -> float:
    """Return the tail probability at which a detector over `window` minutes stays within its share of the budget.

    A sliding window has fewer independent tests than minutes, and more than tumbling windows. Episodes of Poisson
    counts above a quantile, divided by windows times the tail, came to 4.4-5.8 for 10 minutes and 6.5-10.3 for 120 (20
    million simulated minutes each, means of 3 to 100 a window, tails of 1e-3 and 1e-4).
    """
    tests = _EFFECTIVE_WINDOWS * 1440 / window
    return policy.false_alarms_per_day * budget_share / tests
