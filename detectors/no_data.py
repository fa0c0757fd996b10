"""No-data detector: a usually busy channel has stopped sending mentions.

A dead source is not a usual brand. A channel that brings a share s of the brand's mentions, and has sent nothing for a
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
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {}, hours=6), "no_data")
'info after 60 min at 0 mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import log, log1p
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import Field

from detectors.base import Detector, in_minutes, tail_probability
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal import Coverage
from detectors.model.signal_text import format_minutes, format_number
from detectors.stats.idle_rates import ERROR
from detectors.windows.buckets import MENTIONS

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.stats.burstiness import Floats
    from detectors.view import BrandView

_HOUR: Final = 60  # minutes
_DAY: Final = 24 * 60


class NoData(Switched):
    """Parameters of the detector."""

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


def evaluate(view: BrandView, own: NoData) -> Finding | None:
    """Return the finding on the silent channel whose mentions are missed most; None where few are missed."""
    usual = view.usual_mentions
    if not usual.warmed_up or usual.history < in_minutes(own.min_history):
        return None
    worst: tuple[float, str, int] = (0.0, "", 0)
    for name, source in view.sources.sources.items():
        silent = view.minute - source.last
        if in_minutes(own.min_duration) <= silent < in_minutes(own.forget_after):
            missed = view.sources.share(name) * _expected_over(view, silent)
            worst = max(worst, (missed, name, silent))
    missed, name, silent = worst
    ongoing = 2 * missed >= own.min_expected
    if not name or not ongoing:
        return None
    spread = view.baseline.spreads[MENTIONS]
    chance = -log1p(spread * missed) / spread if spread else -missed
    rare = chance <= log(tail_probability(view.policy, 60))
    severity: Severity | None = "info" if rare and missed >= own.min_expected else None
    first, metric = view.minute - silent + 1, wording.MENTIONS.name
    return Finding(severity, ongoing, metric, silent, 0.0, missed, 1.0, source=name, first_minute=first)


def _expected_over(view: BrandView, silent: int) -> float:
    """Return the brand's mentions expected in the time without data; beyond a day all days count alike."""
    within = min(silent, _DAY)
    days = (silent - within) / _DAY
    return view.usual_mentions.expected(within) + days * view.usual_mentions.expected(_DAY)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    evidence = signal.evidence
    channel = signal.contributors.channels[0][0]
    time = format_minutes(evidence.window_end - evidence.window_start, language)
    usual = format_number(evidence.expected or 0.0, language)
    if language == "fr":
        return f"aucune mention sur {channel} depuis {time}, d’habitude {usual}"
    return f"no mentions from {channel} for {time}, usually {usual}"


def coverage(view: BrandView, own: NoData) -> Coverage | None:
    """Return how many of the usually busy channels are active; None while too little is known to tell.

    A channel is silent after `min_duration`, if `min_expected` mentions were expected in that time. When everything is
    busier than usual this errs towards active: the baseline is that of ordinary days.
    """
    baseline = view.baseline
    if not baseline.warmed_up or not view.sources.sources or not view.sources.total:
        return None
    shares = {name: view.sources.share(name) for name in view.sources.sources}
    silent = []
    for name, source in view.sources.sources.items():
        length = view.minute - source.last
        missed = shares[name] * baseline.expected(MENTIONS, min(length, _DAY)) if length > 0 else 0.0
        if length >= in_minutes(own.min_duration) and missed >= own.min_expected:
            silent.append(name)
    live_share = sum(share for name, share in shares.items() if name not in silent) / sum(shares.values())
    return Coverage(
        len(shares) - len(silent),
        len(shares),
        round(live_share, 3),
        tuple(sorted(silent, key=shares.__getitem__, reverse=True)),
    )


def _below_threshold(view: BrandView, own: NoData) -> bool:
    return _none_missing(view, own, view.minute, 0.99)


def _none_missing(view: BrandView, own: NoData, minute: int, part: float) -> bool:
    """Return whether by `minute` no channel misses `part` of `min_expected`, were each hour as busy as the busiest."""
    silences = {name: minute - source.last for name, source in view.sources.sources.items()}
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
"""Mentions after which a channel's share is computed again: counts are halved together, and rounding may favour it."""


def _headroom(view: BrandView, own: NoData) -> Headroom:
    """Return some headroom where no channel that is silent now can miss enough before the hour ends.

    A channel that is active now cannot be silent for `min_duration` in this hour, if that is an hour at least.
    """
    end = view.minute // _HOUR * _HOUR + _HOUR - 1
    if in_minutes(own.min_duration) < _HOUR:
        return Headroom(MENTIONS, 0)
    if "no_data possible" not in view.memo:
        view.memo["no_data possible"] = not _none_missing(view, own, end, 0.95)
    return Headroom(MENTIONS, 0 if view.memo["no_data possible"] else _RECHECK_AFTER)


def _first_possible(view: BrandView, own: NoData, hours: int) -> int:
    """Return in how many hours a channel may miss enough, `hours` at most, if no mention comes."""
    sources = view.sources
    shares = {name: sources.share(name) for name in sources.sources}
    rates = view.idle_rates(hours)
    if rates is None:
        return 0
    totals = np.cumsum(rates, axis=1)
    least = own.min_expected / 2 * (1 - 2 * ERROR)
    longest = min(
        view.minute + _HOUR * (hours - 1) - min(source.last for source in sources.sources.values()),
        in_minutes(own.forget_after),
    )
    busiest = float(totals[:, -1].max()) * max(1.0, longest / _DAY)
    first = hours
    for name, source in sources.sources.items():
        if shares[name] * busiest >= least:
            missed = shares[name] * _expected_ahead(rates, totals, view.minute - source.last)
            silent = view.minute - source.last + _HOUR * np.arange(hours)
            counts = (silent >= in_minutes(own.min_duration)) & (silent < in_minutes(own.forget_after))
            possible = np.flatnonzero(counts & (missed >= least))
            first = min(first, int(possible[0])) if len(possible) else first
    return first


def _expected_ahead(rates: Floats, totals: Floats, silent: int) -> Floats:
    """Return `_expected_over` at the end of each hour ahead, for a channel that is `silent` in the first."""
    lengths = silent + _HOUR * np.arange(len(rates))
    within = np.minimum(lengths, _DAY)
    rows, whole = np.arange(len(rates)), within // _HOUR
    begun = np.where(whole > 0, totals[rows, np.maximum(whole, 1) - 1], 0.0)
    rest = (within - _HOUR * whole) / _HOUR * rates[rows, np.minimum(whole, _DAY // _HOUR - 1)]
    expected: Floats = begun + rest + (lengths - within) / _DAY * totals[:, -1]
    return expected


DETECTOR: Final = Detector(
    name="no_data",
    parameters=NoData,
    label={"en": "No mentions from a channel", "fr": "Plus aucune mention sur un canal"},
    explain=explain,
    metrics=(wording.MENTIONS,),
    example=wording.Example("mentions", 180, 0, 40, 1),
    evaluate=evaluate,
    headroom=_headroom,
    below_threshold=_below_threshold,
    hourly=True,
    first_possible=_first_possible,
    pauses_learning=False,
    charted=False,  # its threshold is another one for each channel
    alert_text={"en": "no mention from {source} for {window}", "fr": "aucune mention sur {source} depuis {window}"},
    main_parameters=(
        wording.MainParameter(
            "min_expected",
            {
                "en": "mentions expected in that time; larger fires later [mentions]",
                "fr": "mentions attendues sur cette durée ; plus grand, plus tard [mentions]",
            },
        ),
        wording.MainParameter(
            "min_duration",
            {
                "en": "minimum time without data; larger fires later [such as 1h or 90m]",
                "fr": "durée minimale sans données ; plus grand, plus tard [comme 1h ou 90m]",
            },
        ),
    ),
    coverage=coverage,
    forget_sources_after=lambda own: own.forget_after,
)
