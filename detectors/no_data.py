"""No-data detector: a usually busy channel has stopped sending mentions.

A dead source is not a calm brand. A channel that brings a share s of the brand's mentions, and has sent nothing for a
time in which mu = s * expected(that time) mentions were expected, breaches when all of these hold:

    silent for >= min_duration    and    mu >= min_expected    and    P(X = 0) = (1 + v mu)^(-1/v) <= tail

with X negative binomial of relative variance v (Gamma-Poisson). The detector runs at the end of every hour and of every
minute with a mention. The severity is `info`. After `forget_after` the channel is no longer expected to send, and the
finding ends.

Trade-off: a longer `min_duration` avoids alarms about pauses, and reports a broken source later.
Blind spots: channels beyond the eight busiest; quiet channels, whose silence is no evidence; brands with less history
than `learning.warm_up` or `min_history`.
Cost: eight sums an hour.
Reference: as `detectors.volume_spike`; the zero class of the negative binomial.

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {}, hours=6), "no_data")
'info after 60 min at 0 mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import log, log1p
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import BrandView, Detector, Finding, Headroom, in_minutes, tail_probability
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, format_minutes, format_number
from detectors.windows.buckets import MENTIONS

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.policy import Policy

_HOUR: Final = 60  # minutes
_DAY: Final = 24 * 60


class NoData(Switched):
    """Parameters of the no-data detector."""

    min_duration: Duration = Field(
        default=timedelta(hours=1),
        ge=timedelta(minutes=10),
        le=timedelta(hours=24),
        description="Shortest time without mentions that fires; a larger value fires later and less often [duration]",
    )
    min_expected: float = Field(
        default=20.0,
        ge=1.0,
        le=1_000_000,
        description="Mentions expected in that time for its silence to fire; a larger value fires later [mentions]",
    )
    min_history: Duration = Field(
        default=timedelta(hours=72),
        ge=timedelta(hours=12),
        le=timedelta(days=14),
        description="History needed to know which hours are quiet anyway; a larger value starts later [duration]",
    )
    forget_after: Duration = Field(
        default=timedelta(hours=48),
        ge=timedelta(hours=2),
        le=timedelta(days=7),
        description="Time without mentions after which a channel is forgotten; "
        "a larger value keeps the finding open longer [duration]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return the finding about the channel with the most missing mentions, None without a silent channel."""
    params, baseline = view.policy.no_data, view.baseline
    if not baseline.warmed_up or baseline.history < in_minutes(params.min_history):
        return None
    spread = baseline.spreads[MENTIONS]
    worst: tuple[float, str, int] = (0.0, "", 0)
    for name, channel in view.sources.sources.items():
        silent = view.minute - channel.last
        if in_minutes(params.min_duration) <= silent < in_minutes(params.forget_after):
            missed = view.sources.share(name) * _expected_over(view, silent)
            worst = max(worst, (missed, name, silent))
    missed, name, silent = worst
    if not name:
        return None
    chance = -log1p(spread * missed) / spread if spread else -missed
    rare = chance <= log(tail_probability(view.policy, 60))
    severity: Severity | None = "info" if rare and missed >= params.min_expected else None
    ongoing = 2 * missed >= params.min_expected
    return Finding(
        severity, ongoing, "mentions", silent, 0.0, missed, 1.0, source=name, first_minute=view.minute - silent + 1
    )


def _expected_over(view: BrandView, silent: int) -> float:
    """Return the brand's mentions expected in the silent time; beyond 24 hours each day counts like the last."""
    within = min(silent, _DAY)
    days = (silent - within) / _DAY
    return view.baseline.expected(MENTIONS, within) + days * view.baseline.expected(MENTIONS, _DAY)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    evidence = signal.evidence
    channel = signal.contributors.channels[0][0]
    duration = format_minutes(evidence.window_end - evidence.window_start, language)
    expected = format_number(evidence.expected or 0.0, language)
    if language == "fr":
        return f"aucune mention sur {channel} depuis {duration}, d’habitude {expected}"
    return f"no mentions from {channel} for {duration}, usually {expected}"


def _enabled(policy: Policy) -> bool:
    return policy.no_data.enabled


def _below_threshold(view: BrandView) -> bool:
    return _none_missing(view, view.minute, 0.99)


def _none_missing(view: BrandView, minute: int, part: float) -> bool:
    """Return whether by `minute` no channel can miss `part` of `min_expected`, even if every hour were the busiest."""
    params = view.policy.no_data
    silences = {name: minute - channel.last for name, channel in view.sources.sources.items()}
    silent = [name for name, length in silences.items() if in_minutes(params.min_duration) <= length]
    if not silent:
        return True
    if "busiest hour" not in view.memo:
        view.memo["busiest hour"] = view.hours.busiest()
    return all(
        view.sources.share(name) * view.memo["busiest hour"] * silences[name] / _HOUR < part * params.min_expected
        for name in silent
    )


_RECHECK_AFTER: Final = 1000
"""Mentions after which the shares are computed again: counts age together, and rounding may raise a share."""


def _headroom(view: BrandView) -> Headroom:
    """Return headroom if no channel that is silent now can miss enough mentions before the hour ends.

    A channel that sends a mention cannot reach `min_duration` within the hour if that is an hour or more.
    """
    params, end = view.policy.no_data, view.minute // _HOUR * _HOUR + _HOUR - 1
    if in_minutes(params.min_duration) < _HOUR:
        return Headroom(MENTIONS, 0)
    if "no_data may breach" not in view.memo:
        view.memo["no_data may breach"] = not _none_missing(view, end, 0.95)
    return Headroom(MENTIONS, 0 if view.memo["no_data may breach"] else _RECHECK_AFTER)


DETECTOR: Final = Detector(
    "no_data",
    explain,
    _enabled,
    evaluate=evaluate,
    headroom=_headroom,
    below_threshold=_below_threshold,
    hourly=True,
    pauses_learning=False,
)
