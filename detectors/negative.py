"""Are there more negative mentions than this brand is used to?

The rule of `detectors.volume` on negative mentions: at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (`fast`, `window`), P the usual daily peak of such sums, X negative
binomial about the usual rate. The finding pages: `warning`, `critical` from `critical` times the threshold; provided
that a crowd speaks: at least the share `crowd` of the latest negative mentions is by different authors. One customer
who writes twenty times is worth a look (`watch`), no crisis. The count, not the share: in a firestorm full of irony the
share may fall. A quiet brand is also watched over `slow` hours, by the tail alone: worth a look as well.

A brand of few mentions has small crises. It breaches in `window` from two thirds of `least` on, at FEW_OVER_PEAK times
its usual peak and by the tail of half the budget, if the mentions are darker than usual too: their negative share is at
least DARKER above the usual one. Launches and campaigns bring as many complaints among more praise.

Blind to: what the scorer takes for neutral, and brands before `learning.warm_up` (`detectors.outcry` sees both); a rise
under the usual daily peak. Cost: four sums a minute. Reference: as `detectors.volume`.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from pydantic import Field

from detectors.buckets import MENTIONS, NEGATIVE
from detectors.parameters import Windowed
from detectors.rule import ENDLESS, Detector, Limit, Room, View, minutes, room_below, tail
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Severity, Signal


class Negative(Windowed):
    """Parameters of the negative-volume detector."""

    least: int = Field(
        default=6,
        ge=1,
        le=1_000_000,
        description="Fewest negative mentions that can breach; larger fires later [mentions]",
    )
    over_peak: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later [ratio]",
    )
    critical: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the threshold from which a finding is critical; larger escalates later [ratio]",
    )
    crowd: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


QUIET: Final = 10.0
"""Negative mentions expected in the main window below which the slow window watches too."""

FEW: Final = 25.0
"""Mentions expected in the main window below which a brand has few: ten an hour."""

FEW_CROWD: Final = 2 / 3
"""Of so few: three of four are different authors. Half would be one customer and somebody else."""

FEW_OVER_PEAK: Final = 1.25
FEW_PART: Final = 1 / 2  # of the budget of false alarms
DARKER: Final = 0.1
"""Of a brand of few mentions; see above. Chosen on the labelled streams, leaving out each in turn (docs/results.md)."""

LOOSE: Final = 0.02
"""An episode ends once its count is no rarer than this."""


def limits(view: View) -> tuple[Limit, ...]:
    """Return the counts of negative mentions that breach at this hour; none before the warm-up is over."""
    own, usual = view.policy.negative, view.usual
    if not usual.warm:
        return ()
    found = []
    for length, over in _bursts(view):
        count = max(over, usual.surprise(NEGATIVE, length, tail(view.policy, length)))
        found.append(_limit(view, length, ((count, "warning"), (ceil(own.critical * count), "critical"))))
    if usual.expected(NEGATIVE, minutes(own.window)) < QUIET:
        length = minutes(own.slow)
        count = max(own.least, usual.surprise(NEGATIVE, length, tail(view.policy, length)))
        found.append(_limit(view, length, ((count, "watch"),)))
    if _few(view):
        length, over = _small(view)
        count = max(over, usual.surprise(NEGATIVE, length, tail(view.policy, length, FEW_PART)))
        crowd = max(own.crowd, FEW_CROWD) if own.crowd else 0.0
        dark = min(1.0, _share(view) + DARKER)
        found.append(replace(_limit(view, length, ((count, "warning"),)), dark=dark, crowd=crowd))
    return tuple(found)


def _few(view: View) -> bool:
    return view.usual.expected(MENTIONS, minutes(view.policy.negative.window)) < FEW


def _fewest(view: View) -> int:
    return ceil(2 * view.policy.negative.least / 3)


def _small(view: View) -> tuple[int, int]:
    """Return the window in which a brand of few mentions is watched, and what a count must reach, were it no rarer."""
    length, ratio = minutes(view.policy.negative.window), max(1.0, view.policy.strictness) * FEW_OVER_PEAK
    return length, max(_fewest(view), view.usual.over_peak(3, length, ratio))


def _share(view: View) -> float:
    alpha, beta = view.usual.share
    return alpha / (alpha + beta)


def _bursts(view: View) -> list[tuple[int, int]]:
    """Return the sliding windows, and what a count must reach in each, were it no rarer."""
    own, ratio = view.policy.negative, view.policy.strictness * view.policy.negative.over_peak
    windows = ((2, minutes(own.fast)), (3, minutes(own.window)))
    return [(length, max(own.least, view.usual.over_peak(column, length, ratio))) for column, length in windows]


def _room(view: View) -> Room:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.negative
    slow = minutes(own.slow)
    least = [(minutes(own.fast), own.least), (minutes(own.window), _fewest(view)), (slow, own.least)]
    few = room_below(view, NEGATIVE, least)
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    rare = view.usual.surprise(NEGATIVE, slow, tail(view.policy, slow))
    bounds = [*_bursts(view), (slow, max(own.least, rare))]
    return room_below(view, NEGATIVE, [*bounds, _small(view)] if _few(view) else bounds)


def _limit(view: View, length: int, levels: tuple[tuple[int, Severity], ...]) -> Limit:
    own, usual = view.policy.negative, view.usual
    calm = usual.surprise(NEGATIVE, length, LOOSE)
    return Limit(
        NEGATIVE,
        length,
        usual.expected(NEGATIVE, length),
        levels,
        resolve_below=min(levels[0][0], max(0.5 * own.least, calm)),
        crowd=own.crowd,
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative.enabled


DETECTOR: Final = Detector("negative", explain, _enabled, limits=limits, room=_room)
