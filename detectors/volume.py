"""Are there more mentions than this brand is used to?

A count over a sliding window breaches when it is at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

with n the mentions of the last W minutes (W = `fast`, `window`), P the peak that one of the brand's own days usually
brings, and X the count that chance gives: negative binomial about the rate usual at this hour of the week. P is the
power mean of the largest sums m of the last 21 days, (sum w (m + c)^4 / sum w)^(1/4), each day's weight w halved every
`learning.peak_half_life`, and c = sqrt(W) / 2 (`detectors.baseline`). `tail` is what the promised budget of false
alarms leaves to one window; `over_peak` is 1.2 times as large at low sensitivity, 0.7 times at high. A quiet
brand is also watched over `slow` hours by the tail alone, and over an hour: there half of what would breach in `window`
is enough if chance, as restless as this brand's own hours are known to be, seldom brings as many.

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

from detectors.buckets import MENTIONS
from detectors.parameters import Windowed
from detectors.rule import ENDLESS, Detector, Limit, Room, View, minutes, room_below, tail
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal


class Volume(Windowed):
    """Parameters of the volume detector."""

    least: int = Field(
        default=7, ge=1, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    over_peak: float = Field(
        default=1.25,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later and less [ratio]",
    )


QUIET: Final = 10.0
"""Mentions expected in the main window below which a brand is quiet, and watched over two windows more."""

HOUR: Final = 60  # minutes
HOUR_OF_PEAK: Final = 0.5
"""How much of what would breach in the main window at medium sensitivity must fall into an hour."""

HOUR_PART: Final = 0.5
"""Of the budget of false alarms, for the hour: the other windows of a quiet brand seldom find what it does not."""

HOUR_LOOKS: Final = 60.0
"""How often a day such an hour looks: with counts this small 2.5 times as often as one that tumbles."""

PART: Final = 1 / 3
"""Of the budget of false alarms: mentions are watched over more windows than anything else, and these overlap."""

LOOSE: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def limits(view: View) -> tuple[Limit, ...]:
    """Return the counts of mentions that breach at this hour; none before the warm-up is over."""
    own, usual = view.policy.volume, view.usual
    if not usual.warm:
        return ()
    fast, main, hour, slow = _bursts(view)
    found = [_limit(view, length, least, _rare(view, length)) for length, least in (fast, main)]
    if usual.expected(MENTIONS, minutes(own.window)) < QUIET:
        budget = view.policy.false_alarms_per_day * HOUR_PART / HOUR_LOOKS
        found += [_limit(view, *hour, usual.surprise_of_hour(budget)), _limit(view, *slow, _rare(view, slow[0]))]
    return tuple(found)


def _bursts(view: View) -> list[tuple[int, int]]:
    """Return the windows, those of a quiet brand last, and what a count must reach in each, were it no rarer."""
    own, usual = view.policy.volume, view.usual
    ratio, fast, main = view.policy.strictness * own.over_peak, minutes(own.fast), minutes(own.window)
    return [
        (fast, max(own.least, usual.over_peak(0, fast, ratio))),
        (main, max(own.least, usual.over_peak(1, main, ratio))),
        (HOUR, max(own.least, ceil(HOUR_OF_PEAK * usual.over_peak(1, main, own.over_peak)))),
        (minutes(own.slow), own.least),
    ]


def _room(view: View) -> Room:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.volume
    slow = minutes(own.slow)
    few = room_below(
        view, MENTIONS, [(length, own.least) for length in (minutes(own.fast), minutes(own.window), HOUR, slow)]
    )
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    return room_below(view, MENTIONS, [*_bursts(view)[:3], (slow, max(own.least, _rare(view, slow)))])


def _rare(view: View, length: int) -> int:
    return view.usual.surprise(MENTIONS, length, tail(view.policy, length, PART))


def _limit(view: View, length: int, least: int, rare: int) -> Limit:
    usual, count = view.usual, max(least, rare)
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
