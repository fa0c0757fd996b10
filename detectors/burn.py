"""Has it been getting worse for hours, too slowly for any window to break?

A one-sided CUSUM on the hourly negative share: with x negative of n mentions in a scored language, the usual share p0
and the share p1 with `odds` times its odds,

    S = max(0, S + m (f log(p1/p0) + (1 - f) log((1 - p1)/(1 - p0)))),   f = x/n,   m = n / (1 + (n - 1) rho)

where rho = 1/(alpha + beta + 1) discounts mentions of one hour that echo each other. S grows to no more than CAP times
the limit log(1/tail). It breaches at the limit, once at least `lasting` and `least` mentions have added up since S was
last zero, and only while the present is raised: the last PRESENT hours add to S. When the present is as usual again it
ends, and S starts anew: what is over keeps no incident open, and does not fire again. The finding pages (`warning`)
where a crowd speaks, at least the share `crowd` of the latest negative mentions being by different authors.

Blind to: a rise within the usual spread of the hours; anything but the share; brands before `learning.warm_up`. It is
worked out from the hours of the last day since it last ended. Cost: one logarithm a minute, 24 an hour.
Reference: Page, Continuous inspection schemes, Biometrika 41 (1954).

>>> from detectors.rehearsal import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {"negative": 10, "positive": 3, "neutral": 17}, hours=12), "slow_burn")
'warning after 192 min at 0.337 negative share'
>>> raised(rehearse(calm, calm, hours=12), "slow_burn")
'silent'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor, log
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field

from detectors.buckets import MENTIONS, MINUTE, NEGATIVE, UNKNOWN, Counts
from detectors.duration import Duration
from detectors.parameters import Switched
from detectors.rule import ENDLESS, Detector, Finding, Room, View, minutes, tail
from detectors.wording import Language, clock, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal

HOURS: Final = 24
"""How far back the sum is followed."""

CAP: Final = 1.5
"""How many times the limit the sum grows to."""

PRESENT: Final = 3
"""Hours, the present one included, that say whether the share is still raised."""


class SlowBurn(Switched):
    """Parameters of the slow-burn detector."""

    odds: float = Field(
        default=2.0,
        gt=1.0,
        le=20,
        description="Rise of the odds of a negative mention it is tuned to; larger looks for steeper burns [ratio]",
    )
    lasting: Duration = Field(
        default=timedelta(hours=3),
        ge=timedelta(hours=1),
        le=timedelta(hours=12),
        description="Least time the share must have been raised, in whole hours; larger fires later [duration]",
    )
    least: int = Field(
        default=30,
        ge=5,
        le=1_000_000,
        description="Fewest mentions meanwhile; larger fires later and less [mentions]",
    )
    crowd: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


def judge(view: View) -> Finding | None:
    """Return what the sum says now; None before the warm-up, below half the limit, and when the present is as usual."""
    own, usual = view.policy.slow_burn, view.usual
    if not usual.warm:
        return None
    before, after = _shares(view)
    score, since = _score(view, before, after)
    hour = view.minute // 60
    length = 60 * (hour - since + 1)
    limit = -log(tail(view.policy, 60))
    if length <= 0 or score < limit / 2 or not _raised(view, before, after):
        return None
    counts = view.window(length)
    long_enough = length >= minutes(own.lasting) and _judged(counts) >= own.least
    share = counts[NEGATIVE] / _judged(counts) if _judged(counts) else 0.0
    return Finding(
        view.worth(own.crowd, length, negative=True) if long_enough and score >= limit else None,
        lasting=True,
        metric="negative share",
        window=length,
        observed=share,
        expected=before,
        threshold=after,
        extra={"cusum": score, "cusum_limit": limit, "since": float(60 * since * MINUTE)},
    )


def _shares(view: View) -> tuple[float, float]:
    """Return the usual share, and the one it is tuned to."""
    alpha, beta = view.usual.share
    odds = view.policy.slow_burn.odds * alpha / beta
    return alpha / (alpha + beta), odds / (1 + odds)


class _Before(NamedTuple):
    """What the closed hours come to, and how the present one adds to it: the same for the whole hour."""

    score: float
    since: int  # first hour since it was last zero
    gains: tuple[float, float]  # of a negative mention, and of another
    rho: float


def _before(view: View, usual: float, tuned: float) -> _Before:
    """Return what the closed hours come to; they are summed once an hour."""
    hour = view.minute // 60
    begin = max(hour - HOURS + 1, view.ended("slow_burn") // 60 + 1)
    key = f"burn {begin}"
    if key not in view.memo:
        gains, rho = _gains(usual, tuned), _rho(view)
        view.memo[key] = _Before(*_follow(view, (0.0, begin), range(begin, hour), gains, rho), gains, rho)
    before: _Before = view.memo[key]
    return before


def _gains(usual: float, tuned: float) -> tuple[float, float]:
    """Return what a negative mention adds to the sum, and what another takes off."""
    return log(tuned / usual), log((1 - tuned) / (1 - usual))


def _rho(view: View) -> float:
    return 1 / (sum(view.usual.share) + 1)


def _raised(view: View, usual: float, tuned: float) -> bool:
    """Tell whether the last hours, the present one included, add to the sum."""
    hour, gains, rho = view.minute // 60, _gains(usual, tuned), _rho(view)
    return sum(_gain(view.hour(past), gains, rho) for past in range(hour - PRESENT + 1, hour + 1)) > 0


def _score(view: View, usual: float, tuned: float) -> tuple[float, int]:
    """Return the sum now, and the first hour since it was last zero."""
    score, since, gains, rho = _before(view, usual, tuned)
    hour = view.minute // 60
    return _follow(view, (score, since), range(max(hour, since), hour + 1), gains, rho)


def _follow(
    view: View, start: tuple[float, int], hours: range, gains: tuple[float, float], rho: float
) -> tuple[float, int]:
    """Return the sum after `hours`, and the first hour since it was last zero."""
    score, since = start
    most = CAP * -log(tail(view.policy, 60))
    for hour in hours:
        score = min(most, score + _gain(view.hour(hour), gains, rho))
        if score <= 0:
            score, since = 0.0, hour + 1
    return score, since


def _judged(counts: Counts) -> int:
    return counts[MENTIONS] - counts[UNKNOWN]


def _gain(counts: Counts, gains: tuple[float, float], rho: float) -> float:
    judged = _judged(counts)
    if not judged:
        return 0.0
    share = counts[NEGATIVE] / judged
    return judged / (1 + (judged - 1) * rho) * (share * gains[0] + (1 - share) * gains[1])


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    since = clock(int(signal.evidence.extra["since"]))
    told = lead(signal, language)
    return (
        f"{told} : de pire en pire depuis {since} UTC" if language == "fr" else f"{told}: building up since {since} UTC"
    )


def _enabled(policy: Policy) -> bool:
    return policy.slow_burn.enabled


def _room(view: View) -> Room:
    """Return the room to the mentions of a day that are needed, then to the negative ones that would reach the limit.

    Of x negative mentions of an hour nobody adds more than g x / (1 + (x - 1) rho), were there no others.
    """
    few = Room(MENTIONS, view.policy.slow_burn.least - _judged(view.window(60 * HOURS)))
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    score, _, (gain, _), rho = _before(view, *_shares(view))
    left = -log(tail(view.policy, 60)) - score
    most = gain - left * rho  # the hour cannot add more than gain / rho
    if most <= 0:
        return ENDLESS
    return Room(NEGATIVE, floor(left * (1 - rho) / most) - view.hour(view.minute // 60)[NEGATIVE])


DETECTOR: Final = Detector("slow_burn", explain, _enabled, judge=judge, room=_room)
