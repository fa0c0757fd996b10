"""What does a detector get to see, and what may it answer?"""

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
    """A count over a sliding window, and the counts that matter: fixed within the hour, so cheap to watch."""

    metric: int  # column that is counted
    window: int  # minutes; of 3 h and less sliding by the minute, longer ones by the hour
    expected: float | None  # None while the brand has too little history
    levels: tuple[tuple[int, Severity], ...]  # counts that breach, ascending, each with its severity
    resolve_below: float  # the episode ends once the count stays below this
    extra: dict[str, float] = {}
    min_author_diversity: float = 0.0  # share of different authors below which the finding is worth no more than a look


class Finding(msgspec.Struct, frozen=True):
    """What a detector says of the window that ends with one minute."""

    severity: Severity | None  # None: no breach
    ongoing: bool  # at or above `resolve_below`: an episode goes on
    metric: str
    window: int  # minutes
    observed: float
    expected: float | None
    threshold: float
    extra: dict[str, float] = {}
    source: str = ""  # the channel it is about, where it is about one
    first_minute: int | None = None  # first minute of the window, where it is no sliding one


class Headroom(NamedTuple):
    """How many more of a column may be counted within the hour before a detector could find anything."""

    column: int
    remaining: int


NO_LIMIT: Final = Headroom(MENTIONS, 1 << 62)
"""Room of a detector that can find nothing at this hour."""


class BrandView:
    """What the rules see of a brand at one minute: sliding sums, and what is usual at its hour."""

    __slots__ = ("_cache", "_kept", "_windows", "sources", "hours", "memo", "minute", "minutes", "policy", "sample")

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
        """Return what is usual at this hour, learned when it is first asked for."""
        if self._kept.baseline is None:
            hour, cache = self.minute // 60, self._cache
            if cache.history is None:
                cache.history = HistoryTable(self.hours, hour)
            self._kept.baseline = learn(self.hours, hour, self.policy.learning, cache.history)
        return self._kept.baseline

    def thresholds(self, detector: Detector) -> tuple[CountThreshold, ...]:
        """Return the limits of a detector on counts, the same for the whole hour; none of any other."""
        found = self._kept.thresholds.get(detector)
        if found is None:
            found = self._kept.thresholds[detector] = detector.thresholds(self) if detector.thresholds else ()
        return found

    def window(self, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with this minute.

        Windows longer than 3 h slide by the hour: they hold the present hour so far and the whole hours before it.
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
        """Return the counts of an hour up to this one, as far as it has gone: mentions, negative, positive, unknown."""
        present = self.minute // 60
        if hour < present - 1:
            return self.hours.sums(hour, hour)
        end = min(self.minute, 60 * hour + 59)
        return self.minutes.window(end, end - 60 * hour + 1)

    @property
    def settled(self) -> int:
        """Return how many minutes before this one all minutes are closed whenever this one is watched."""
        return self.policy.open_minutes

    def author_diversity(self, *, negative: bool = False) -> float:
        """Return the share of different authors among the latest sampled mentions, or the negative ones of them."""
        kept, key = self._cache.sampled, ("crowd", negative)
        if key not in kept:
            kept[key] = self.sample.author_diversity(negative=negative)
        found: float = kept[key]
        return found

    def severity_for(
        self, min_author_diversity: float, *, negative: bool = False, severity: Severity = "warning"
    ) -> Severity:
        """Return `most` where a crowd speaks, its share of different authors being at least `crowd`; else a look."""
        return (
            severity
            if min_author_diversity <= 0 or self.author_diversity(negative=negative) >= min_author_diversity
            else "info"
        )

    def top_author_share(self) -> float:
        """Return the share of the sampled mentions that the five busiest authors wrote."""
        kept, key = self._cache.sampled, ("concentration", False)
        if key not in kept:
            kept[key] = self.sample.top_author_share(5)
        found: float = kept[key]
        return found

    def contributors(self, *, negative: bool) -> Contributors:
        """Return who and what drives the mentions of the last one to two hours, or the negative ones of them."""
        kept, key = self._cache.sampled, ("drivers", negative)
        if key not in kept:
            kept[key] = self.sample.summarise(negative=negative)
        found: Contributors = kept[key]
        return found

    def history_before(self, gap: int) -> tuple[int, Counts]:
        """Return for how many minutes the brand was seen up to `gap` minutes ago, at most 4 h, and what was counted."""
        end, start = self.minute - gap, self.minute - KEPT_MINUTES + 1
        if self.hours.first_hour is None or self.hours.first_hour * 60 + 59 >= start:
            start = next((minute for minute in self.minutes.closed if minute >= start), end + 1)
        length = max(0, end - start + 1)
        return length, self.minutes.window(end, length)


def headroom_below(view: BrandView, metric: int, bounds: Iterable[tuple[int, int]]) -> Headroom:
    """Return the room to counts over windows, each given by its minutes and a count that no limit lies below."""
    return Headroom(metric, min([count - view.window(length)[metric] for length, count in bounds]))


@cache
def in_minutes(duration: timedelta) -> int:
    """Return a duration in whole minutes, at least one."""
    return max(1, round(duration.total_seconds() / 60))


def scored(counts: Counts) -> int:
    """Return how many mentions are in a language that is scored."""
    return counts[MENTIONS] - counts[UNKNOWN]


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """One question asked of every brand's stream.

    A detector on counts gives `limits`: its findings come the moment a count is reached, inside the open minute. Any
    other gives `judge`, asked at the end of every minute. Two things may spare us the question. `room` says how much
    may be counted before a breach could be found at this minute or any later one of the hour: windows that slide on
    hold no more than what they hold now and what comes. Where `dormant` holds, `judge` finds none at this minute.
    """

    name: str
    explain: Callable[[Signal, Language], str]  # one sentence that a manager understands
    enabled: Callable[[Policy], bool]
    thresholds: Callable[[BrandView], tuple[CountThreshold, ...]] | None = None
    evaluate: Callable[[BrandView], Finding | None] | None = None
    headroom: Callable[[BrandView], Headroom] | None = None
    below_threshold: Callable[[BrandView], bool] | None = None
    hourly: bool = False  # asked when an hour ends too, and may break in a minute without a mention
    pauses_learning: bool = True  # while it lasts, the hours are kept out of the usual


def evaluate_thresholds(view: BrandView, thresholds: tuple[CountThreshold, ...]) -> Finding | None:
    """Return the gravest finding among count limits, or None without any.

    Among equals the one furthest above its threshold speaks.
    """
    best: Finding | None = None
    best_order = (-2, False, 0.0)
    for limit in thresholds:
        observed = view.window(limit.window)[limit.metric]
        going_on = missing_pace(view, limit) <= 0
        severity: Severity | None = None
        for count, level in limit.levels:
            if going_on and observed >= count:
                severity = view.severity_for(
                    limit.min_author_diversity, negative=limit.metric == NEGATIVE, severity=level
                )
        threshold = limit.levels[0][0]
        lasting = going_on and observed >= limit.resolve_below
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
    """Return how many mentions the last three hours lack to go at the pace of a long window's limit, 0 for a short one.

    A burst long over does not last.
    """
    if threshold.window <= MAX_SLIDING:
        return 0
    lacking = threshold.resolve_below * MAX_SLIDING - view.window(MAX_SLIDING)[threshold.metric] * threshold.window
    return max(1, floor(lacking / threshold.window)) if lacking > 0 else 0  # one too few: the next look tells


_LOOKS: Final = 8.0  # a window sliding by the minute looks about so many times as often as one that tumbles


def tail_probability(policy: Policy, window: int, budget_share: float = 1 / 8) -> float:
    """Return how improbable a count over `window` minutes must be for one rule to stay within its `part` of the budget.

    A window that slides has fewer independent looks than minutes and more than windows. Episodes of Poisson counts
    above a quantile, divided by windows times the tail, came to 4.4-5.8 for 10 minutes and 6.5-10.3 for 120 (20 million
    simulated minutes each, means of 3 to 100 a window, tails of 1e-3 and 1e-4).
    """
    looks = _LOOKS * 1440 / window
    return policy.false_alarms_per_day * budget_share / looks
