"""Has someone with a large audience said something negative?

A single negative mention breaches when its reach, the larger of its own and its author's followers, is at least
`least`; it fires at that very row. The finding is worth a look (`watch`), and pages (`warning`) from `many` of them
within `window`, where a crowd speaks: at least the share `crowd` of the negative mentions is by different authors.

Blind to: reach the source does not give; what the audience makes of it (`detectors.volume` and `negative` see that).
Cost: one comparison a mention.

>>> from detectors.rehearsal import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, calm, reach=250_000), "reach")
'watch after 7 min at 1 far-reaching negative mentions'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.buckets import LOUD
from detectors.duration import Duration
from detectors.parameters import Switched
from detectors.rule import Detector, Limit, View, minutes
from detectors.wording import Language, lead

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Severity, Signal


class Reach(Switched):
    """Parameters of the reach detector."""

    least: int = Field(
        default=100_000,
        ge=100,
        le=1_000_000_000,
        description="People reached from which one negative mention is a finding; larger fires less [people]",
    )
    many: int = Field(
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
    crowd: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors of negative mentions that pages; larger pages less [share]",
    )


def limits(view: View) -> tuple[Limit, ...]:
    """Return the counts of far-reaching negative mentions; they need no history."""
    own = view.policy.reach
    levels: tuple[tuple[int, Severity], ...] = (
        ((own.many, "warning"),) if own.many == 1 else ((1, "watch"), (own.many, "warning"))
    )
    extra = {"reach": float(own.least)}
    return (Limit(LOUD, minutes(own.window), None, levels, resolve_below=1.0, extra=extra, crowd=own.crowd),)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language, named=True)


def _enabled(policy: Policy) -> bool:
    return policy.reach.enabled


DETECTOR: Final = Detector("reach", explain, _enabled, limits=limits, holds=False)
