"""Are there more negative mentions than this brand is used to?

The rule of `detectors.volume_spike` on negative mentions: at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (`fast`, `window`), P the usual daily peak of such sums, X negative
binomial about the usual rate. The finding pages: `warning`, `critical` from `critical` times the threshold; provided
that a crowd speaks: at least the share `crowd` of the latest negative mentions is by different authors. One customer
who writes twenty times is worth a look (`watch`), no crisis. The count, not the share: in a firestorm full of irony the
share may fall. A quiet brand is also watched over `slow` hours, by the tail alone: worth a look as well.

Blind to: what the scorer takes for neutral, and brands before `learning.warm_up` (`detectors.negative_burst` sees both); a rise
under the usual daily peak. Cost: three sums a minute. Reference: as `detectors.volume_spike`.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import ENDLESS, Detector, Limit, Room, View, minutes, room_below, tail
from detectors.model.parameters import Windowed
from detectors.model.text import Language, lead
from detectors.windows.buckets import NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.policy import Policy


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
    return tuple(found)


def _bursts(view: View) -> list[tuple[int, int]]:
    """Return the sliding windows, and what a count must reach in each, were it no rarer."""
    own, ratio = view.policy.negative, view.policy.strictness * view.policy.negative.over_peak
    windows = ((2, minutes(own.fast)), (3, minutes(own.window)))
    return [(length, max(own.least, view.usual.over_peak(column, length, ratio))) for column, length in windows]


def _room(view: View) -> Room:
    """Return the room to the least that can breach, then to the usual peaks: what is rare is asked for last."""
    own = view.policy.negative
    slow = minutes(own.slow)
    few = room_below(view, NEGATIVE, [(length, own.least) for length in (minutes(own.fast), minutes(own.window), slow)])
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    rare = view.usual.surprise(NEGATIVE, slow, tail(view.policy, slow))
    return room_below(view, NEGATIVE, [*_bursts(view), (slow, max(own.least, rare))])


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
