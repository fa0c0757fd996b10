"""Is there unusual enthusiasm?

At the end of a minute, over the last `window`: k positive of n mentions breach when at once

    k >= least    and    k >= rise * expected    and    P(X >= k) <= tail    and    k/n >= share

with X negative binomial about the positive mentions usual at this hour. The finding is worth a look (`info`).

Blind to: irony, which scorers take for praise: the share asks for more than a few jokes; brands before
`learning.warm_up`. Cost: one sum a minute, one quantile an hour.
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
    """Parameters of the praise detector."""

    window: Duration = Field(
        default=timedelta(minutes=30),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    min_mentions: int = Field(
        default=20, ge=1, le=1_000_000, description="Fewest positive mentions; larger fires later and less [mentions]"
    )
    min_ratio: float = Field(
        default=3.0,
        ge=1.0,
        le=100,
        description="Multiple of the usual positive mentions; larger fires later and less [ratio]",
    )
    min_share: float = Field(
        default=0.5, ge=0.0, le=1.0, description="Least share of positive mentions; larger fires less [share]"
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return what the positive mentions of the window say; None before the warm-up is over."""
    own, usual = view.policy.positive_spike, view.baseline
    if not usual.warmed_up:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    expected = usual.expected(POSITIVE, length)
    limit = max(own.min_mentions, own.min_ratio * expected)
    enough = counts[POSITIVE] >= limit and counts[POSITIVE] >= own.min_share * counts[MENTIONS]
    breached = enough and counts[POSITIVE] >= usual.quantile(POSITIVE, length, tail_probability(view.policy, length))
    lasting = 2 * counts[POSITIVE] >= limit and counts[POSITIVE] >= own.min_share / 2 * counts[MENTIONS]
    found = float(counts[POSITIVE])
    return Finding("info" if breached else None, lasting, "positive mentions", length, found, expected, limit)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.positive_spike.enabled


def _headroom(view: BrandView) -> Headroom:
    own, length = view.policy.positive_spike, in_minutes(view.policy.positive_spike.window)
    few = headroom_below(view, POSITIVE, [(length, own.min_mentions)])
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    return headroom_below(view, POSITIVE, [(length, floor(own.min_ratio * view.baseline.expected(POSITIVE, length)))])


DETECTOR: Final = Detector(
    "positive_spike", explain, _enabled, evaluate=evaluate, headroom=_headroom, pauses_learning=False
)
