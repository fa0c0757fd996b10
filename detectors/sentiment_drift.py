"""Sentiment drift detector: the negative share rises for hours, too slowly for any single window to breach.

A one-sided CUSUM on the hourly negative share. With x negative of n mentions in a scored language, the baseline share
p0 and the share p1 whose odds are `odds_ratio` times those of p0,

    S = max(0, S + m (f log(p1/p0) + (1 - f) log((1 - p1)/(1 - p0)))),   f = x/n,   m = n / (1 + (n - 1) rho)

where rho = 1/(alpha + beta + 1) discounts mentions of the same hour that echo each other. S is capped at CAP
times log(1/tail). It breaches at

    S >= log(1/tail)    and    hours since S was last zero >= min_duration    and    mentions since then >= min_mentions

while the share is still raised: the last PRESENT_HOURS hours add to S. Once they do not, the episode ends and S starts
at zero, so that a rise that is over keeps no incident open and does not fire again. The severity is `warning` if at
least the share `min_author_diversity` of the negative mentions comes from different authors, else `info`. The sum is
computed from the hours of the last day since the last episode ended, so the detector has no state of its own.

Trade-off: a lower `odds_ratio` finds flatter rises, and takes longer to find steep ones.
Blind spots: a rise within the ordinary spread of the hours; anything but the share; brands before `learning.warm_up`.
Cost: one logarithm a minute, 24 an hour.
Reference: Page, Continuous inspection schemes, Biometrika 41 (1954).

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {"negative": 10, "positive": 3, "neutral": 17}, hours=12), "sentiment_drift")
'warning after 192 min at 0.337 negative share'
>>> first_alert(simulate(usual, usual, hours=12), "sentiment_drift")
'no alert'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor, log
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field

from detectors.base import NO_LIMIT, Detector, in_minutes, scored, tail_probability
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison, format_time_of_day
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE, Counts

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView

HOURS: Final = 24
"""How far back the sum reaches."""

CAP: Final = 1.5
"""Largest value of the sum, as a multiple of the limit."""

PRESENT_HOURS: Final = 3
"""Hours, the current one included, that tell whether the share is still raised."""


class SentimentDrift(Switched):
    """Parameters of the detector."""

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
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among negative mentions that pages; "
        "a larger value pages less often [share]",
    )


def evaluate(view: BrandView, own: SentimentDrift) -> Finding | None:
    """Return the finding on the sum; None before the warm-up, below half the limit, and once the share is usual."""
    if not view.baseline.warmed_up:
        return None
    usual, tuned = _shares(view, own)
    score, since = _score(view, usual, tuned)
    length = 60 * (view.minute // 60 - since + 1)
    limit = -log(tail_probability(view.policy, 60))
    if length <= 0 or score < limit / 2 or not _still_raised(view, usual, tuned):
        return None
    counts = view.window(length)
    judged = scored(counts)
    long_enough = length >= in_minutes(own.min_duration) and judged >= own.min_mentions
    return Finding(
        view.severity_for(own.min_author_diversity, length, negative=True) if long_enough and score >= limit else None,
        ongoing=True,
        metric=wording.NEGATIVE_SHARE.name,
        window=length,
        observed=counts[NEGATIVE] / judged if judged else 0.0,
        expected=usual,
        threshold=tuned,
        extra={"cusum": score, "cusum_limit": limit, "since": float(60 * since * MINUTE)},
    )


def _shares(view: BrandView, own: SentimentDrift) -> tuple[float, float]:
    """Return the usual share, and the one the sum is tuned to."""
    alpha, beta = view.baseline.negative_share
    odds = own.odds_ratio * alpha / beta
    return view.baseline.mean_negative_share, odds / (1 + odds)


class _ClosedHours(NamedTuple):
    """The sum over the closed hours, and how the present hour adds to it: the same for the whole hour."""

    score: float
    since: int  # first hour after the sum was last zero
    gains: tuple[float, float]  # added by a negative mention, and by any other
    rho: float


def _closed_hours(view: BrandView, usual: float, tuned: float) -> _ClosedHours:
    """Return the sum over the closed hours, computed once an hour."""
    hour = view.minute // 60
    begin = max(hour - HOURS + 1, view.last_ended("sentiment_drift") // 60 + 1)
    key = f"sentiment_drift {begin}"
    if key not in view.memo:
        gains = (log(tuned / usual), log((1 - tuned) / (1 - usual)))
        rho = 1 / (sum(view.baseline.negative_share) + 1)
        score, since = _cusum(view, (0.0, begin), range(begin, hour), gains, rho)
        view.memo[key] = _ClosedHours(score, since, gains, rho)
    closed: _ClosedHours = view.memo[key]
    return closed


def _still_raised(view: BrandView, usual: float, tuned: float) -> bool:
    """Return whether the last hours, the current one included, add to the sum."""
    hour, (_, _, gains, rho) = view.minute // 60, _closed_hours(view, usual, tuned)
    return sum(_gain(view.hour(past), gains, rho) for past in range(hour - PRESENT_HOURS + 1, hour + 1)) > 0


def _score(view: BrandView, usual: float, tuned: float) -> tuple[float, int]:
    """Return the sum now, and the first hour since it was last zero."""
    score, since, gains, rho = _closed_hours(view, usual, tuned)
    hour = view.minute // 60
    return _cusum(view, (score, since), range(max(hour, since), hour + 1), gains, rho)


def _cusum(
    view: BrandView, start: tuple[float, int], hours: range, gains: tuple[float, float], rho: float
) -> tuple[float, int]:
    """Return the sum after `hours`, and the first hour since it was last zero."""
    score, since = start
    most = CAP * -log(tail_probability(view.policy, 60))
    for hour in hours:
        score = min(most, score + _gain(view.hour(hour), gains, rho))
        if score <= 0:
            score, since = 0.0, hour + 1
    return score, since


def _gain(counts: Counts, gains: tuple[float, float], rho: float) -> float:
    judged = scored(counts)
    if not judged:
        return 0.0
    share = counts[NEGATIVE] / judged
    return judged / (1 + (judged - 1) * rho) * (share * gains[0] + (1 - share) * gains[1])


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    since = format_time_of_day(int(signal.evidence.extra["since"]))
    text = comparison(signal, language, wording.NEGATIVE_SHARE)
    return f"{text} : en hausse depuis {since} UTC" if language == "fr" else f"{text}: rising since {since} UTC"


def _headroom(view: BrandView, own: SentimentDrift) -> Headroom:
    """Return the headroom of the mentions of a day that are needed, then of the negative ones up to the limit.

    x negative mentions of an hour add at most g x / (1 + (x - 1) rho), which is what they add without any other.
    """
    few = Headroom(MENTIONS, own.min_mentions - scored(view.window(60 * HOURS)))
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    score, _, (gain, _), rho = _closed_hours(view, *_shares(view, own))
    left = -log(tail_probability(view.policy, 60)) - score
    most = gain - left * rho  # the hour cannot add more than gain / rho
    if most <= 0:
        return NO_LIMIT
    return Headroom(NEGATIVE, floor(left * (1 - rho) / most) - view.hour(view.minute // 60)[NEGATIVE])


DETECTOR: Final = Detector(
    name="sentiment_drift",
    parameters=SentimentDrift,
    label={"en": "Rising negative share", "fr": "Part de mentions négatives en hausse"},
    explain=explain,
    metrics=(wording.NEGATIVE_SHARE,),
    example=wording.Example("negative share", 360, 0.44, 0.2, 0.35),
    evaluate=evaluate,
    headroom=_headroom,
    statistic="cusum",
    main_parameters=(
        wording.MainParameter(
            "odds_ratio",
            {
                "en": "odds ratio to detect; larger looks for steeper rises [×]",
                "fr": "rapport de cotes à détecter ; plus grand, hausses plus nettes [×]",
            },
        ),
        wording.MIN_MENTIONS,
    ),
)
