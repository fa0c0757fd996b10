"""Has the share of negative mentions risen above this brand's usual?

At the end of a minute, over the last `window`: k negative of n mentions in a scored language breach when at once

    n >= least    and    k/n >= usual + rise    and    n >= busy * expected    and    P(X >= k) <= tail

with X beta-binomial: n draws whose share is Beta(alpha, beta) as learned from the brand's hours. The finding pages
(`warning`) where a crowd speaks, at least the share `crowd` of the latest negative mentions being by different authors;
else it is worth a look (`info`).

Blind to: a storm that brings as many jokes as complaints (the share stays; `detectors.negative_spike` sees it); brands
before `learning.warm_up`. Cost: two sums a minute, and n terms of the tail once the share is high.
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
    """Parameters of the sentiment-shift detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    min_mentions: int = Field(
        default=20, ge=5, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    min_rise: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="Least rise of the negative share above the usual; larger fires later and less [share]",
    )
    min_volume_ratio: float = Field(
        default=1.5,
        ge=0.0,
        le=100,
        description="Multiple of the usual volume that must go with it; larger fires less [ratio]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return what the share of the window that ends now says; None while the brand has too little history."""
    own, usual = view.policy.negative_share, view.baseline
    if not usual.warmed_up:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    judged, bad = scored(counts), counts[NEGATIVE]
    alpha, beta = usual.negative_share
    expected = alpha / (alpha + beta)
    share = bad / judged if judged else 0.0
    wanted = min(1.0, expected + own.min_rise)
    many = judged >= own.min_mentions and counts[MENTIONS] >= own.min_volume_ratio * usual.expected(MENTIONS, length)
    breached = (
        many
        and share >= wanted
        and beta_binomial_tail(bad, judged, alpha, beta) <= tail_probability(view.policy, length)
    )
    lasting = judged >= own.min_mentions // 2 and share >= expected + own.min_rise / 2
    severity = view.severity_for(own.min_author_diversity, negative=True) if breached else None
    return Finding(severity, lasting, "negative share", length, share, expected, wanted)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative_share.enabled


def _headroom(view: BrandView) -> Headroom:
    """Return the room to the mentions that are needed, or to the negative ones, whichever lasts longer."""
    own, length = view.policy.negative_share, in_minutes(view.policy.negative_share.window)
    counts = view.window(length)
    if scored(counts) < own.min_mentions:
        return Headroom(MENTIONS, own.min_mentions - scored(counts))
    usual = view.baseline
    if not usual.warmed_up:
        return NO_LIMIT
    alpha, beta = usual.negative_share
    busy = floor(own.min_volume_ratio * usual.expected(MENTIONS, length)) - counts[MENTIONS]
    dark = floor(own.min_mentions * min(1.0, alpha / (alpha + beta) + own.min_rise)) - counts[NEGATIVE]
    return max(Headroom(MENTIONS, busy), Headroom(NEGATIVE, dark), key=lambda room: room.remaining)


DETECTOR = Detector("negative_share", explain, _enabled, evaluate=evaluate, headroom=_headroom)
