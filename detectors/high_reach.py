"""High-reach detector: a negative mention with a large audience.

A single negative mention breaches when its reach, the larger of its own reach and its author's followers, is at least
`min_reach`. The detector fires at that very mention. The severity is `info`, and `warning` from `warning_count` such
mentions within `window`.

Trade-off: a lower `min_reach` finds smaller accounts too, and fires more often.
Blind spots: reach that the source does not report; what the audience does next (`detectors.volume_spike` and
`detectors.negative_spike` see that). The detector needs no history.
Cost: one comparison a mention.
Reference: none, a fixed threshold.

>>> from detectors.engine.simulation import first_alert, simulate
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, calm, reach=250_000), "high_reach")
'info after 7 min at 1 far-reaching negative mentions'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import BrandView, CountThreshold, Detector, in_minutes
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison
from detectors.windows.buckets import HIGH_REACH

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.policy import Policy


class HighReach(Switched):
    """Parameters of the high-reach detector."""

    min_reach: int = Field(
        default=100_000,
        ge=100,
        le=1_000_000_000,
        description="Reach from which a single negative mention fires; a larger value fires less often [people]",
    )
    warning_count: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Number of such mentions in the window that pages; a larger value pages later [mentions]",
    )
    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=1),
        le=timedelta(hours=3),
        description="Sliding window in which such mentions add up; a larger value pages sooner [duration]",
    )


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the thresholds on far-reaching negative mentions. They need no history."""
    own = view.policy.high_reach
    levels: tuple[tuple[int, Severity], ...] = (
        ((own.warning_count, "warning"),) if own.warning_count == 1 else ((1, "info"), (own.warning_count, "warning"))
    )
    return (
        CountThreshold(
            HIGH_REACH, in_minutes(own.window), None, levels, resolve_below=1.0, extra={"reach": float(own.min_reach)}
        ),
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, against_limit=True)


def _enabled(policy: Policy) -> bool:
    return policy.high_reach.enabled


DETECTOR: Final = Detector("high_reach", explain, _enabled, thresholds=thresholds, pauses_learning=False)
