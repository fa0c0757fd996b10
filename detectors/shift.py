"""Has the share of negative mentions risen above this brand's usual?

At the end of a minute, over the last `window`: k negative of n mentions in a scored language breach when at once

    n >= least    and    k/n >= usual + rise    and    n >= busy * expected    and    P(X >= k) <= tail

with X beta-binomial: n draws whose share is Beta(alpha, beta) as learned from the brand's hours. The finding pages
(`warning`) where a crowd speaks, at least the share `crowd` of the latest negative mentions being by different authors;
else it is worth a look (`watch`).

Blind to: a storm that brings as many jokes as complaints (the share stays; `detectors.negative` sees it); brands
before `learning.warm_up`. Cost: two sums a minute, and n terms of the tail once the share is high.
Reference: Griffiths, Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29 (1973).

>>> from detectors.rehearsal import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {"negative": 40, "positive": 2, "neutral": 18}), "shift")
'warning after 39 min at 0.439 negative share'
>>> raised(rehearse(calm, {"negative": 40, "positive": 40, "neutral": 220}), "shift")
'silent'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING

from pydantic import Field

from detectors.buckets import MENTIONS, NEGATIVE
from detectors.duration import Duration
from detectors.parameters import Switched
from detectors.rule import ENDLESS, Detector, Finding, Room, View, known, minutes, tail
from detectors.tails import beta_binomial_tail
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal


class Shift(Switched):
    """Parameters of the sentiment-shift detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    least: int = Field(
        default=20, ge=5, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    rise: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="Least rise of the negative share above the usual; larger fires later and less [share]",
    )
    busy: float = Field(
        default=1.5,
        ge=0.0,
        le=100,
        description="Multiple of the usual volume that must go with it; larger fires less [ratio]",
    )
    crowd: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


def judge(view: View) -> Finding | None:
    """Return what the share of the window that ends now says; None while the brand has too little history."""
    own, usual = view.policy.shift, view.usual
    if not usual.warm:
        return None
    length = minutes(own.window)
    counts = view.window(length)
    judged, bad = known(counts), counts[NEGATIVE]
    alpha, beta = usual.share
    expected = alpha / (alpha + beta)
    share = bad / judged if judged else 0.0
    wanted = min(1.0, expected + own.rise)
    many = judged >= own.least and counts[MENTIONS] >= own.busy * usual.expected(MENTIONS, length)
    breached = many and share >= wanted and beta_binomial_tail(bad, judged, alpha, beta) <= tail(view.policy, length)
    lasting = judged >= own.least // 2 and share >= expected + own.rise / 2
    severity = view.worth(own.crowd, length, negative=True) if breached else None
    return Finding(severity, lasting, "negative share", length, share, expected, wanted)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.shift.enabled


def _room(view: View) -> Room:
    """Return the room to the mentions that are needed, or to the negative ones, whichever lasts longer."""
    own, length = view.policy.shift, minutes(view.policy.shift.window)
    counts = view.window(length)
    if known(counts) < own.least:
        return Room(MENTIONS, own.least - known(counts))
    usual = view.usual
    if not usual.warm:
        return ENDLESS
    alpha, beta = usual.share
    busy = floor(own.busy * usual.expected(MENTIONS, length)) - counts[MENTIONS]
    dark = floor(own.least * min(1.0, alpha / (alpha + beta) + own.rise)) - counts[NEGATIVE]
    return max(Room(MENTIONS, busy), Room(NEGATIVE, dark), key=lambda room: room.left)


DETECTOR = Detector("shift", explain, _enabled, judge=judge, room=_room)
