"""What a detector would have found without some accounts: its own rule on the brand's counts without their mentions.

The thresholds, the baseline and the parameters are those of the finding; only the counts of the minutes and hours are
others. The share of different authors is that of the sample, which is not counted again.
"""

from __future__ import annotations

from collections import defaultdict
from operator import add, sub
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from detectors.base import METRICS, evaluate_thresholds, hourly_thresholds, scored
from detectors.model import wording
from detectors.model.parameters import Switched
from detectors.view import BrandView, HourCache, ViewCache
from detectors.windows.buckets import (
    ABUSIVE,
    COLUMNS,
    HOUR_COLUMNS,
    MENTIONS,
    NEGATIVE,
    PEAK,
    Counts,
    HourBuckets,
    MinuteBuckets,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.base import Detector
    from detectors.crowd.post import Post
    from detectors.model.finding import Finding
    from detectors.view import BrandWindows
    from detectors.windows.contributors import ContributorSample
    from detectors.windows.source_activity import SourceActivity

P = TypeVar("P", bound=Switched)

ABUSIVE_SHARE: Final = "abusive share"

_COLUMNS_BY_NAME: Final = {metric.name: column for column, metric in METRICS.items()}


class ReducedWindows:
    """A brand's windows without some posts; the brand's own stay as they are."""

    def __init__(self, brand: BrandWindows, posts: Sequence[Post], hour: int) -> None:
        by_minute: dict[int, list[int]] = defaultdict(lambda: [0] * COLUMNS)
        for post in posts:
            by_minute[post.minute] = list(map(add, by_minute[post.minute], post.counts()))
        self.minutes = _without(brand.minutes, by_minute)
        self.hours = _hours_without(brand.hours, by_minute)
        self.sources: SourceActivity = brand.sources
        self.contributors: ContributorSample = brand.contributors
        self.last_ended: dict[str, int] = brand.last_ended
        self.cache = ViewCache()
        known, own = brand.cache.hour(hour), HourCache()
        own.baseline, own.usual_mentions, own.thresholds = known.baseline, known.usual_mentions, known.thresholds
        self.cache.hours, self.cache.sampled = {hour: own}, brand.cache.sampled


def leave_out(
    brand: BrandWindows,
    view: BrandView,
    detector: Detector[P],
    own: P,
    finding: Finding,
    posts: Sequence[Post],
) -> tuple[float | None, bool]:
    """Return the figure of a finding without some posts, and whether its rule is breached without them.

    The figure is None where it is none of counts over one window.

    Args:
        brand: the windows of the brand, which stay as they are.
        view: the brand at the minute of the finding.
        detector: what found it.
        own: the detector's parameters.
        finding: what was found.
        posts: what is left out, all that is kept of some accounts.
    """
    reduced = BrandView(view.minute, ReducedWindows(brand, posts, view.minute // 60), view.policy)
    if detector.evaluate:
        found = detector.evaluate(reduced, own)
    else:
        found = evaluate_thresholds(reduced, hourly_thresholds(reduced, detector, own))
    return _figure(reduced.window(finding.window), finding.metric), found is not None and found.severity is not None


def _figure(counts: Counts, metric: str) -> float | None:
    """Return what a metric says of counts."""
    column = _COLUMNS_BY_NAME.get(metric)
    if column is not None:
        return float(counts[column])
    if metric == wording.NEGATIVE_SHARE.name:
        return counts[NEGATIVE] / max(1, scored(counts))
    if metric == ABUSIVE_SHARE:
        return counts[ABUSIVE] / max(1, counts[MENTIONS])
    return None


def _without(minutes: MinuteBuckets, gone: dict[int, list[int]]) -> MinuteBuckets:
    opened = {minute: list(row) for minute, row in minutes.opened.items()}
    reduced = MinuteBuckets(opened=opened, closed=list(minutes.closed), totals=list(minutes.totals))
    for minute, row in gone.items():
        if minute in opened:
            opened[minute] = list(map(sub, opened[minute], row))
        elif reduced.closed and minute >= reduced.closed[0]:
            reduced.insert(minute, tuple(-value for value in row))
    return reduced


def _hours_without(hours: HourBuckets, gone: dict[int, list[int]]) -> HourBuckets:
    rows = dict(hours.rows)
    for minute, row in gone.items():
        known = rows.get(minute // 60)
        if known is not None:
            rows[minute // 60] = [*map(sub, known[:PEAK], row[:PEAK]), *known[PEAK:HOUR_COLUMNS]]
    return replace(hours, rows=rows)
