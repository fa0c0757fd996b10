"""Negative share detector: the share of negative mentions rises above the brand's baseline.

At the end of a minute, over the last `window`: k negative of n mentions in a scored language breach when all of these
hold:

    n >= min_mentions    and    k/n >= p + min_rise    and
    m >= min_volume_ratio * expected    and    P(X >= k) <= tail

with m all mentions of the window, p = alpha / (alpha + beta) the baseline share, and X beta-binomial: n draws with a
share that is Beta(alpha, beta), as learned from the brand's hours. The severity is `warning` if at least the share
`min_author_diversity` of the latest negative mentions comes from different authors, else `info`.

Trade-off: `min_volume_ratio` avoids alarms about a few complaints on a quiet day, but delays the finding of a storm
that replaces ordinary mentions instead of adding to them.
Blind spots: a storm that brings as many jokes as complaints, since the share stays (`detectors.negative_spike` sees
it); brands before `learning.warm_up`.
Cost: two sums a minute, and n terms of the tail once the share is high.
Reference: Griffiths, Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29 (1973).

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {"negative": 40, "positive": 2, "neutral": 18}), "negative_share")
'warning after 39 min at 0.439 negative share'
>>> first_alert(simulate(usual, {"negative": 40, "positive": 40, "neutral": 220}), "negative_share")
'no alert'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import NO_LIMIT, Detector, Tuning, in_minutes, scored, tail_probability
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.stats.distributions import beta_binomial_tail
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


class NegativeShare(Switched):
    """Parameters of the detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="Sliding window; a larger value is steadier but fires later [duration]",
    )
    min_mentions: int = Field(
        default=20,
        ge=5,
        le=1_000_000,
        description="Fewest mentions that can fire; a larger value fires later [mentions]",
    )
    min_rise: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="Smallest rise of the negative share above the baseline; "
        "a larger value fires later and less often [share]",
    )
    min_volume_ratio: float = Field(
        default=1.5,
        ge=0.0,
        le=100,
        description="Volume that must accompany the rise, as a multiple of the expected one; "
        "a larger value fires less often [ratio]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among negative mentions that pages; "
        "a larger value pages less often [share]",
    )


def evaluate(view: BrandView, own: NegativeShare) -> Finding | None:
    """Return the finding of the window; None while the brand has too little history."""
    baseline = view.baseline
    if not baseline.warmed_up:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    judged, negative = scored(counts), counts[NEGATIVE]
    alpha, beta = baseline.negative_share
    expected = baseline.mean_negative_share
    share = negative / judged if judged else 0.0
    threshold = min(1.0, expected + own.min_rise)
    busy = counts[MENTIONS] >= own.min_volume_ratio * baseline.expected(MENTIONS, length)
    high = judged >= own.min_mentions and busy and share >= threshold
    breached = high and beta_binomial_tail(negative, judged, alpha, beta) <= tail_probability(view.policy, length)
    ongoing = judged >= own.min_mentions // 2 and share >= expected + own.min_rise / 2
    severity = view.severity_for(own.min_author_diversity, length, negative=True) if breached else None
    return Finding(severity, ongoing, wording.NEGATIVE_SHARE.name, length, share, expected, threshold)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, wording.NEGATIVE_SHARE)


def _headroom(view: BrandView, own: NegativeShare) -> Headroom:
    """Return the headroom of the mentions that are needed, or of the negative ones, whichever is larger."""
    length = in_minutes(own.window)
    counts = view.window(length)
    if scored(counts) < own.min_mentions:
        return Headroom(MENTIONS, own.min_mentions - scored(counts))
    baseline = view.baseline
    if not baseline.warmed_up:
        return NO_LIMIT
    busy = floor(own.min_volume_ratio * baseline.expected(MENTIONS, length)) - counts[MENTIONS]
    negative = floor(own.min_mentions * min(1.0, baseline.mean_negative_share + own.min_rise)) - counts[NEGATIVE]
    return max(Headroom(MENTIONS, busy), Headroom(NEGATIVE, negative), key=lambda one: one.remaining)


DETECTOR: Final = Detector(
    name="negative_share",
    parameters=NegativeShare,
    label={"en": "Higher negative share than usual", "fr": "Part de mentions négatives plus élevée que d’habitude"},
    explain=explain,
    metrics=(wording.NEGATIVE_SHARE,),
    example=wording.Example("negative share", 60, 0.61, 0.18, 0.4),
    evaluate=evaluate,
    headroom=_headroom,
    main_parameters=(
        wording.MainParameter(
            "min_rise",
            {
                "en": "rise of the negative share; larger fires later [0 to 1]",
                "fr": "hausse de la part négative ; plus grand, plus tard [0 à 1]",
            },
        ),
        wording.MIN_MENTIONS,
    ),
    featured=("min_rise",),
    tuning=Tuning(values={"min_rise": (0.1, 0.2)}),
)
