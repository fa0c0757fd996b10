"""Has a usually busy channel fallen silent?

A dead source is not a calm brand. A channel that brings a share s of the brand's mentions and has said nothing for a
time in which mu = s * expected(that time) mentions were usual is silent when at once

    silent for >= `least_time`    and    mu >= least    and    P(X = 0) = (1 + v mu)^(-1/v) <= tail

with X negative binomial of relative variance v (Gamma-Poisson). Asked at the end of every hour, and of every minute
with a mention. The finding is worth a look (`info`). After `given_up_after` the channel is no longer usual and the
finding ends.

Blind to: channels beyond the eight busiest; quiet ones, whose silence says nothing; brands before `learning.warm_up`.
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
    """Parameters of the silence detector."""

    min_duration: Duration = Field(
        default=timedelta(hours=1),
        ge=timedelta(minutes=10),
        le=timedelta(hours=24),
        description="Shortest silence that is a finding; larger fires later and less [duration]",
    )
    min_expected: float = Field(
        default=20.0,
        ge=1.0,
        le=1_000_000,
        description="Mentions usual in that time from which silence is a finding; larger fires later [mentions]",
    )
    min_history: Duration = Field(
        default=timedelta(hours=72),
        ge=timedelta(hours=12),
        le=timedelta(days=14),
        description="History needed before nights are told from silence; larger speaks up later [duration]",
    )
    forget_after: Duration = Field(
        default=timedelta(hours=48),
        ge=timedelta(hours=2),
        le=timedelta(days=7),
        description="Silence after which a channel is no longer usual; larger keeps telling longer [duration]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return what the most striking silence among the channels says; None without one to judge."""
    own, usual = view.policy.no_data, view.baseline
    if not usual.warmed_up or usual.history < in_minutes(own.min_history):
        return None
    spread = usual.spreads[MENTIONS]
    worst: tuple[float, str, int] = (0.0, "", 0)
    for name, channel in view.sources.sources.items():
        silent = view.minute - channel.last
        if in_minutes(own.min_duration) <= silent < in_minutes(own.forget_after):
            missed = view.sources.share(name) * _expected_over(view, silent)
            worst = max(worst, (missed, name, silent))
    missed, name, silent = worst
    if not name:
        return None
    chance = -log1p(spread * missed) / spread if spread else -missed
    rare = chance <= log(tail_probability(view.policy, 60))
    severity: Severity | None = "info" if rare and missed >= own.min_expected else None
    lasting = 2 * missed >= own.min_expected
    return Finding(
        severity, lasting, "mentions", silent, 0.0, missed, 1.0, source=name, first_minute=view.minute - silent + 1
    )


def _expected_over(view: BrandView, silent: int) -> float:
    """Return the brand's mentions usual in the time of the silence; beyond a day each day is taken for alike."""
    within = min(silent, _DAY)
    days = (silent - within) / _DAY
    return view.baseline.expected(MENTIONS, within) + days * view.baseline.expected(MENTIONS, _DAY)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    evidence = signal.evidence
    channel = signal.contributors.channels[0][0]
    time = format_minutes(evidence.window_end - evidence.window_start, language)
    usual = format_number(evidence.expected or 0.0, language)
    if language == "fr":
        return f"aucune mention sur {channel} depuis {time}, d’habitude {usual}"
    return f"no mention from {channel} for {time}, usually {usual}"


def _enabled(policy: Policy) -> bool:
    return policy.no_data.enabled


def _below_threshold(view: BrandView) -> bool:
    return _none_missing(view, view.minute, 0.99)


def _none_missing(view: BrandView, minute: int, part: float) -> bool:
    """Tell whether by `minute` no channel is missed by `part` of what counts, were each hour as busy as the busiest."""
    own = view.policy.no_data
    silences = {name: minute - channel.last for name, channel in view.sources.sources.items()}
    silent = [name for name, length in silences.items() if in_minutes(own.min_duration) <= length]
    if not silent:
        return True
    if "busiest" not in view.memo:
        view.memo["busiest"] = view.hours.busiest()
    return all(
        view.sources.share(name) * view.memo["busiest"] * silences[name] / _HOUR < part * own.min_expected
        for name in silent
    )


_RECHECK_AFTER: Final = 1000
"""Mentions after which a channel's share is looked at again: it ages with the others, and rounding may favour it."""


def _headroom(view: BrandView) -> Headroom:
    """Return some room where no channel that is silent now can be missed enough before the hour ends.

    A channel that speaks is no longer silent for `least_time` in this hour, if that is an hour at least.
    """
    own, end = view.policy.no_data, view.minute // _HOUR * _HOUR + _HOUR - 1
    if in_minutes(own.min_duration) < _HOUR:
        return Headroom(MENTIONS, 0)
    if "stirring" not in view.memo:
        view.memo["stirring"] = not _none_missing(view, end, 0.95)
    return Headroom(MENTIONS, 0 if view.memo["stirring"] else _RECHECK_AFTER)


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
