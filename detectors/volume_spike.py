"""Volume spike detector: more mentions than the brand's baseline and its own daily peaks explain.

A count over a sliding window breaches when all of these hold:

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail

- n: the mentions of the last W minutes (W = `windows.short`, `windows.main`).
- P: the peak that an ordinary day of the brand brings, the power mean (sum w (m + c)^4 / sum w)^(1/4) of the largest
  sums m of the last 21 days, with each day's weight w halved every `learning.peak_half_life`, and c = sqrt(W) / 2
  (`detectors.stats.baseline`).
- X: the count that chance brings, negative binomial about the expected rate at this hour of the week.
- tail: the share of the promised false-alarm budget that falls to one window.
- `peak_ratio` is multiplied by 1.2 at low sensitivity, by 0.7 at high.

A quiet brand is also watched over an hour, and over `windows.long` by the tail alone.

For a brand with few mentions, two weeks of history show how bursty it is (`detectors.stats.burstiness`). Then
P(X >= n) <= tail must hold for the likely burstiness too. If an hour's count is rare even for the highest burstiness
that the history allows, the hour breaches from `min_mentions` / 2 on, provided that it reaches 0.45 times the threshold
of `windows.main` at medium sensitivity.

The severity is `info`: a volume peak is not a crisis, and pages nobody.

Trade-off: a higher `peak_ratio` means fewer alarms on ordinary bursts, and a later alarm on real ones.
Blind spots: a rise that stays below the usual daily peak; brands before `learning.warm_up`; the content of the
mentions.
Cost: four sums a minute.
Reference: the ratio to a power mean of daily peaks is our own; on NAB realTweets it beat every z-score, tail model and
decaying maximum that we tried (docs/results.md). The tail is the Gamma-Poisson model (Gelman et al., Bayesian Data
Analysis, 2.6).

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {"neutral": 180}), "volume_spike")
'info after 8 min at 22 mentions'
>>> first_alert(simulate(usual, usual), "volume_spike")
'no alert'
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import NO_LIMIT, Detector, Tuning, headroom_below, in_minutes, tail_probability
from detectors.model import wording
from detectors.model.finding import CountThreshold, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import DAY, MAX_SLIDING, MENTIONS

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language
    from detectors.stats.burstiness import Burstiness
    from detectors.view import BrandView


class VolumeSpike(Switched):
    """Parameters of the detector."""

    min_mentions: int = Field(
        default=7,
        ge=1,
        le=1_000_000,
        description="Fewest mentions that can fire, half as many in an hour of a brand known to be steady; "
        "a larger value fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=1.25,
        ge=0.1,
        le=100,
        description="Multiple of the brand's usual daily peak that fires; "
        "a larger value fires later and less often [ratio]",
    )


QUIET_BELOW: Final = 10.0
"""Mentions expected in the main window below which a brand is quiet and evaluated over two windows more; a brand of few
mentions (`detectors.stats.burstiness`) always is."""

HOUR: Final = 60  # minutes
HOURLY_PEAK_SHARE: Final = 0.6
"""How much of what would breach in the main window must fall into an hour: a bursty brand's hours hold most of it."""

BUDGET_SHARE: Final = 1 / 3
"""Of the budget of false alarms: mentions are counted over more windows than anything else, and these overlap."""

STEADY_PEAK_SHARE: Final = 0.45
"""How much of what would breach in the main window at medium sensitivity must fall into an hour of a steady brand: what
no model of chance foresees shows in the peaks of the days."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView, own: VolumeSpike) -> tuple[CountThreshold, ...]:
    """Return the counts of mentions that breach in this hour; none before the warm-up is over."""
    if not view.baseline.warmed_up:
        return ()
    windows = _windows(view, own)
    return tuple(_threshold(view, own, length, _count(view, own, length, least)) for length, least in windows)


def _windows(view: BrandView, own: VolumeSpike) -> list[tuple[int, int]]:
    """Return the windows, each with what its count must reach besides being rare."""
    baseline, shared, ratio = view.baseline, view.policy.windows, view.policy.peak_ratio_factor * own.peak_ratio
    short, main = in_minutes(shared.short), in_minutes(shared.main)
    main_peak = baseline.peak_threshold(1, main, ratio)
    windows = [
        (short, max(own.min_mentions, baseline.peak_threshold(0, short, ratio))),
        (main, max(own.min_mentions, main_peak)),
    ]
    if baseline.burstiness is None and baseline.expected(MENTIONS, main) >= QUIET_BELOW:
        return windows
    hourly = max(own.min_mentions, ceil(HOURLY_PEAK_SHARE * main_peak))
    return [*windows, (HOUR, hourly), (in_minutes(shared.long), own.min_mentions)]


def _count(view: BrandView, own: VolumeSpike, length: int, least: int) -> int:
    """Return the count that breaches in a window: large, rare, and rare too for a brand as bursty as this one."""
    rarity, baseline = tail_probability(view.policy, length, BUDGET_SHARE), view.baseline
    count = max(least, baseline.quantile(MENTIONS, length, rarity))
    if baseline.burstiness is None or length > MAX_SLIDING:
        return count
    count = max(count, baseline.burstiness.quantile(length, rarity))
    return min(count, _steady_brand_count(view, own, baseline.burstiness)) if length == HOUR else count


def _steady_brand_count(view: BrandView, own: VolumeSpike, burstiness: Burstiness) -> int:
    """Return the count that breaches in an hour if the brand is as bursty as its history allows.

    What is rarer than the whole budget allows to an hour of m expected mentions, divided by max(1, m), comes no more
    often than promised: so few mentions climb in steps, and what is rare once is rare for a while (docs/results.md).
    """
    known: int | None = view.memo.get("volume_spike steady")
    if known is not None:
        return known
    main = in_minutes(view.policy.windows.main)
    of_peak = ceil(STEADY_PEAK_SHARE * view.baseline.peak_threshold(1, main, own.peak_ratio))
    rarity = view.policy.false_alarms_per_day / DAY / max(1.0, burstiness.expected(HOUR))
    count = max(_min_hourly(own), of_peak, burstiness.quantile(HOUR, rarity, upper=True))
    view.memo["volume_spike steady"] = count
    return count


def _min_hourly(own: VolumeSpike) -> int:
    return ceil(own.min_mentions / 2)


def _headroom(view: BrandView, own: VolumeSpike) -> Headroom:
    """Return the headroom below the fewest mentions that can breach, then below the usual peaks: tails cost most."""
    shared = view.policy.windows
    long = in_minutes(shared.long)
    lengths = (in_minutes(shared.short), in_minutes(shared.main), long)
    few = headroom_below(view, MENTIONS, [*((n, own.min_mentions) for n in lengths), (HOUR, _min_hourly(own))])
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(MENTIONS, long, tail_probability(view.policy, long, BUDGET_SHARE))
    bounds = _windows(view, own)[:3]
    if view.baseline.burstiness is not None:
        bounds.append((HOUR, _steady_brand_count(view, own, view.baseline.burstiness)))
    return headroom_below(view, MENTIONS, [*bounds, (long, max(own.min_mentions, rare))])


def _threshold(view: BrandView, own: VolumeSpike, length: int, count: int) -> CountThreshold:
    baseline = view.baseline
    usual = baseline.quantile(MENTIONS, length, RESOLVE_TAIL)
    return CountThreshold(
        MENTIONS,
        length,
        baseline.expected(MENTIONS, length),
        ((count, "info"),),
        resolve_below=min(count, max(0.5 * own.min_mentions, usual)),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, wording.MENTIONS)


DETECTOR: Final = Detector(
    name="volume_spike",
    parameters=VolumeSpike,
    label={"en": "More mentions than usual", "fr": "Plus de mentions que d’habitude"},
    explain=explain,
    metrics=(wording.MENTIONS,),
    example=wording.Example("mentions", 120, 1240, 300, 780),
    thresholds=thresholds,
    headroom=_headroom,
    main_parameters=(wording.PEAK_RATIO, wording.MIN_MENTIONS),
    featured=("peak_ratio",),
    tuning=Tuning(scaled=("peak_ratio",)),
)
