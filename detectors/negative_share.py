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
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {"negative": 40, "positive": 2, "neutral": 18}), "negative_share")
'warning after 39 min at 0.439 negative share'
>>> first_alert(simulate(calm, {"negative": 40, "positive": 40, "neutral": 220}), "negative_share")
'silent'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING

from pydantic import Field

from detectors.base import NO_LIMIT, BrandView, Detector, Finding, Headroom, in_minutes, scored, tail_probability
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison
from detectors.stats.distributions import beta_binomial_tail
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class NegativeShare(Switched):
    """Parameters of the negative share detector."""

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


def evaluate(view: BrandView) -> Finding | None:
    """Return the finding about the negative share of the window, None before the warm-up is over."""
    params, baseline = view.policy.negative_share, view.baseline
    if not baseline.warmed_up:
        return None
    length = in_minutes(params.window)
    counts = view.window(length)
    scored_count, negative = scored(counts), counts[NEGATIVE]
    alpha, beta = baseline.negative_share
    expected = alpha / (alpha + beta)
    share = negative / scored_count if scored_count else 0.0
    threshold = min(1.0, expected + params.min_rise)
    min_volume = params.min_volume_ratio * baseline.expected(MENTIONS, length)
    enough = scored_count >= params.min_mentions and counts[MENTIONS] >= min_volume
    breached = (
        enough
        and share >= threshold
        and beta_binomial_tail(negative, scored_count, alpha, beta) <= tail_probability(view.policy, length)
    )
    ongoing = scored_count >= params.min_mentions // 2 and share >= expected + params.min_rise / 2
    severity = view.severity_for(params.min_author_diversity, negative=True) if breached else None
    return Finding(severity, ongoing, "negative share", length, share, expected, threshold)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative_share.enabled


def _headroom(view: BrandView) -> Headroom:
    """Return the headroom to the mentions that are needed or to the negative ones, the larger of the two."""
    params, length = view.policy.negative_share, in_minutes(view.policy.negative_share.window)
    counts = view.window(length)
    if scored(counts) < params.min_mentions:
        return Headroom(MENTIONS, params.min_mentions - scored(counts))
    baseline = view.baseline
    if not baseline.warmed_up:
        return NO_LIMIT
    alpha, beta = baseline.negative_share
    missing_mentions = floor(params.min_volume_ratio * baseline.expected(MENTIONS, length)) - counts[MENTIONS]
    missing_negative = (
        floor(params.min_mentions * min(1.0, alpha / (alpha + beta) + params.min_rise)) - counts[NEGATIVE]
    )
    return max(
        Headroom(MENTIONS, missing_mentions), Headroom(NEGATIVE, missing_negative), key=lambda one: one.remaining
    )


DETECTOR = Detector("negative_share", explain, _enabled, evaluate=evaluate, headroom=_headroom)
