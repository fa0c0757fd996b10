"""What does a detector get to see, and what may it answer?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import floor
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.baseline import Table, learn
from detectors.buckets import KEPT_MINUTES, LOUD, MENTIONS, NEGATIVE, POSITIVE, SLIDING, UNKNOWN, Counts
from detectors.drivers import hours_of
from detectors.signal import SEVERITIES, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from detectors.baseline import Usual
    from detectors.policy import Policy
    from detectors.signal import Drivers, Signal
    from detectors.state import State
    from detectors.wording import Language

NAMES: Final = {
    MENTIONS: "mentions",
    NEGATIVE: "negative mentions",
    POSITIVE: "positive mentions",
    LOUD: "far-reaching negative mentions",
}


class Limit(msgspec.Struct, frozen=True):
    """A count over a sliding window, and the counts that matter: fixed within the hour, so cheap to watch."""

    metric: int  # column that is counted
    window: int  # minutes; of 3 h and less sliding by the minute, longer ones by the hour
    expected: float | None  # None while the brand has too little history
    levels: tuple[tuple[int, Severity], ...]  # counts that breach, ascending, each with its severity
    resolve_below: float  # the episode ends once the count stays below this
    extra: dict[str, float] = {}
    crowd: float = 0.0  # share of different authors below which the finding is worth no more than a look
    dark: float = 0.0  # share of negative mentions below which nothing breaches


class Finding(msgspec.Struct, frozen=True):
    """What a detector says of the window that ends with one minute."""

    severity: Severity | None  # None: no breach
    lasting: bool  # at or above `resolve_below`: an episode goes on
    metric: str
    window: int  # minutes
    observed: float
    expected: float | None
    threshold: float
    extra: dict[str, float] = {}
    subject: str = ""  # the channel it is about, where it is about one
    since: int | None = None  # first minute of the window, where it is no sliding one


class Room(NamedTuple):
    """How many more of a column may be counted within the hour before a detector could find anything."""

    column: int
    left: int


ENDLESS: Final = Room(MENTIONS, 1 << 62)
"""Room of a detector that can find nothing at this hour."""


class View:
    """What the rules see of a brand at one minute: sliding sums, and what is usual at its hour."""

    __slots__ = (
        "_cache",
        "_ended",
        "_kept",
        "_windows",
        "channels",
        "hours",
        "memo",
        "minute",
        "minutes",
        "policy",
        "sample",
    )

    def __init__(self, minute: int, state: State, policy: Policy) -> None:
        self.minute = minute
        self.minutes = state.minutes
        self.hours = state.hours
        self.channels = state.channels
        self.sample = state.sample
        self.policy = policy
        self._cache = state.cache
        self._ended = state.ended
        self._kept = state.cache.hour(minute // 60)
        self.memo = self._kept.memo
        self._windows: dict[int, Counts] = {}

    @property
    def usual(self) -> Usual:
        """Return what is usual at this hour, learned when it is first asked for."""
        if self._kept.usual is None:
            hour, cache = self.minute // 60, self._cache
            if cache.table is None:
                cache.table = Table(self.hours, hour)
            self._kept.usual = learn(self.hours, hour, self.policy.learning, cache.table)
        return self._kept.usual

    def limits(self, detector: Detector) -> tuple[Limit, ...]:
        """Return the limits of a detector on counts, the same for the whole hour; none of any other."""
        found = self._kept.limits.get(detector)
        if found is None:
            found = self._kept.limits[detector] = detector.limits(self) if detector.limits else ()
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
        if length <= SLIDING:
            return self.minutes.window(self.minute, length)
        hour = self.minute // 60
        # The last two hours come from their minutes, which may be open; those before them are closed.
        recent = self.minutes.window(self.minute, self.minute - 60 * (hour - 1) + 1)
        before = self.memo.get(f"window {length}")
        if before is None:
            before = self.memo[f"window {length}"] = self.hours.sums(hour - length // 60 + 1, hour - 2)
        return tuple(a + b for a, b in zip(recent, before, strict=False))

    def start(self, length: int) -> int:
        """Return the first minute of that window."""
        if length <= SLIDING:
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
        return self.policy.near

    def ended(self, detector: str) -> int:
        """Return the minute at whose end a detector's last finding was over, -1 if there was none."""
        return self._ended.get(detector, -1)

    def crowd(self, window: int, *, negative: bool = False) -> float:
        """Return the share of different authors among the sampled mentions of a window, or the negative ones of them.

        The sample knows whole hours, of the last one to two at least and four at most.
        """
        hours = hours_of(window, self.minute)
        kept, key = self._cache.sampled, (f"crowd {hours}", negative)
        if key not in kept:
            kept[key] = self.sample.crowd(negative=negative, hours=hours)
        found: float = kept[key]
        return found

    def worth(self, crowd: float, window: int, *, negative: bool = False, most: Severity = "warning") -> Severity:
        """Return `most` where a crowd speaks, its share of different authors being at least `crowd`; else a look."""
        return most if crowd <= 0 or self.crowd(window, negative=negative) >= crowd else "watch"

    def concentration(self) -> float:
        """Return the share of the sampled mentions that the five busiest authors wrote."""
        kept, key = self._cache.sampled, ("concentration", False)
        if key not in kept:
            kept[key] = self.sample.concentration(5)
        found: float = kept[key]
        return found

    def drivers(self, *, negative: bool) -> Drivers:
        """Return who and what drives the mentions of the last one to two hours, or the negative ones of them."""
        kept, key = self._cache.sampled, ("drivers", negative)
        if key not in kept:
            kept[key] = self.sample.summary(negative=negative)
        found: Drivers = kept[key]
        return found

    def seen_before(self, gap: int) -> tuple[int, Counts]:
        """Return for how many minutes the brand was seen up to `gap` minutes ago, at most 4 h, and what was counted."""
        end, start = self.minute - gap, self.minute - KEPT_MINUTES + 1
        if self.hours.since is None or self.hours.since * 60 + 59 >= start:
            start = next((minute for minute in self.minutes.closed if minute >= start), end + 1)
        length = max(0, end - start + 1)
        return length, self.minutes.window(end, length)


def room_below(view: View, metric: int, bounds: Iterable[tuple[int, int]]) -> Room:
    """Return the room to counts over windows, each given by its minutes and a count that no limit lies below."""
    return Room(metric, min([count - view.window(length)[metric] for length, count in bounds]))


@cache
def minutes(duration: timedelta) -> int:
    """Return a duration in whole minutes, at least one."""
    return max(1, round(duration.total_seconds() / 60))


def known(counts: Counts) -> int:
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
    limits: Callable[[View], tuple[Limit, ...]] | None = None
    judge: Callable[[View], Finding | None] | None = None
    room: Callable[[View], Room] | None = None
    dormant: Callable[[View], bool] | None = None
    hourly: bool = False  # asked when an hour ends too, and may break in a minute without a mention
    holds: bool = True  # while it lasts, the hours are kept out of the usual


def judge_limits(view: View, limits: tuple[Limit, ...]) -> Finding | None:
    """Return the gravest finding among count limits, or None without any.

    Among equals the one furthest above its threshold speaks.
    """
    best: Finding | None = None
    best_order = (-2, False, 0.0)
    for limit in limits:
        observed = view.window(limit.window)[limit.metric]
        going_on = pace_missing(view, limit) <= 0
        severity: Severity | None = None
        for count, level in limit.levels:
            if observed >= count and missing(view, limit) <= 0:
                severity = view.worth(limit.crowd, limit.window, negative=limit.metric in (NEGATIVE, LOUD), most=level)
        threshold = limit.levels[0][0]
        lasting = going_on and observed >= limit.resolve_below
        order = (-1 if severity is None else SEVERITIES.index(severity), lasting, observed / max(1, threshold))
        if order > best_order:
            best_order = order
            best = Finding(
                severity, lasting, NAMES[limit.metric], limit.window, observed, limit.expected, threshold, limit.extra
            )
    return best


def missing(view: View, limit: Limit) -> int:
    """Return how many mentions a limit whose count is reached lacks to breach, 0 where nothing is missing.

    One too few where they are too bright: a negative mention may be the one, and no other is.
    """
    lacking = pace_missing(view, limit)
    if lacking > 0 or limit.dark <= 0:
        return lacking
    counts = view.window(limit.window)
    return 0 if counts[NEGATIVE] >= limit.dark * known(counts) else 1


def pace_missing(view: View, limit: Limit) -> int:
    """Return how many mentions the last three hours lack to go at the pace of a long window's limit, 0 for a short one.

    A burst long over does not last.
    """
    if limit.window <= SLIDING:
        return 0
    lacking = limit.resolve_below * SLIDING - view.window(SLIDING)[limit.metric] * limit.window
    return max(1, floor(lacking / limit.window)) if lacking > 0 else 0  # one too few: the next look tells


_LOOKS: Final = 8.0  # a window sliding by the minute looks about so many times as often as one that tumbles


def tail(policy: Policy, window: int, part: float = 1 / 8) -> float:
    """Return how improbable a count over `window` minutes must be for one rule to stay within its `part` of the budget.

    A window that slides has fewer independent looks than minutes and more than windows. Episodes of Poisson counts
    above a quantile, divided by windows times the tail, came to 4.4-5.8 for 10 minutes and 6.5-10.3 for 120 (20 million
    simulated minutes each, means of 3 to 100 a window, tails of 1e-3 and 1e-4).
    """
    looks = _LOOKS * 1440 / window
    return policy.false_alarms_per_day * part / looks
