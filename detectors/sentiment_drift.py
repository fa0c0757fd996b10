"""Sentiment drift detector: the negative share rises for hours, too slowly for any single window to breach.

A one-sided CUSUM on the hourly negative share. With x negative of n mentions in a scored language, the baseline share
p0 and the share p1 whose odds are `odds_ratio` times those of p0,

    S = max(0, S + m (f log(p1/p0) + (1 - f) log((1 - p1)/(1 - p0)))),   f = x/n,   m = n / (1 + (n - 1) rho)

where rho = 1/(alpha + beta + 1) discounts mentions of the same hour that echo each other. It breaches at

    S >= log(1/tail)    and    hours since S was last zero >= min_duration    and    mentions since then >= min_mentions

The severity is `warning`. The sum is computed from the hours of the last day, so the detector has no state of its own.

Trade-off: a lower `odds_ratio` finds flatter rises, and takes longer to find steep ones.
Blind spots: a rise within the ordinary spread of the hours; anything but the share; brands before `learning.warm_up`.
Cost: one logarithm a minute, 24 an hour.
Reference: Page, Continuous inspection schemes, Biometrika 41 (1954).

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {"negative": 10, "positive": 3, "neutral": 17}, hours=12), "sentiment_drift")
'warning after 192 min at 0.337 negative share'
>>> first_alert(simulate(calm, calm, hours=12), "sentiment_drift")
'silent'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor, log
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field

from detectors.base import NO_LIMIT, BrandView, Detector, Finding, Headroom, in_minutes, tail_probability
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison, format_time_of_day
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE, UNKNOWN, Counts

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy

HOURS: Final = 24
"""How many hours back the sum starts."""


class SentimentDrift(Switched):
    """Parameters of the sentiment drift detector."""

    odds_ratio: float = Field(
        default=2.0,
        gt=1.0,
        le=20,
        description="Rise of the odds of a negative mention that the test looks for; "
        "a larger value looks for steeper rises [ratio]",
    )
    min_duration: Duration = Field(
        default=timedelta(hours=3),
        ge=timedelta(hours=1),
        le=timedelta(hours=12),
        description="Shortest time that the share has been raised, in whole hours; "
        "a larger value fires later [duration]",
    )
    min_mentions: int = Field(
        default=30,
        ge=5,
        le=1_000_000,
        description="Fewest mentions in that time; a larger value fires later and less often [mentions]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return the finding about the sum, None before the warm-up is over or below half the limit."""
    params, baseline = view.policy.sentiment_drift, view.baseline
    if not baseline.warmed_up:
        return None
    expected, raised = _shares(view)
    score, since = _score(view, expected, raised)
    hour = view.minute // 60
    length = 60 * (hour - since + 1)
    limit = -log(tail_probability(view.policy, 60))
    if length <= 0 or score < limit / 2:
        return None
    counts = view.window(length)
    long_enough = length >= in_minutes(params.min_duration) and _scored(counts) >= params.min_mentions
    share = counts[NEGATIVE] / _scored(counts) if _scored(counts) else 0.0
    return Finding(
        "warning" if long_enough and score >= limit else None,
        ongoing=True,
        metric="negative share",
        window=length,
        observed=share,
        expected=expected,
        threshold=raised,
        extra={"cusum": score, "cusum_limit": limit, "since": float(60 * since * MINUTE)},
    )


def _shares(view: BrandView) -> tuple[float, float]:
    """Return the baseline share, and the raised share that the test looks for."""
    alpha, beta = view.baseline.negative_share
    odds = view.policy.sentiment_drift.odds_ratio * alpha / beta
    return alpha / (alpha + beta), odds / (1 + odds)


class _ClosedHours(NamedTuple):
    """Sum over the closed hours, with what the current hour's mentions add: constant within the hour."""

    score: float
    since: int  # first hour after the sum was last zero
    gains: tuple[float, float]  # added by a negative mention, and by any other
    rho: float


def _closed_hours(view: BrandView, expected: float, raised: float) -> _ClosedHours:
    """Return the sum over the closed hours, computed once an hour."""
    if "sentiment_drift" not in view.memo:
        gains = (log(raised / expected), log((1 - raised) / (1 - expected)))
        rho, hour = 1 / (sum(view.baseline.negative_share) + 1), view.minute // 60
        begin = hour - HOURS + 1
        view.memo["sentiment_drift"] = _ClosedHours(
            *_cusum(view, (0.0, begin), range(begin, hour), gains, rho), gains, rho
        )
    before: _ClosedHours = view.memo["sentiment_drift"]
    return before


def _score(view: BrandView, expected: float, raised: float) -> tuple[float, int]:
    """Return the sum now, and the first hour after it was last zero."""
    score, since, gains, rho = _closed_hours(view, expected, raised)
    hour = view.minute // 60
    return _cusum(view, (score, since), range(hour, hour + 1), gains, rho)


def _cusum(
    view: BrandView, start: tuple[float, int], hours: range, gains: tuple[float, float], rho: float
) -> tuple[float, int]:
    """Return the sum after `hours`, and the first hour after it was last zero."""
    score, since = start
    for hour in hours:
        score += _gain(view.hour(hour), gains, rho)
        if score <= 0:
            score, since = 0.0, hour + 1
    return score, since


def _scored(counts: Counts) -> int:
    return counts[MENTIONS] - counts[UNKNOWN]


def _gain(counts: Counts, gains: tuple[float, float], rho: float) -> float:
    scored_count = _scored(counts)
    if not scored_count:
        return 0.0
    share = counts[NEGATIVE] / scored_count
    return scored_count / (1 + (scored_count - 1) * rho) * (share * gains[0] + (1 - share) * gains[1])


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    since = format_time_of_day(int(signal.evidence.extra["since"]))
    text = comparison(signal, language)
    return f"{text} : en hausse depuis {since} UTC" if language == "fr" else f"{text}: rising since {since} UTC"


def _enabled(policy: Policy) -> bool:
    return policy.sentiment_drift.enabled


def _headroom(view: BrandView) -> Headroom:
    """Return the headroom to the mentions needed in a day, then to the negative ones that would reach the limit.

    x negative mentions of an hour add at most g x / (1 + (x - 1) rho), which is the case without any others.
    """
    few = Headroom(MENTIONS, view.policy.sentiment_drift.min_mentions - _scored(view.window(60 * HOURS)))
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    score, _, (gain, _), rho = _closed_hours(view, *_shares(view))
    left = -log(tail_probability(view.policy, 60)) - score
    most = gain - left * rho  # the hour cannot add more than gain / rho
    if most <= 0:
        return NO_LIMIT
    return Headroom(NEGATIVE, floor(left * (1 - rho) / most) - view.hour(view.minute // 60)[NEGATIVE])


DETECTOR: Final = Detector("sentiment_drift", explain, _enabled, evaluate=evaluate, headroom=_headroom)
