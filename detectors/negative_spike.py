"""Negative spike detector: more negative mentions than the brand's baseline explains.

The rule of `detectors.volume_spike`, on negative mentions: a count breaches when all of these hold

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (W = `short_window`, `window`), P the usual daily peak of such sums,
and X negative binomial about the expected rate. The severity is `warning`, and `critical` from `critical_ratio` times
the threshold, if at least the share `min_author_diversity` of the latest negative mentions comes from different
authors. Otherwise it is `info`: one customer who writes twenty times is no crisis. A quiet brand is also watched over
`long_window`, by the tail alone, with severity `info`.

Trade-off: the count decides, not the share, because in a storm full of irony the share may fall.
Blind spots: complaints that the scorer takes for neutral, and brands before `learning.warm_up`
(`detectors.negative_burst` sees both); a rise below the usual daily peak.
Cost: three sums a minute.
Reference: as `detectors.volume_spike`.

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {"negative": 120, "positive": 10, "neutral": 50}), "negative_spike")
'warning after 7 min at 12 negative mentions'
>>> first_alert(simulate(calm, calm), "negative_spike")
'silent'
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
    """Parameters of the negative spike detector."""

    min_mentions: int = Field(
        default=6,
        ge=1,
        le=1_000_000,
        description="Fewest negative mentions that can fire; a larger value fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's usual daily peak that fires; a larger value fires later [ratio]",
    )
    critical_ratio: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the threshold that makes a finding critical; a larger value escalates later [ratio]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among negative mentions that pages; "
        "a larger value pages less often [share]",
    )


QUIET_BELOW: Final = 10.0
"""Negative mentions expected in the main window below which the brand is also watched over the long window."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the thresholds on negative mentions at this hour, none before the warm-up is over."""
    params, baseline = view.policy.negative_spike, view.baseline
    if not baseline.warmed_up:
        return ()
    found = []
    for length, over in _windows(view):
        count = max(over, baseline.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        found.append(_threshold(view, length, ((count, "warning"), (ceil(params.critical_ratio * count), "critical"))))
    if baseline.expected(NEGATIVE, in_minutes(params.window)) < QUIET_BELOW:
        length = in_minutes(params.long_window)
        count = max(params.min_mentions, baseline.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        found.append(_threshold(view, length, ((count, "info"),)))
    return tuple(found)


def _windows(view: BrandView) -> list[tuple[int, int]]:
    """Return the sliding windows, each with the count it must reach before its rarity is tested."""
    params, ratio = view.policy.negative_spike, view.policy.peak_ratio_factor * view.policy.negative_spike.peak_ratio
    windows = ((2, in_minutes(params.short_window)), (3, in_minutes(params.window)))
    return [
        (length, max(params.min_mentions, view.baseline.peak_threshold(column, length, ratio)))
        for column, length in windows
    ]


def _headroom(view: BrandView) -> Headroom:
    """Return the headroom to the fewest mentions that can breach, then to the usual peaks and the quantile."""
    params = view.policy.negative_spike
    long_window = in_minutes(params.long_window)
    few = headroom_below(
        view,
        NEGATIVE,
        [
            (length, params.min_mentions)
            for length in (in_minutes(params.short_window), in_minutes(params.window), long_window)
        ],
    )
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(NEGATIVE, long_window, tail_probability(view.policy, long_window))
    return headroom_below(view, NEGATIVE, [*_windows(view), (long_window, max(params.min_mentions, rare))])


def _threshold(view: BrandView, length: int, levels: tuple[tuple[int, Severity], ...]) -> CountThreshold:
    params, baseline = view.policy.negative_spike, view.baseline
    ordinary = baseline.quantile(NEGATIVE, length, RESOLVE_TAIL)
    return CountThreshold(
        NEGATIVE,
        length,
        baseline.expected(NEGATIVE, length),
        levels,
        resolve_below=min(levels[0][0], max(0.5 * params.min_mentions, ordinary)),
        min_author_diversity=params.min_author_diversity,
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative_spike.enabled


DETECTOR: Final = Detector("negative_spike", explain, _enabled, thresholds=thresholds, headroom=_headroom)
