"""Are there more negative mentions than this brand is used to?

The rule of `detectors.volume_spike` on negative mentions: at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (`fast`, `window`), P the usual daily peak of such sums, X negative
binomial about the usual rate. The finding pages: `warning`, `critical` from `critical` times the threshold; provided
that a crowd speaks: at least the share `crowd` of the latest negative mentions is by different authors. One customer
who writes twenty times is worth a look (`info`), no crisis. The count, not the share: in a firestorm full of irony the
share may fall. A quiet brand is also watched over `slow` hours, by the tail alone: worth a look as well.

Blind to: what the scorer takes for neutral, and brands before `learning.warm_up` (`detectors.negative_burst` sees both); a rise
under the usual daily peak. Cost: three sums a minute. Reference: as `detectors.volume_spike`.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import (
    NO_LIMIT,
    BrandView,
    CountThreshold,
    Detector,
    Headroom,
    headroom_below,
    in_minutes,
    tail_probability,
)
from detectors.model.parameters import Windowed
from detectors.model.text import Language, comparison
from detectors.windows.buckets import NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.policy import Policy


class NegativeSpike(Windowed):
    """Parameters of the negative-volume detector."""

    min_mentions: int = Field(
        default=6,
        ge=1,
        le=1_000_000,
        description="Fewest negative mentions that can breach; larger fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later [ratio]",
    )
    critical_ratio: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the threshold from which a finding is critical; larger escalates later [ratio]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


QUIET_BELOW: Final = 10.0
"""Negative mentions expected in the main window below which the slow window watches too."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the counts of negative mentions that breach at this hour; none before the warm-up is over."""
    own, usual = view.policy.negative_spike, view.baseline
    if not usual.warmed_up:
        return ()
    found = []
    for length, over in _windows(view):
        count = max(over, usual.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        found.append(_threshold(view, length, ((count, "warning"), (ceil(own.critical_ratio * count), "critical"))))
    if usual.expected(NEGATIVE, in_minutes(own.window)) < QUIET_BELOW:
        length = in_minutes(own.long_window)
        count = max(own.min_mentions, usual.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        found.append(_threshold(view, length, ((count, "info"),)))
    return tuple(found)


def _windows(view: BrandView) -> list[tuple[int, int]]:
    """Return the sliding windows, and what a count must reach in each, were it no rarer."""
    own, ratio = view.policy.negative_spike, view.policy.peak_ratio_factor * view.policy.negative_spike.peak_ratio
    windows = ((2, in_minutes(own.short_window)), (3, in_minutes(own.window)))
    return [
        (length, max(own.min_mentions, view.baseline.peak_threshold(column, length, ratio)))
        for column, length in windows
    ]


def _headroom(view: BrandView) -> Headroom:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.negative_spike
    slow = in_minutes(own.long_window)
    few = headroom_below(
        view,
        NEGATIVE,
        [(length, own.min_mentions) for length in (in_minutes(own.short_window), in_minutes(own.window), slow)],
    )
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(NEGATIVE, slow, tail_probability(view.policy, slow))
    return headroom_below(view, NEGATIVE, [*_windows(view), (slow, max(own.min_mentions, rare))])


def _threshold(view: BrandView, length: int, levels: tuple[tuple[int, Severity], ...]) -> CountThreshold:
    own, usual = view.policy.negative_spike, view.baseline
    calm = usual.quantile(NEGATIVE, length, RESOLVE_TAIL)
    return CountThreshold(
        NEGATIVE,
        length,
        usual.expected(NEGATIVE, length),
        levels,
        resolve_below=min(levels[0][0], max(0.5 * own.min_mentions, calm)),
        min_author_diversity=own.min_author_diversity,
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative_spike.enabled


DETECTOR: Final = Detector("negative_spike", explain, _enabled, thresholds=thresholds, headroom=_headroom)
