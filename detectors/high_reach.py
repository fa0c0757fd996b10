"""Has someone with a large audience said something negative?

A single negative mention breaches when its reach, the larger of its own and its author's followers, is at least
`least`; it fires at that very row. The finding is worth a look (`info`), and pages (`warning`) from `many` of them
within `window`.

Blind to: reach the source does not give; what the audience makes of it (`detectors.volume_spike` and `negative` see that).
Cost: one comparison a mention.

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
    """Parameters of the reach detector."""

    min_reach: int = Field(
        default=100_000,
        ge=100,
        le=1_000_000_000,
        description="People reached from which one negative mention is a finding; larger fires less [people]",
    )
    warning_count: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Such mentions in the window from which the finding pages; larger pages later [mentions]",
    )
    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=1),
        le=timedelta(hours=3),
        description="The sliding window; larger lets more of them add up [duration]",
    )


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the counts of far-reaching negative mentions; they need no history."""
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
