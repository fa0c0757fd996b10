"""Positive spike detector: more positive mentions than the brand's baseline explains.

At the end of a minute, over the last `window`: k positive of n mentions breach when all of these hold:

    k >= min_mentions    and    k >= min_ratio * expected    and    P(X >= k) <= tail    and    k/n >= min_share

with X negative binomial about the positive mentions expected at this hour. The severity is `info`.

Trade-off: `min_share` keeps a few jokes within a storm from firing, but misses praise that comes with many neutral
mentions.
Blind spots: irony, which scorers take for praise; brands before `learning.warm_up`.
Cost: one sum a minute, one quantile an hour.
Reference: as `detectors.volume_spike`.

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {**calm, "positive": 120}), "positive_spike")
'info after 10 min at 22 positive mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import (
    NO_LIMIT,
    BrandView,
    Detector,
    Finding,
    Headroom,
    headroom_below,
    in_minutes,
    tail_probability,
)
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison
from detectors.windows.buckets import MENTIONS, POSITIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class PositiveSpike(Switched):
    """Parameters of the positive spike detector."""

    window: Duration = Field(
        default=timedelta(minutes=30),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="Sliding window; a larger value is steadier but fires later [duration]",
    )
    min_mentions: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Fewest positive mentions that can fire; a larger value fires later and less often [mentions]",
    )
    min_ratio: float = Field(
        default=3.0,
        ge=1.0,
        le=100,
        description="Multiple of the expected positive mentions that fires; "
        "a larger value fires later and less often [ratio]",
    )
    min_share: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of positive mentions that fires; a larger value fires less often [share]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return the finding about the positive mentions of the window, None before the warm-up is over."""
    params, baseline = view.policy.positive_spike, view.baseline
    if not baseline.warmed_up:
        return None
    length = in_minutes(params.window)
    counts = view.window(length)
    expected = baseline.expected(POSITIVE, length)
    threshold = max(params.min_mentions, params.min_ratio * expected)
    enough = counts[POSITIVE] >= threshold and counts[POSITIVE] >= params.min_share * counts[MENTIONS]
    breached = enough and counts[POSITIVE] >= baseline.quantile(POSITIVE, length, tail_probability(view.policy, length))
    ongoing = 2 * counts[POSITIVE] >= threshold and counts[POSITIVE] >= params.min_share / 2 * counts[MENTIONS]
    found = float(counts[POSITIVE])
    return Finding("info" if breached else None, ongoing, "positive mentions", length, found, expected, threshold)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.positive_spike.enabled


def _headroom(view: BrandView) -> Headroom:
    params, length = view.policy.positive_spike, in_minutes(view.policy.positive_spike.window)
    few = headroom_below(view, POSITIVE, [(length, params.min_mentions)])
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    return headroom_below(
        view, POSITIVE, [(length, floor(params.min_ratio * view.baseline.expected(POSITIVE, length)))]
    )


DETECTOR: Final = Detector(
    "positive_spike", explain, _enabled, evaluate=evaluate, headroom=_headroom, pauses_learning=False
)
