"""Timeline of a signal: how many mentions came in each step of the last three hours, with the baseline."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from detectors.model.signal import Timeline
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE

if TYPE_CHECKING:
    from detectors.view import BrandView

BAR_MINUTES: Final = 5
"""Minutes of a bar."""

BARS: Final = 36
"""Bars: three hours."""

_HOUR: Final = 60
_METRICS: Final = (MENTIONS, NEGATIVE)


def is_due(minute: int) -> bool:
    """Return whether a signal that is ongoing carries a new timeline in this minute: once for each bar."""
    return minute % BAR_MINUTES == BAR_MINUTES - 1


def build_timeline(view: BrandView) -> Timeline:
    """Return the mentions of the last hours, all and the negative ones, and what is expected in a bar."""
    first = view.minute - BAR_MINUTES * BARS
    totals = [view.minutes.totals_through(first + BAR_MINUTES * place) for place in range(BARS + 1)]
    counts = [[after[metric] - before[metric] for before, after in pairwise(totals)] for metric in _METRICS]
    for minute, row in view.minutes.opened.items():
        if first < minute <= view.minute:
            for bars, metric in zip(counts, _METRICS, strict=True):
                bars[(minute - first - 1) // BAR_MINUTES] += row[metric]
    baseline = view.baseline
    expected: tuple[float, float] | None = None
    if baseline.warmed_up:
        mentions, negative = (round(baseline.expected(one, _HOUR) * BAR_MINUTES / _HOUR, 3) for one in _METRICS)
        expected = mentions, negative
    return Timeline(
        end=(view.minute + 1) * MINUTE,
        step=BAR_MINUTES * MINUTE,
        mentions=tuple(counts[0]),
        negative=tuple(counts[1]),
        expected=expected,
    )
