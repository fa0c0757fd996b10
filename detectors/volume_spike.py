"""Are there more mentions than this brand is used to?

A count over a sliding window breaches when it is at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

with n the mentions of the last W minutes (W = `fast`, `window`), P the peak that one of the brand's own days usually
brings, and X the count that chance gives: negative binomial about the rate usual at this hour of the week. P is the
power mean of the largest sums m of the last 21 days, (sum w (m + c)^4 / sum w)^(1/4), each day's weight w halved every
`learning.peak_half_life`, and c = sqrt(W) / 2 (`detectors.stats.baseline`). `tail` is what the promised budget of false
alarms leaves to one window; `over_peak` is 1.2 times as large at low sensitivity, 0.7 times at high. A quiet
brand is also watched over an hour, and over `slow` hours by the tail alone.

Of a brand of few mentions a fortnight tells how bursty it is (`detectors.stats.burstiness`). Then P(X >= n) <= `tail` must hold
for the likely burstiness too; and where even the most that its history allows leaves an hour's count rare enough, this
breaches from `least` / 2 on, if it is 0.45 times what would breach in `window` at medium sensitivity.

A volume peak is not a crisis: the finding is worth a look (`info`), it pages nobody.

Blind to: a rise that stays under the usual daily peak; anything before `learning.warm_up`; what is said. Cost: four
sums a minute. The ratio to a power mean of daily peaks is our own: on NAB realTweets it beat every z-score, tail model
and decaying maximum tried (docs/results.md). The tail is the Gamma-Poisson model (Gelman et al., Bayesian Data
Analysis, 2.6).
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
    """Parameters of the volume detector."""

    min_mentions: int = Field(
        default=7,
        ge=1,
        le=1_000_000,
        description="Fewest mentions that can breach, half as many in an hour of a brand known to be calm; "
        "larger fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=1.25,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later and less [ratio]",
    )


QUIET_BELOW: Final = 10.0
"""Mentions expected in the main window below which a brand is quiet, and watched over two windows more; one of few
mentions (`detectors.stats.burstiness`) always is."""

HOUR: Final = 60  # minutes
HOURLY_PEAK_SHARE: Final = 0.6
"""How much of what would breach in the main window must fall into an hour: a bursty brand's hours hold most of it."""

BUDGET_SHARE: Final = 1 / 3
"""Of the budget of false alarms: mentions are watched over more windows than anything else, and these overlap."""

STEADY_PEAK_SHARE: Final = 0.45
"""How much of what would breach in the main window at medium sensitivity must fall into an hour of a calm brand: what
no model of chance foresees shows in the peaks of the days."""

RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the counts of mentions that breach at this hour; none before the warm-up is over."""
    if not view.baseline.warmed_up:
        return ()
    return tuple(_threshold(view, length, _count(view, length, least)) for length, least in _windows(view))


def _windows(view: BrandView) -> list[tuple[int, int]]:
    """Return the windows that are watched, and what a count must reach in each, were it no rarer."""
    own, usual = view.policy.volume_spike, view.baseline
    ratio, fast, main = (
        view.policy.peak_ratio_factor * own.peak_ratio,
        in_minutes(own.short_window),
        in_minutes(own.window),
    )
    over_main = usual.peak_threshold(1, main, ratio)
    windows = [
        (fast, max(own.min_mentions, usual.peak_threshold(0, fast, ratio))),
        (main, max(own.min_mentions, over_main)),
    ]
    if usual.burstiness is None and usual.expected(MENTIONS, main) >= QUIET_BELOW:
        return windows
    return [
        *windows,
        (HOUR, max(own.min_mentions, ceil(HOURLY_PEAK_SHARE * over_main))),
        (in_minutes(own.long_window), own.min_mentions),
    ]


def _count(view: BrandView, length: int, least: int) -> int:
    """Return the count that breaches in a window: large, rare, and rare too for a brand as bursty as this one."""
    rarity, usual = tail_probability(view.policy, length, BUDGET_SHARE), view.baseline
    count = max(least, usual.quantile(MENTIONS, length, rarity))
    if usual.burstiness is None or length > MAX_SLIDING:
        return count
    count = max(count, usual.burstiness.quantile(length, rarity))
    return min(count, _steady_brand_count(view, usual.burstiness)) if length == HOUR else count


def _steady_brand_count(view: BrandView, bursts: Burstiness) -> int:
    """Return the count that breaches in an hour if the brand is as bursty as it may be.

    What is rarer than the whole budget allows to an hour of m expected mentions, divided by max(1, m), comes no more
    often than promised: so few mentions climb in steps, and what is rare once is rare for a while (docs/results.md).
    """
    known: int | None = view.memo.get("volume calm")
    if known is not None:
        return known
    own, usual = view.policy.volume_spike, view.baseline
    of_peak = ceil(STEADY_PEAK_SHARE * usual.peak_threshold(1, in_minutes(own.window), own.peak_ratio))
    rarity = view.policy.false_alarms_per_day / DAY / max(1.0, bursts.expected(HOUR))
    found = view.memo["volume calm"] = max(_min_hourly(view), of_peak, bursts.quantile(HOUR, rarity, upper=True))
    return found


def _min_hourly(view: BrandView) -> int:
    return ceil(view.policy.volume_spike.min_mentions / 2)


def _headroom(view: BrandView) -> Headroom:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.volume_spike
    slow = in_minutes(own.long_window)
    few = headroom_below(
        view,
        MENTIONS,
        [
            (in_minutes(own.short_window), own.min_mentions),
            (in_minutes(own.window), own.min_mentions),
            (HOUR, _min_hourly(view)),
            (slow, own.min_mentions),
        ],
    )
    if few.remaining > 0:
        return few
    if not view.baseline.warmed_up:
        return NO_LIMIT
    rare = view.baseline.quantile(MENTIONS, slow, tail_probability(view.policy, slow, BUDGET_SHARE))
    bounds = _windows(view)[:3]
    if view.baseline.burstiness is not None:
        bounds.append((HOUR, _steady_brand_count(view, view.baseline.burstiness)))
    return headroom_below(view, MENTIONS, [*bounds, (slow, max(own.min_mentions, rare))])


def _threshold(view: BrandView, length: int, count: int) -> CountThreshold:
    usual = view.baseline
    calm = usual.quantile(MENTIONS, length, RESOLVE_TAIL)
    return CountThreshold(
        MENTIONS,
        length,
        usual.expected(MENTIONS, length),
        ((count, "info"),),
        resolve_below=min(count, max(0.5 * view.policy.volume_spike.min_mentions, calm)),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.volume_spike.enabled


DETECTOR: Final = Detector("volume_spike", explain, _enabled, thresholds=thresholds, headroom=_headroom)
