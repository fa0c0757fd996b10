"""Negative spike detector: more negative mentions than the brand's baseline explains.

The rule of `detectors.volume_spike`, on negative mentions: a count breaches when all of these hold

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (W = `windows.short`, `windows.main`), P the usual daily peak of such
sums, and X negative binomial about the expected rate. The severity is `warning`, and `critical` from `critical_ratio`
times the threshold, if at least the share `min_author_diversity` of the latest negative mentions comes from different
authors. Otherwise it is `info`: one customer who writes twenty times is no crisis. A quiet brand is also watched over
`windows.long`, by the tail alone, with severity `info`.

A brand with few mentions has small crises. Below `detectors.base.FEW_BELOW` expected in `windows.main`, a count in that
window breaches from two thirds of `min_mentions` on, at FEW_PEAK_RATIO times the usual peak and by the tail of the
share FEW_BUDGET_SHARE of the budget, if the negative share is at least FEW_MIN_RISE above the usual one. Launches and
campaigns bring as many complaints among more praise: whatever the window of the count, such a brand is paged only while
the mood is not light (`detectors.base.is_light`).

Trade-off: the count decides, not the share, because in a storm full of irony the share may fall.
Blind spots: complaints that the scorer takes for neutral, and brands before `learning.warm_up`
(`detectors.negative_burst` sees both); a rise below the usual daily peak.
Cost: four sums a minute.
Reference: as `detectors.volume_spike`.

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {"negative": 120, "positive": 10, "neutral": 50}), "negative_spike")
'warning after 7 min at 12 negative mentions'
>>> first_alert(simulate(usual, usual), "negative_spike")
'no alert'
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from pydantic import Field

from detectors.base import (
    NO_LIMIT,
    Detector,
    Tuning,
    has_few_mentions,
    headroom_below,
    in_minutes,
    tail_probability,
)
from detectors.model import wording
from detectors.model.finding import CountThreshold, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


class NegativeSpike(Switched):
    """Parameters of the detector."""

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
"""Negative mentions expected in the main window below which the long window is evaluated too."""

FEW_MIN_AUTHOR_DIVERSITY: Final = 2 / 3
"""Of so few mentions three of four are by different authors. Half would be one customer and somebody else."""

FEW_PEAK_RATIO: Final = 1.25
FEW_BUDGET_SHARE: Final = 1 / 2
"""Share of this rule's budget of false alarms."""

FEW_MIN_RISE: Final = 0.1
"""Rise of the negative share; see above. Chosen on the labelled streams, see docs/results.md."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView, own: NegativeSpike) -> tuple[CountThreshold, ...]:
    """Return the counts of negative mentions that breach in this hour; none before the warm-up is over."""
    baseline, shared = view.baseline, view.policy.windows
    if not baseline.warmed_up:
        return ()
    found = []
    for length, least in _windows(view, own):
        count = max(least, baseline.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        levels: tuple[tuple[int, Severity], ...] = ((count, "warning"), (ceil(own.critical_ratio * count), "critical"))
        found.append(_threshold(view, own, length, levels))
    if baseline.expected(NEGATIVE, in_minutes(shared.main)) < QUIET_BELOW:
        length = in_minutes(shared.long)
        count = max(own.min_mentions, baseline.quantile(NEGATIVE, length, tail_probability(view.policy, length)))
        found.append(_threshold(view, own, length, ((count, "info"),)))
    if has_few_mentions(view):
        length, least = _few_mentions_window(view, own)
        tail = FEW_BUDGET_SHARE * tail_probability(view.policy, length)
        few = _threshold(view, own, length, ((max(least, baseline.quantile(NEGATIVE, length, tail)), "warning"),))
        diversity = max(own.min_author_diversity, FEW_MIN_AUTHOR_DIVERSITY) if own.min_author_diversity else 0.0
        share = min(1.0, baseline.mean_negative_share + FEW_MIN_RISE)
        found.append(replace(few, min_negative_share=share, min_author_diversity=diversity))
    return tuple(found)


def _fewest(own: NegativeSpike) -> int:
    return ceil(2 * own.min_mentions / 3)


def _few_mentions_window(view: BrandView, own: NegativeSpike) -> tuple[int, int]:
    """Return the window in which a brand with few mentions is watched, and what a count must reach besides rarity."""
    length, ratio = in_minutes(view.policy.windows.main), max(1.0, view.policy.peak_ratio_factor) * FEW_PEAK_RATIO
    return length, max(_fewest(own), view.baseline.peak_threshold(3, length, ratio))


def _windows(view: BrandView, own: NegativeSpike) -> list[tuple[int, int]]:
    """Return the sliding windows, each with what its count must reach besides being rare."""
    shared, ratio = view.policy.windows, view.policy.peak_ratio_factor * own.peak_ratio
    windows = ((2, in_minutes(shared.short)), (3, in_minutes(shared.main)))
    return [
        (length, max(own.min_mentions, view.baseline.peak_threshold(column, length, ratio)))
        for column, length in windows
    ]


def _headroom(view: BrandView, own: NegativeSpike) -> Headroom:
    """Return the headroom below the fewest mentions that can breach, then below the usual peaks: tails cost most."""
    shared = view.policy.windows
    long = in_minutes(shared.long)
    least = ((in_minutes(shared.short), own.min_mentions), (in_minutes(shared.main), _fewest(own)))
    few = headroom_below(view, NEGATIVE, [*least, (long, own.min_mentions)])
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(NEGATIVE, long, tail_probability(view.policy, long))
    bounds = [*_windows(view, own), (long, max(own.min_mentions, rare))]
    return headroom_below(
        view, NEGATIVE, [*bounds, _few_mentions_window(view, own)] if has_few_mentions(view) else bounds
    )


def _threshold(
    view: BrandView, own: NegativeSpike, length: int, levels: tuple[tuple[int, Severity], ...]
) -> CountThreshold:
    baseline = view.baseline
    usual = baseline.quantile(NEGATIVE, length, RESOLVE_TAIL)
    return CountThreshold(
        NEGATIVE,
        length,
        baseline.expected(NEGATIVE, length),
        levels,
        resolve_below=min(levels[0][0], max(0.5 * own.min_mentions, usual)),
        min_author_diversity=own.min_author_diversity,
        needs_mood=True,
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, wording.NEGATIVE_MENTIONS)


DETECTOR: Final = Detector(
    name="negative_spike",
    parameters=NegativeSpike,
    label={"en": "More negative mentions than usual", "fr": "Plus de mentions négatives que d’habitude"},
    explain=explain,
    metrics=(wording.NEGATIVE_MENTIONS,),
    example=wording.Example("negative mentions", 10, 83, 6, 24),
    thresholds=thresholds,
    headroom=_headroom,
    main_parameters=(wording.PEAK_RATIO, wording.MIN_MENTIONS),
    featured=("peak_ratio",),
    tuning=Tuning(scaled=("peak_ratio",)),
)
