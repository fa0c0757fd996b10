"""Detection state of one brand: buckets, deduplication window, episodes, samples, and a cache that is never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from detectors.engine.dedup import DedupWindow
from detectors.engine.skip import EvaluationSkipper
from detectors.model.signal import Severity
from detectors.windows.buckets import HourBuckets, MinuteBuckets
from detectors.windows.contributors import ContributorSample
from detectors.windows.source_activity import SourceActivity

if TYPE_CHECKING:
    from detectors.base import CountThreshold, Detector
    from detectors.engine.admission import RowSlice
    from detectors.policy import Policy
    from detectors.stats.baseline import Baseline, HistoryTable

MAX_BUFFERED_BYTES: Final = 1_200_000
"""Limit of the rows buffered ahead of time, some 5,000 mentions; further rows are counted at once and evaluated when
their minute comes near. A stored state of this size still fits into a Kafka message of 1 MB."""


class Episode(msgspec.Struct):
    """An ongoing finding of one detector."""

    start: int  # minute
    severity: Severity
    revision: int = 0
    minutes_below: int = 0  # closed minutes in a row below `resolve_below`


class Totals(msgspec.Struct):
    """Outcomes of all rows since the state began."""

    mentions: int = 0  # counted: on time, delayed or backfilled
    redelivered: int = 0  # at or below the high-water mark: dropped
    duplicates: int = 0  # same id within the horizon: dropped
    late: int = 0  # behind the last closed minute: delayed or backfilled
    delayed: int = 0  # late, younger than `backfill_after`: counted now
    backfill: int = 0  # late and older: enters the baseline, never fires


class State:
    """Detection state of one brand. `process` and `advance_watermark` change it in place and return it."""

    def __init__(self, brand: str) -> None:
        self.brand = brand
        self.revision = 0  # of the configuration in force
        self.last_closed_minute: int | None = None  # the last closed minute
        self.offsets: dict[int, tuple[int, int]] = {}  # source partition → highest (offset, index) applied
        self.minutes = MinuteBuckets()
        self.hours = HourBuckets()
        self.dedup = DedupWindow()
        self.pending: dict[int, list[RowSlice]] = {}  # minute → rows read ahead of time, in order of arrival
        self.buffered_bytes = 0  # how many bytes that is, about
        self.contributors = ContributorSample()
        self.sources = SourceActivity()
        self.recent_texts: dict[int, None] = {}  # of the latest texts, oldest first
        self.episodes: dict[str, Episode] = {}
        self.totals = Totals()
        self.cache = Cache()


class HourCache:
    """Values computed at most once an hour, on first use."""

    def __init__(self) -> None:
        self.baseline: Baseline | None = None
        self.thresholds: dict[Detector, tuple[CountThreshold, ...]] = {}
        self.memo: dict[str, Any] = {}  # values that detectors computed from closed hours


class Cache:
    """Values that follow from the state and the policy: never stored."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.sampled: dict[tuple[str, bool], Any] = {}  # what was worked out of the sample, until it changes
        self.skipper = EvaluationSkipper()
        self.clear()

    def clear(self) -> None:
        """Drop everything that depends on the history or on the policy."""
        self.hours: dict[int, HourCache] = {}
        self.history: HistoryTable | None = None  # the hours that teach, as arrays
        self.encoded_history: bytes | None = None  # stored form of the closed minutes and hours
        self.skipper.reset()
        self.reset_headroom()

    def reset_headroom(self) -> None:
        """Drop the headroom of the open minutes: the next row triggers an evaluation."""
        self.headroom: dict[int, int] = {}  # column → counts to come before any open minute need be looked at
        self.headroom_minute = -1  # the latest minute that `headroom` was computed for
        self.all_reported = False  # every level that an open minute has reached is reported

    def hour(self, hour: int) -> HourCache:
        """Return the cache of an hour; caches older than the hour before it are dropped."""
        kept = self.hours.get(hour)
        if kept is None:
            for past in [h for h in self.hours if h < hour - 1]:
                del self.hours[past]
            kept = self.hours[hour] = HourCache()
        return kept
