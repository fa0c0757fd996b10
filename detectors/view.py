"""What detectors see of one brand at one minute: sliding sums, the baseline, and who contributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from detectors.stats.baseline import learn, learn_mentions
from detectors.stats.history import HistoryTable
from detectors.stats.idle_rates import idle_rates
from detectors.windows.buckets import GAP_HOURS, KEPT_MINUTES, MAX_SLIDING, Counts
from detectors.windows.contributors import sampled_hours

if TYPE_CHECKING:
    from detectors.model.finding import CountThreshold
    from detectors.model.policy import CommonPolicy
    from detectors.model.signal import Contributors, Severity
    from detectors.stats.baseline import Baseline, UsualMentions
    from detectors.stats.burstiness import Floats
    from detectors.windows.buckets import HourBuckets, MinuteBuckets
    from detectors.windows.contributors import ContributorSample
    from detectors.windows.source_activity import SourceActivity


class HourCache:
    """What is computed at most once an hour, when it is first asked for."""

    def __init__(self) -> None:
        self.baseline: Baseline | None = None
        self.usual_mentions: UsualMentions | None = None
        self.thresholds: dict[str, tuple[CountThreshold, ...]] = {}  # by detector
        self.memo: dict[str, Any] = {}  # what a detector computed from closed hours


class ViewCache:
    """What views of a brand share: it can be computed again from the windows and the policy, and is never stored."""

    def __init__(self) -> None:
        self.sampled: dict[tuple[str, bool], Any] = {}  # computed from the contributor sample, until it changes
        self.hours: dict[int, HourCache] = {}
        self.history: HistoryTable | None = None  # the hours that teach, as arrays

    def hour(self, hour: int) -> HourCache:
        """Return the cache of an hour; hours older than the one before it are dropped."""
        kept = self.hours.get(hour)
        if kept is None:
            for past in [h for h in self.hours if h < hour - 1]:
                del self.hours[past]
            kept = self.hours[hour] = HourCache()
        return kept


class BrandWindows(Protocol):
    """What the engine keeps of a brand and a view reads."""

    @property
    def minutes(self) -> MinuteBuckets:
        """Return the counts by minute."""
        ...

    @property
    def hours(self) -> HourBuckets:
        """Return the counts by hour, and their peaks."""
        ...

    @property
    def sources(self) -> SourceActivity:
        """Return the activity of each channel."""
        ...

    @property
    def contributors(self) -> ContributorSample:
        """Return the sample of recent mentions."""
        ...

    @property
    def last_ended(self) -> dict[str, int]:
        """Return the minute at whose end a detector's last episode ended, by detector."""
        ...

    @property
    def cache(self) -> ViewCache:
        """Return what views share."""
        ...


class BrandView:
    """A brand at one minute, as detectors see it: sliding sums, the baseline of its hour, the parameters they share."""

    __slots__ = (
        "_cache",
        "_hour",
        "_last_ended",
        "_sample",
        "_windows",
        "hours",
        "memo",
        "minute",
        "minutes",
        "policy",
        "sources",
    )

    def __init__(self, minute: int, brand: BrandWindows, policy: CommonPolicy) -> None:
        self.minute = minute
        self.minutes = brand.minutes
        self.hours = brand.hours
        self.sources = brand.sources
        self.policy = policy
        self._sample = brand.contributors
        self._last_ended = brand.last_ended
        self._cache = brand.cache
        self._hour = brand.cache.hour(minute // 60)
        self.memo = self._hour.memo
        self._windows: dict[int, Counts] = {}

    @property
    def baseline(self) -> Baseline:
        """Return the baseline of this hour, learned when it is first asked for."""
        if self._hour.baseline is None:
            self._hour.baseline = learn(self.hours, self.minute // 60, self.policy.learning, self._history())
        return self._hour.baseline

    @property
    def usual_mentions(self) -> UsualMentions:
        """Return the part of the baseline that expects mentions of any kind: learned sooner than all of it."""
        if self._hour.usual_mentions is None:
            self._hour.usual_mentions = learn_mentions(
                self.hours, self.minute // 60, self.policy.learning, self._history()
            )
        return self._hour.usual_mentions

    def idle_rates(self, count: int) -> Floats | None:
        """Return the usual mentions of the 24 hours that end with each of `count` hours, if none comes after this one.

        One row for each hour, the present one first; the rates of a row are those of the latest hour first. Equal to
        those of `usual_mentions` but for `idle_rates.ERROR`. None where a change of the clock is in the history.
        """
        table, hour = self._history(), self.minute // 60
        if table.last > hour - GAP_HOURS:
            return None
        table.advance(self.hours, hour)
        return idle_rates(self.hours, hour, count, self.policy.learning, table)

    def _history(self) -> HistoryTable:
        cache = self._cache
        if cache.history is None:
            cache.history = HistoryTable(self.hours, self.minute // 60)
        return cache.history

    @property
    def cached_thresholds(self) -> dict[str, tuple[CountThreshold, ...]]:
        """Return the thresholds on counts of this hour, by detector, as far as they are computed."""
        return self._hour.thresholds

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
        """Return the counts of an hour up to this minute: mentions, negative, positive, unknown."""
        present = self.minute // 60
        if hour < present - 1:
            return self.hours.sums(hour, hour)
        end = min(self.minute, 60 * hour + 59)
        return self.minutes.window(end, end - 60 * hour + 1)

    def last_ended(self, detector: str) -> int:
        """Return the minute at whose end the last episode of a detector ended, -1 before any ended."""
        return self._last_ended.get(detector, -1)

    def author_diversity(self, window: int, *, negative: bool = False) -> float:
        """Return the share of different authors among the sampled mentions of a window, or among the negative ones.

        The sample knows whole hours: two at least, four at most.
        """
        hours = sampled_hours(window, self.minute)
        kept, key = self._cache.sampled, (f"author diversity {hours}", negative)
        if key not in kept:
            kept[key] = self._sample.author_diversity(negative=negative, hours=hours)
        found: float = kept[key]
        return found

    def severity_for(
        self, min_author_diversity: float, window: int, *, negative: bool = False, severity: Severity = "warning"
    ) -> Severity:
        """Return `severity` where the share of different authors of a window is large enough, else `info`."""
        if min_author_diversity <= 0 or self.author_diversity(window, negative=negative) >= min_author_diversity:
            return severity
        return "info"

    def top_author_share(self) -> float:
        """Return the share of the sampled mentions that the five busiest authors wrote."""
        kept, key = self._cache.sampled, ("top author share", False)
        if key not in kept:
            kept[key] = self._sample.top_author_share(5)
        found: float = kept[key]
        return found

    def contributors(self, *, negative: bool) -> Contributors:
        """Return the largest contributors to the mentions of the last one to two hours, or to the negative ones."""
        kept, key = self._cache.sampled, ("contributors", negative)
        if key not in kept:
            kept[key] = self._sample.summarise(negative=negative)
        found: Contributors = kept[key]
        return found

    def history_before(self, gap: int) -> tuple[int, Counts]:
        """Return for how many minutes the brand was seen up to `gap` minutes ago, at most 4 h, and the counts."""
        end, start = self.minute - gap, self.minute - KEPT_MINUTES + 1
        if self.hours.first_hour is None or self.hours.first_hour * 60 + 59 >= start:
            start = next((minute for minute in self.minutes.closed if minute >= start), end + 1)
        length = max(0, end - start + 1)
        return length, self.minutes.window(end, length)
