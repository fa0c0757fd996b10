"""Timeline and source coverage of a signal: mentions per bar over the last hours, and which usual channels are live."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from detectors.base import in_minutes
from detectors.model.signal import Coverage, Timeline
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE

if TYPE_CHECKING:
    from detectors.base import BrandView

BAR_MINUTES: Final = 5
"""Minutes per bar of the chart."""

BARS: Final = 36
"""Bars in the chart: three hours."""

_HOUR: Final = 60
_DAY: Final = 24 * 60


def is_due(minute: int) -> bool:
    """Return whether an ongoing signal carries a timeline in this minute: once per bar."""
    return minute % BAR_MINUTES == BAR_MINUTES - 1


def build_timeline(view: BrandView) -> Timeline:
    """Return mentions and negative mentions per bar over the last hours, with what the baseline expects per bar."""
    first = view.minute - BAR_MINUTES * BARS
    totals = [view.minutes.totals_through(first + BAR_MINUTES * place) for place in range(BARS + 1)]
    counts = [[after[metric] - before[metric] for before, after in pairwise(totals)] for metric in _METRICS]
    for minute, row in view.minutes.opened.items():
        if first < minute <= view.minute:
            for series, metric in zip(counts, _METRICS, strict=True):
                series[(minute - first - 1) // BAR_MINUTES] += row[metric]
    baseline = view.baseline
    per_bar = (
        [round(baseline.expected(metric, _HOUR) * BAR_MINUTES / _HOUR, 3) for metric in _METRICS]
        if baseline.warmed_up
        else None
    )
    return Timeline(
        end=(view.minute + 1) * MINUTE,
        step=BAR_MINUTES * MINUTE,
        mentions=tuple(counts[0]),
        negative=tuple(counts[1]),
        expected=(per_bar[0], per_bar[1]) if per_bar else None,
    )


_METRICS: Final = (MENTIONS, NEGATIVE)


def source_coverage(view: BrandView) -> Coverage | None:
    """Return how many of the usually busy channels are live; None before the warm-up is over.

    A channel is silent as `detectors.no_data` defines it: for `min_duration`, with `min_expected` mentions expected in
    that time. During a storm this errs towards live, since the baseline expects the mentions of a calm day.
    """
    baseline, params = view.baseline, view.policy.no_data
    if not baseline.warmed_up or not view.sources.sources or not view.sources.total:
        return None
    shares = {name: view.sources.share(name) for name in view.sources.sources}
    silent = []
    for name, channel in view.sources.sources.items():
        length = view.minute - channel.last
        missed = shares[name] * baseline.expected(MENTIONS, min(length, _DAY)) if length > 0 else 0.0
        if length >= in_minutes(params.min_duration) and missed >= params.min_expected:
            silent.append(name)
    live_share = sum(share for name, share in shares.items() if name not in silent) / sum(shares.values())
    return Coverage(
        len(shares) - len(silent),
        len(shares),
        round(live_share, 3),
        tuple(sorted(silent, key=shares.__getitem__, reverse=True)),
    )
