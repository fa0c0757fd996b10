"""Are there more negative mentions than this brand is used to?

The rule of `detectors.volume` on negative mentions: at once

    n >= least    and    n >= over_peak * (P + sqrt(W))    and    P(X >= n) <= tail

with n the negative mentions of the last W minutes (`fast`, `window`, and for quiet brands `slow` by the tail alone), P
their own decaying past peak, X negative binomial about the usual rate. The finding pages: `warning`, and `critical`
from `critical` times the threshold. The count, not the share: in a firestorm full of irony the share may fall.

Without history (before `learning.warm_up`) a brand has no usual. It breaches at `cold_least` negative mentions within
`fast`, provided they come at `cold_rise` times the rate seen before them; `expected` is then None.

Blind to: what the scorer takes for neutral; a rise under the last burst. Cost: three sums a minute.
Reference: as `detectors.volume`.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.buckets import NEGATIVE
from detectors.duration import Duration
from detectors.parameters import Switched
from detectors.rule import Detector, Limit, View, minutes, tail
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal


class Negative(Switched):
    """Parameters of the negative-volume detector."""

    fast: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        description="The short sliding window; larger is steadier and later [duration]",
    )
    window: Duration = Field(
        default=timedelta(hours=2),
        ge=timedelta(minutes=10),
        le=timedelta(hours=3),
        description="The main sliding window; larger is steadier and later [duration]",
    )
    slow: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=3),
        le=timedelta(hours=24),
        description="The long window for quiet brands, in whole hours; larger finds weaker rises later [duration]",
    )
    least: int = Field(
        default=6,
        ge=1,
        le=1_000_000,
        description="Fewest negative mentions that can breach; larger fires later [mentions]",
    )
    over_peak: float = Field(
        default=1.2,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own recent negative peak that breaches; larger fires later [ratio]",
    )
    critical: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the threshold from which a finding is critical; larger escalates later [ratio]",
    )
    cold_least: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="Negative mentions in the short window that breach for a brand without history; "
        "larger fires later [mentions]",
    )
    cold_rise: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the rate seen so far that breaches for a brand without history; "
        "larger fires later [ratio]",
    )


QUIET: Final = 10.0
"""Negative mentions expected in the main window below which the slow window watches too."""

LOOSE: Final = 0.02
"""An episode ends once its count is no rarer than this."""

_SEEN_FOR: Final = 5
"""Minutes a new brand must have been seen before a burst can be told from its ordinary level."""


def limits(view: View) -> tuple[Limit, ...]:
    """Return the counts of negative mentions that breach at this hour, or by the cold-start rule."""
    own, usual = view.policy.negative, view.usual
    if not usual.warm:
        return _cold(view)
    found = []
    for length, peak in ((minutes(own.fast), usual.peaks[2]), (minutes(own.window), usual.peaks[3])):
        over = own.over_peak * (peak + sqrt(length))
        found.append(_limit(view, length, max(own.least, ceil(over))))
    if usual.expected(NEGATIVE, minutes(own.window)) < QUIET:
        found.append(_limit(view, minutes(own.slow), own.least))
    return tuple(found)


def _limit(view: View, length: int, least: int) -> Limit:
    own, usual = view.policy.negative, view.usual
    count = max(least, usual.surprise(NEGATIVE, length, tail(view.policy, length)))
    calm = usual.surprise(NEGATIVE, length, LOOSE)
    return Limit(
        NEGATIVE,
        length,
        usual.expected(NEGATIVE, length),
        ((count, "warning"), (ceil(own.critical * count), "critical")),
        resolve_below=min(count, max(0.5 * own.least, calm)),
    )


def _cold(view: View) -> tuple[Limit, ...]:
    """Return the limit of a brand without history: a burst against what little was seen before it.

    Only minutes that are closed whenever this minute is watched are looked at, so the order of reading does not matter.
    """
    own = view.policy.negative
    length = minutes(own.fast)
    seen_for, before = view.seen_before(max(length, view.settled))
    if seen_for < _SEEN_FOR:
        return ()
    rate = (before[NEGATIVE] + 1.0) / seen_for
    count = max(own.cold_least, ceil(own.cold_rise * rate * length))
    return (
        Limit(
            NEGATIVE,
            length,
            None,
            ((count, "warning"), (ceil(own.critical * count), "critical")),
            resolve_below=0.5 * count,
        ),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.negative.enabled


DETECTOR: Final = Detector("negative", explain, _enabled, limits=limits)
