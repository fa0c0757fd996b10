"""What surrounds a finding: how many mentions came of late, and from how many of the usual channels?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from detectors.base import in_minutes
from detectors.model.signal import Coverage, Timeline
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE

if TYPE_CHECKING:
    from detectors.base import BrandView

BAR_MINUTES: Final = 5
"""Minutes of a bar."""

BARS: Final = 36
"""Bars: three hours."""

_HOUR: Final = 60
_DAY: Final = 24 * 60


def is_due(minute: int) -> bool:
    """Tell whether a finding that lasts says it again in this minute: once for each bar."""
    return minute % BAR_MINUTES == BAR_MINUTES - 1


def build_timeline(view: BrandView) -> Timeline:
    """Return the mentions of the last hours, all and the negative ones, and what is usual for as long as a bar."""
    first = view.minute - BAR_MINUTES * BARS
    totals = [view.minutes.totals_through(first + BAR_MINUTES * place) for place in range(BARS + 1)]
    counts = [[after[metric] - before[metric] for before, after in pairwise(totals)] for metric in _METRICS]
    for minute, row in view.minutes.opened.items():
        if first < minute <= view.minute:
            for bars, metric in zip(counts, _METRICS, strict=True):
                bars[(minute - first - 1) // BAR_MINUTES] += row[metric]
    usual = view.baseline
    per_bar = (
        [round(usual.expected(metric, _HOUR) * BAR_MINUTES / _HOUR, 3) for metric in _METRICS]
        if usual.warmed_up
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
    """Return how many of the channels that are usually busy speak; None while too little is known to tell.

    A channel is silent as the silence detector means it: for `least_time`, and `least` mentions would have been usual.
    What is found when everything is busier than usual errs towards "speaks": the usual is that of a calm day.
    """
    usual, own = view.baseline, view.policy.no_data
    if not usual.warmed_up or not view.sources.sources or not view.sources.total:
        return None
    shares = {name: view.sources.share(name) for name in view.sources.sources}
    silent = []
    for name, channel in view.sources.sources.items():
        length = view.minute - channel.last
        missed = shares[name] * usual.expected(MENTIONS, min(length, _DAY)) if length > 0 else 0.0
        if length >= in_minutes(own.min_duration) and missed >= own.min_expected:
            silent.append(name)
    heard = sum(share for name, share in shares.items() if name not in silent) / sum(shares.values())
    return Coverage(
        len(shares) - len(silent),
        len(shares),
        round(heard, 3),
        tuple(sorted(silent, key=shares.__getitem__, reverse=True)),
    )
