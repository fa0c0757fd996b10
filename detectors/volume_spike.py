"""Volume spike detector: more mentions than the brand's baseline and its own daily peaks explain.

A count over a sliding window breaches when all of these hold:

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail

- n: the mentions of the last W minutes (W = `short_window`, `window`).
- P: the peak that an ordinary day of the brand brings, the power mean (sum w (m + c)^4 / sum w)^(1/4) of the largest
  sums m of the last 21 days, with each day's weight w halved every `learning.peak_half_life`, and c = sqrt(W) / 2
  (`detectors.stats.baseline`).
- X: the count that chance brings, negative binomial about the expected rate at this hour of the week.
- tail: the share of the promised false-alarm budget that falls to one window.
- `peak_ratio` is multiplied by 1.2 at low sensitivity, by 0.7 at high.

A quiet brand is also watched over an hour, and over `long_window` by the tail alone.

For a brand with few mentions, two weeks of history show how bursty it is (`detectors.stats.burstiness`). Then
P(X >= n) <= tail must hold for the likely burstiness too. If an hour's count is rare even for the highest burstiness
that the history allows, the hour breaches from `min_mentions` / 2 on, provided that it reaches 0.45 times the threshold
of `window` at medium sensitivity.

The severity is `info`: a volume peak is not a crisis, and pages nobody.

Trade-off: a higher `peak_ratio` means fewer alarms on ordinary bursts, and a later alarm on real ones.
Blind spots: a rise that stays below the usual daily peak; brands before `learning.warm_up`; the content of the
mentions.
Cost: four sums a minute.
Reference: the ratio to a power mean of daily peaks is our own; on NAB realTweets it beat every z-score, tail model and
decaying maximum that we tried (docs/results.md). The tail is the Gamma-Poisson model (Gelman et al., Bayesian Data
Analysis, 2.6).

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {"neutral": 180}), "volume_spike")
'info after 8 min at 22 mentions'
>>> first_alert(simulate(calm, calm), "volume_spike")
'silent'
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import (
    NO_LIMIT,
    BrandView,
    CountThreshold,
    Detector,
    Headroom,
    headroom_below,
    in_minutes,
    tail_probability,
)
from detectors.model.parameters import Windowed
from detectors.model.text import Language, comparison
from detectors.windows.buckets import DAY, MAX_SLIDING, MENTIONS

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy
    from detectors.stats.burstiness import Burstiness


class VolumeSpike(Windowed):
    """Parameters of the volume spike detector."""

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
"""Mentions expected in the main window below which a brand is quiet, and watched over two more windows. A brand with a
known burstiness (`detectors.stats.burstiness`) is always quiet."""

HOUR: Final = 60  # minutes
HOURLY_PEAK_SHARE: Final = 0.6
"""Share of the main window's threshold that an hour must reach: a bursty brand has most of a burst in one hour."""

BUDGET_SHARE: Final = 1 / 3
"""Share of the false-alarm budget: mentions are watched over more windows than anything else, and these overlap."""

STEADY_PEAK_SHARE: Final = 0.45
"""Share of the main window's threshold at medium sensitivity that an hour of a steady brand must reach: the daily peaks
show bursts that no model of chance foresees."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the thresholds on mentions at this hour, none before the warm-up is over."""
    if not view.baseline.warmed_up:
        return ()
    return tuple(_threshold(view, length, _count(view, length, min_count)) for length, min_count in _windows(view))


def _windows(view: BrandView) -> list[tuple[int, int]]:
    """Return the watched windows, each with the count it must reach before its rarity is tested."""
    params, baseline = view.policy.volume_spike, view.baseline
    ratio, short_window, main_window = (
        view.policy.peak_ratio_factor * params.peak_ratio,
        in_minutes(params.short_window),
        in_minutes(params.window),
    )
    main_peak = baseline.peak_threshold(1, main_window, ratio)
    windows = [
        (short_window, max(params.min_mentions, baseline.peak_threshold(0, short_window, ratio))),
        (main_window, max(params.min_mentions, main_peak)),
    ]
    if baseline.burstiness is None and baseline.expected(MENTIONS, main_window) >= QUIET_BELOW:
        return windows
    return [
        *windows,
        (HOUR, max(params.min_mentions, ceil(HOURLY_PEAK_SHARE * main_peak))),
        (in_minutes(params.long_window), params.min_mentions),
    ]


def _count(view: BrandView, length: int, min_count: int) -> int:
    """Return the count that breaches in a window: large, rare, and rare for a brand as bursty as this one."""
    rarity, baseline = tail_probability(view.policy, length, BUDGET_SHARE), view.baseline
    count = max(min_count, baseline.quantile(MENTIONS, length, rarity))
    if baseline.burstiness is None or length > MAX_SLIDING:
        return count
    count = max(count, baseline.burstiness.quantile(length, rarity))
    return min(count, _steady_brand_count(view, baseline.burstiness)) if length == HOUR else count


def _steady_brand_count(view: BrandView, bursts: Burstiness) -> int:
    """Return the count that breaches in an hour if the brand is as bursty as its history allows.

    The tail is the whole budget of an hour divided by max(1, m), with m the expected mentions. Measured, this keeps the
    promised budget: small counts rise in steps, and a rare count stays rare for a while (docs/results.md).
    """
    known: int | None = view.memo.get("steady brand count")
    if known is not None:
        return known
    params, baseline = view.policy.volume_spike, view.baseline
    of_peak = ceil(STEADY_PEAK_SHARE * baseline.peak_threshold(1, in_minutes(params.window), params.peak_ratio))
    rarity = view.policy.false_alarms_per_day / DAY / max(1.0, bursts.expected(HOUR))
    count = view.memo["steady brand count"] = max(_min_hourly(view), of_peak, bursts.quantile(HOUR, rarity, upper=True))
    return count


def _min_hourly(view: BrandView) -> int:
    return ceil(view.policy.volume_spike.min_mentions / 2)


def _headroom(view: BrandView) -> Headroom:
    """Return the headroom to the fewest mentions that can breach, then to the usual peaks and the quantile."""
    params = view.policy.volume_spike
    long_window = in_minutes(params.long_window)
    few = headroom_below(
        view,
        MENTIONS,
        [
            (in_minutes(params.short_window), params.min_mentions),
            (in_minutes(params.window), params.min_mentions),
            (HOUR, _min_hourly(view)),
            (long_window, params.min_mentions),
        ],
    )
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(MENTIONS, long_window, tail_probability(view.policy, long_window, BUDGET_SHARE))
    bounds = _windows(view)[:3]
    if view.baseline.burstiness is not None:
        bounds.append((HOUR, _steady_brand_count(view, view.baseline.burstiness)))
    return headroom_below(view, MENTIONS, [*bounds, (long_window, max(params.min_mentions, rare))])


def _threshold(view: BrandView, length: int, count: int) -> CountThreshold:
    baseline = view.baseline
    ordinary = baseline.quantile(MENTIONS, length, RESOLVE_TAIL)
    return CountThreshold(
        MENTIONS,
        length,
        baseline.expected(MENTIONS, length),
        ((count, "info"),),
        resolve_below=min(count, max(0.5 * view.policy.volume_spike.min_mentions, ordinary)),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.volume_spike.enabled


DETECTOR: Final = Detector("volume_spike", explain, _enabled, thresholds=thresholds, headroom=_headroom)
