"""State of one brand: what the engine keeps between batches, and what it can compute again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from detectors.base import in_minutes
from detectors.crowd.posts import RecentPosts
from detectors.engine.dedup import DedupWindow
from detectors.engine.edits.revisions import LatestRevisions
from detectors.engine.skipping.skip import EvaluationSkipper
from detectors.model.signal import Severity
from detectors.registry import ALL
from detectors.view import ViewCache
from detectors.windows.buckets import HourBuckets, MinuteBuckets
from detectors.windows.contributors import ContributorSample
from detectors.windows.source_activity import SourceActivity

if TYPE_CHECKING:
    from detectors.base import Detector
    from detectors.engine.admission import RowSlice
    from detectors.policy import Policy
    from detectors.topics.parameters import TopicBurst
    from detectors.topics.state import TopicState

MAX_BUFFERED_BYTES: Final = 1_200_000
"""Most that is buffered until the last closed minute comes near, some 5,000 mentions. What comes on top is counted at
once and evaluated when its minute comes near. A stored state with so much still fits into a Kafka message of 1 MB."""

MAX_AUTHORS: Final = 1 << 16
"""Most authors of a brand whose first mention is remembered: half a megabyte as stored."""

NO_REACH: Final = 1 << 62
"""More people than anything reaches."""


class Episode(msgspec.Struct):
    """An ongoing finding."""

    start: int  # minute
    severity: Severity
    revision: int = 0
    minutes_below: int = 0  # closed minutes in a row below `resolve_below`


class Totals(msgspec.Struct):
    """What became of every row of the brand since its state began."""

    mentions: int = 0  # counted: on time, delayed or backfilled
    redelivered: int = 0  # at or below the high-water mark: dropped
    duplicates: int = 0  # same id within the horizon: dropped
    late: int = 0  # in a closed minute: delayed or backfilled
    delayed: int = 0  # late, younger than `backfill_after` and KEPT_MINUTES: counted in its closed minute
    backfill: int = 0  # late and older: learned from, never fires
    edited: int = 0  # edits of mentions that are counted
    deleted: int = 0  # deletions of mentions that are counted, and stay so


class State:
    """State of one brand. Linear use: `process` and `advance_watermark` change it and return it."""

    def __init__(self, brand: str) -> None:
        self.brand = brand
        self.revision = 0  # of the configuration in force
        self.last_closed_minute: int | None = None
        self.offsets: dict[int, tuple[int, int]] = {}  # source partition → highest (offset, index) applied
        self.epochs: dict[int, int] = {}  # source partition → identity of the topic that the offsets count in
        self.minutes = MinuteBuckets()
        self.hours = HourBuckets()
        self.dedup = DedupWindow()
        self.latest_revisions = LatestRevisions()
        self.pending: dict[int, list[RowSlice]] = {}  # minute → rows read ahead, as they came
        self.buffered_bytes = 0  # their size, approximately
        self.contributors = ContributorSample()
        self.posts = RecentPosts()
        self.authors = DedupWindow(MAX_AUTHORS)  # keys of authors, by the minute of their first mention
        self.sources = SourceActivity()
        self.recent_texts: dict[int, None] = {}  # of the latest texts, oldest first
        self.episodes: dict[str, Episode] = {}
        self.last_ended: dict[str, int] = {}  # detector → minute at whose end its last episode ended
        self.topics: TopicState | None = None  # None until they are read under a policy
        self.encoded_topics = b""  # as stored, until they are read
        self.unreadable = ""  # why a stored part of it could not be read and begins afresh; never stored
        self.totals = Totals()
        self.cache = Cache()


class Cache(ViewCache):
    """What can be computed again from the state and the policy: never stored."""

    def __init__(self) -> None:
        super().__init__()
        self.policy: Policy | None = None
        self.detectors: tuple[tuple[Detector[Any], Any], ...] = ()  # those that are enabled, with their parameters
        self.on_counts: tuple[tuple[Detector[Any], Any], ...] = ()  # those of them with thresholds on counts
        self.high_reach_from = NO_REACH
        self.topic_parameters: TopicBurst | None = None  # None: topics are off
        self.forget_sources_after: int | None = None  # minutes
        self.skipper = EvaluationSkipper()
        self.clear()

    def set_policy(self, policy: Policy) -> None:
        """Note the policy in force, and what its detectors need of the engine."""
        self.policy = policy
        self.detectors = tuple(pair for pair in policy.enabled() if not pair[0].reads_topics)
        self.on_counts = tuple(pair for pair in self.detectors if pair[0].thresholds)
        reaches = [one.high_reach_from(policy.of(one)) for one in ALL if one.high_reach_from]
        self.high_reach_from = min(reaches, default=NO_REACH)
        ages = [in_minutes(one.forget_sources_after(policy.of(one))) for one in ALL if one.forget_sources_after]
        self.forget_sources_after = max(ages, default=None)

    def clear(self) -> None:
        """Drop all that depends on the history or on the policy."""
        self.hours = {}
        self.history = None
        self.encoded_history: bytes | None = None  # stored form of the closed minutes and the latest hour
        self.encoded_past_hours: tuple[int, bytes] | None = None  # the latest hour, and the stored form of those before
        self.skipper.reset()
        self.reset_headroom()

    def reset_headroom(self) -> None:
        """Forget how far the open minutes are from any threshold: the next row is evaluated."""
        self.headroom: dict[int, int] = {}  # column → counts to come before any open minute needs an evaluation
        self.headroom_minute = -1  # the latest minute that `headroom` was computed for
        self.all_reported = False  # every threshold that a count of an open minute reached is reported
