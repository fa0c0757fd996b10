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
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {**usual, "positive": 120}), "positive_spike")
'info after 10 min at 22 positive mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import NO_LIMIT, Detector, headroom_below, in_minutes, tail_probability
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import MENTIONS, POSITIVE

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


class PositiveSpike(Switched):
    """Parameters of the detector."""

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


def evaluate(view: BrandView, own: PositiveSpike) -> Finding | None:
    """Return the finding on the positive mentions of the window; None before the warm-up is over."""
    baseline = view.baseline
    if not baseline.warmed_up:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    positive, mentions = counts[POSITIVE], counts[MENTIONS]
    expected = baseline.expected(POSITIVE, length)
    threshold = max(own.min_mentions, own.min_ratio * expected)
    enough = positive >= threshold and positive >= own.min_share * mentions
    breached = enough and positive >= baseline.quantile(POSITIVE, length, tail_probability(view.policy, length))
    ongoing = 2 * positive >= threshold and positive >= own.min_share / 2 * mentions
    severity: Severity | None = "info" if breached else None
    name = wording.POSITIVE_MENTIONS.name
    return Finding(severity, ongoing, name, length, float(positive), expected, threshold)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, wording.POSITIVE_MENTIONS)


def _headroom(view: BrandView, own: PositiveSpike) -> Headroom:
    length = in_minutes(own.window)
    few = headroom_below(view, POSITIVE, [(length, own.min_mentions)])
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    return headroom_below(view, POSITIVE, [(length, floor(own.min_ratio * view.baseline.expected(POSITIVE, length)))])


DETECTOR: Final = Detector(
    name="positive_spike",
    parameters=PositiveSpike,
    label={"en": "More positive mentions than usual", "fr": "Plus de mentions positives que d’habitude"},
    explain=explain,
    metrics=(wording.POSITIVE_MENTIONS,),
    example=wording.Example("positive mentions", 10, 120, 9, 60),
    evaluate=evaluate,
    headroom=_headroom,
    pauses_learning=False,
    main_parameters=(
        wording.MainParameter(
            "min_ratio",
            {
                "en": "multiple of the baseline; larger fires later [×]",
                "fr": "multiple de la référence ; plus grand, plus tard [×]",
            },
        ),
        wording.MIN_SHARE,
        wording.MIN_MENTIONS,
    ),
)
