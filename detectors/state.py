"""What does the watch remember of one brand?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from detectors.buckets import Hours, Minutes
from detectors.channels import Channels
from detectors.drivers import Sample
from detectors.rest import Rest
from detectors.seen import Seen
from detectors.signal import Severity

if TYPE_CHECKING:
    from detectors.baseline import Table, Usual
    from detectors.intake import Part
    from detectors.policy import Policy
    from detectors.rule import Detector, Limit

HELD_BYTES: Final = 1_200_000
"""Most that is held back until the frontier comes near, some 5,000 mentions; what comes on top is counted at once and
looked at when its minute comes near. A stored state with so much still fits into a Kafka message of 1 MB."""


class Episode(msgspec.Struct):
    """A finding that lasts."""

    start: int  # minute
    severity: Severity
    revision: int = 0
    calm: int = 0  # closed minutes in a row below `resolve_below`


class Totals(msgspec.Struct):
    """What became of every row the watch was given, since the brand's state began."""

    mentions: int = 0  # counted: on time, delayed or backfilled
    redelivered: int = 0  # at or below the high-water mark: dropped
    duplicates: int = 0  # same id within the horizon: dropped
    late: int = 0  # behind the frontier: delayed or backfilled
    delayed: int = 0  # late, younger than `backfill_after` and four hours: counted in their minute
    backfill: int = 0  # late and older: taught, never fires


class State:
    """One brand's watch. Linear use: `step` and `advance` change it and give it back."""

    def __init__(self, brand: str) -> None:
        self.brand = brand
        self.revision = 0  # of the configuration in force
        self.frontier: int | None = None  # the last closed minute
        self.marks: dict[int, tuple[int, int]] = {}  # source partition → highest (offset, index) applied
        self.minutes = Minutes()
        self.hours = Hours()
        self.seen = Seen()
        self.pending: dict[int, list[Part]] = {}  # minute → rows read ahead of the frontier, as they came
        self.held = 0  # how many bytes that is, about
        self.sample = Sample()
        self.channels = Channels()
        self.likenesses: dict[int, None] = {}  # of the latest texts, oldest first
        self.episodes: dict[str, Episode] = {}
        self.ended: dict[str, int] = {}  # detector → minute in which its last finding was over
        self.totals = Totals()
        self.cache = Cache()


class Hourly:
    """What is worked out at most once an hour, when it is first asked for."""

    def __init__(self) -> None:
        self.usual: Usual | None = None
        self.limits: dict[Detector, tuple[Limit, ...]] = {}
        self.memo: dict[str, Any] = {}  # what a detector worked out of closed hours


class Cache:
    """What can be made again from the state and the policy: never stored."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.sampled: dict[tuple[str, bool], Any] = {}  # what was worked out of the sample, until it changes
        self.rest = Rest()
        self.clear()

    def clear(self) -> None:
        """Forget all that depends on the past or on the policy."""
        self.hours: dict[int, Hourly] = {}
        self.table: Table | None = None  # the hours that teach, as arrays
        self.past: bytes | None = None  # stored form of the closed minutes and hours
        self.rest.wake()
        self.look_again()

    def look_again(self) -> None:
        """Forget how far the open minutes are from any limit: the next row makes us look."""
        self.slack: dict[int, int] = {}  # column → counts to come before any open minute need be looked at
        self.looked = -1  # the latest minute that `slack` was worked out for
        self.settled = False  # no count of an open minute is at a limit that was not told of

    def hour(self, hour: int) -> Hourly:
        """Return what is kept of an hour; what is older than the hour before it is let go."""
        kept = self.hours.get(hour)
        if kept is None:
            for past in [h for h in self.hours if h < hour - 1]:
                del self.hours[past]
            kept = self.hours[hour] = Hourly()
        return kept
