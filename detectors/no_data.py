"""Has a usually busy channel fallen silent?

A dead source is not a calm brand. A channel that brings a share s of the brand's mentions and has said nothing for a
time in which mu = s * expected(that time) mentions were usual is silent when at once

    silent for >= `least_time`    and    mu >= least    and    P(X = 0) = (1 + v mu)^(-1/v) <= tail

with X negative binomial of relative variance v (Gamma-Poisson). Asked at the end of every hour, and of every minute
with a mention. The finding is worth a look (`watch`). After `given_up_after` the channel is no longer usual and the
finding ends.

Blind to: channels beyond the eight busiest; quiet ones, whose silence says nothing; brands before `learning.warm_up`.
Cost: eight sums an hour.
Reference: as `detectors.volume_spike`; the zero class of the negative binomial.

>>> from detectors.engine.simulation import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {}, hours=6), "silence")
'watch after 60 min at 0 mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import log, log1p
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import Detector, Finding, Room, View, minutes, tail
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, number, span
from detectors.windows.buckets import MENTIONS

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.policy import Policy

_HOUR: Final = 60  # minutes
_DAY: Final = 24 * 60


class Silence(Switched):
    """Parameters of the silence detector."""

    least_time: Duration = Field(
        default=timedelta(hours=1),
        ge=timedelta(minutes=10),
        le=timedelta(hours=24),
        description="Shortest silence that is a finding; larger fires later and less [duration]",
    )
    least: float = Field(
        default=20.0,
        ge=1.0,
        le=1_000_000,
        description="Mentions usual in that time from which silence is a finding; larger fires later [mentions]",
    )
    history: Duration = Field(
        default=timedelta(hours=72),
        ge=timedelta(hours=12),
        le=timedelta(days=14),
        description="History needed before nights are told from silence; larger speaks up later [duration]",
    )
    given_up_after: Duration = Field(
        default=timedelta(hours=48),
        ge=timedelta(hours=2),
        le=timedelta(days=7),
        description="Silence after which a channel is no longer usual; larger keeps telling longer [duration]",
    )


def judge(view: View) -> Finding | None:
    """Return what the most striking silence among the channels says; None without one to judge."""
    own, usual = view.policy.silence, view.usual
    if not usual.warm or usual.history < minutes(own.history):
        return None
    spread = usual.spreads[MENTIONS]
    worst: tuple[float, str, int] = (0.0, "", 0)
    for name, channel in view.channels.known.items():
        silent = view.minute - channel.last
        if minutes(own.least_time) <= silent < minutes(own.given_up_after):
            missed = view.channels.share(name) * _usual_over(view, silent)
            worst = max(worst, (missed, name, silent))
    missed, name, silent = worst
    if not name:
        return None
    chance = -log1p(spread * missed) / spread if spread else -missed
    rare = chance <= log(tail(view.policy, 60))
    severity: Severity | None = "watch" if rare and missed >= own.least else None
    lasting = 2 * missed >= own.least
    return Finding(
        severity, lasting, "mentions", silent, 0.0, missed, 1.0, subject=name, since=view.minute - silent + 1
    )


def _usual_over(view: View, silent: int) -> float:
    """Return the brand's mentions usual in the time of the silence; beyond a day each day is taken for alike."""
    within = min(silent, _DAY)
    days = (silent - within) / _DAY
    return view.usual.expected(MENTIONS, within) + days * view.usual.expected(MENTIONS, _DAY)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    evidence = signal.evidence
    channel = signal.drivers.channels[0][0]
    time = span(evidence.window_end - evidence.window_start, language)
    usual = number(evidence.expected or 0.0, language)
    if language == "fr":
        return f"aucune mention sur {channel} depuis {time}, d’habitude {usual}"
    return f"no mention from {channel} for {time}, usually {usual}"


def _enabled(policy: Policy) -> bool:
    return policy.silence.enabled


def _dormant(view: View) -> bool:
    return _unmissed(view, view.minute, 0.99)


def _unmissed(view: View, minute: int, part: float) -> bool:
    """Tell whether by `minute` no channel is missed by `part` of what counts, were each hour as busy as the busiest."""
    own = view.policy.silence
    silences = {name: minute - channel.last for name, channel in view.channels.known.items()}
    silent = [name for name, length in silences.items() if minutes(own.least_time) <= length]
    if not silent:
        return True
    if "busiest" not in view.memo:
        view.memo["busiest"] = view.hours.busiest()
    return all(
        view.channels.share(name) * view.memo["busiest"] * silences[name] / _HOUR < part * own.least for name in silent
    )


_SHARES_HOLD: Final = 1000
"""Mentions after which a channel's share is looked at again: it ages with the others, and rounding may favour it."""


def _room(view: View) -> Room:
    """Return some room where no channel that is silent now can be missed enough before the hour ends.

    A channel that speaks is no longer silent for `least_time` in this hour, if that is an hour at least.
    """
    own, end = view.policy.silence, view.minute // _HOUR * _HOUR + _HOUR - 1
    if minutes(own.least_time) < _HOUR:
        return Room(MENTIONS, 0)
    if "stirring" not in view.memo:
        view.memo["stirring"] = not _unmissed(view, end, 0.95)
    return Room(MENTIONS, 0 if view.memo["stirring"] else _SHARES_HOLD)


DETECTOR: Final = Detector(
    "silence", explain, _enabled, judge=judge, room=_room, dormant=_dormant, hourly=True, holds=False
)
