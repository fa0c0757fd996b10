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

A volume peak is not a crisis: the finding is worth a look (`watch`), it pages nobody.

Blind to: a rise that stays under the usual daily peak; anything before `learning.warm_up`; what is said. Cost: four
sums a minute. The ratio to a power mean of daily peaks is our own: on NAB realTweets it beat every z-score, tail model
and decaying maximum tried (docs/results.md). The tail is the Gamma-Poisson model (Gelman et al., Bayesian Data
Analysis, 2.6).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import ENDLESS, Detector, Limit, Room, View, minutes, room_below, tail
from detectors.model.parameters import Windowed
from detectors.model.text import Language, lead
from detectors.windows.buckets import DAY, MENTIONS, SLIDING

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy
    from detectors.stats.burstiness import Bursts


class Volume(Windowed):
    """Parameters of the volume detector."""

    least: int = Field(
        default=7,
        ge=1,
        le=1_000_000,
        description="Fewest mentions that can breach, half as many in an hour of a brand known to be calm; "
        "larger fires later [mentions]",
    )
    over_peak: float = Field(
        default=1.25,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later and less [ratio]",
    )


QUIET: Final = 10.0
"""Mentions expected in the main window below which a brand is quiet, and watched over two windows more; one of few
mentions (`detectors.stats.burstiness`) always is."""

HOUR: Final = 60  # minutes
HOUR_OF_PEAK: Final = 0.6
"""How much of what would breach in the main window must fall into an hour: a bursty brand's hours hold most of it."""

PART: Final = 1 / 3
"""Of the budget of false alarms: mentions are watched over more windows than anything else, and these overlap."""

CALM_OF_PEAK: Final = 0.45
"""How much of what would breach in the main window at medium sensitivity must fall into an hour of a calm brand: what
no model of chance foresees shows in the peaks of the days."""

LOOSE: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def limits(view: View) -> tuple[Limit, ...]:
    """Return the counts of mentions that breach at this hour; none before the warm-up is over."""
    if not view.usual.warm:
        return ()
    return tuple(_limit(view, length, _count(view, length, least)) for length, least in _bursts(view))


def _bursts(view: View) -> list[tuple[int, int]]:
    """Return the windows that are watched, and what a count must reach in each, were it no rarer."""
    own, usual = view.policy.volume, view.usual
    ratio, fast, main = view.policy.strictness * own.over_peak, minutes(own.fast), minutes(own.window)
    over_main = usual.over_peak(1, main, ratio)
    windows = [(fast, max(own.least, usual.over_peak(0, fast, ratio))), (main, max(own.least, over_main))]
    if usual.bursts is None and usual.expected(MENTIONS, main) >= QUIET:
        return windows
    return [*windows, (HOUR, max(own.least, ceil(HOUR_OF_PEAK * over_main))), (minutes(own.slow), own.least)]


def _count(view: View, length: int, least: int) -> int:
    """Return the count that breaches in a window: large, rare, and rare too for a brand as bursty as this one."""
    rarity, usual = tail(view.policy, length, PART), view.usual
    count = max(least, usual.surprise(MENTIONS, length, rarity))
    if usual.bursts is None or length > SLIDING:
        return count
    count = max(count, usual.bursts.surprise(length, rarity))
    return min(count, _calm(view, usual.bursts)) if length == HOUR else count


def _calm(view: View, bursts: Bursts) -> int:
    """Return the count that breaches in an hour if the brand is as bursty as it may be.

    What is rarer than the whole budget allows to an hour of m expected mentions, divided by max(1, m), comes no more
    often than promised: so few mentions climb in steps, and what is rare once is rare for a while (docs/results.md).
    """
    known: int | None = view.memo.get("volume calm")
    if known is not None:
        return known
    own, usual = view.policy.volume, view.usual
    of_peak = ceil(CALM_OF_PEAK * usual.over_peak(1, minutes(own.window), own.over_peak))
    rarity = view.policy.false_alarms_per_day / DAY / max(1.0, bursts.expected(HOUR))
    found = view.memo["volume calm"] = max(_fewest(view), of_peak, bursts.surprise(HOUR, rarity, most=True))
    return found


def _fewest(view: View) -> int:
    return ceil(view.policy.volume.least / 2)


def _room(view: View) -> Room:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.volume
    slow = minutes(own.slow)
    few = room_below(
        view,
        MENTIONS,
        [(minutes(own.fast), own.least), (minutes(own.window), own.least), (HOUR, _fewest(view)), (slow, own.least)],
    )
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    rare = view.usual.surprise(MENTIONS, slow, tail(view.policy, slow, PART))
    bounds = _bursts(view)[:3]
    if view.usual.bursts is not None:
        bounds.append((HOUR, _calm(view, view.usual.bursts)))
    return room_below(view, MENTIONS, [*bounds, (slow, max(own.least, rare))])


def _limit(view: View, length: int, count: int) -> Limit:
    usual = view.usual
    calm = usual.surprise(MENTIONS, length, LOOSE)
    return Limit(
        MENTIONS,
        length,
        usual.expected(MENTIONS, length),
        ((count, "watch"),),
        resolve_below=min(count, max(0.5 * view.policy.volume.least, calm)),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.volume.enabled


DETECTOR: Final = Detector("volume", explain, _enabled, limits=limits, room=_room)
