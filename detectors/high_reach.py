"""High-reach detector: a negative mention with a large audience.

A single negative mention breaches when its reach, the larger of its own reach and its author's followers, is at least
`min_reach`. The detector fires at that very mention. The severity is `info`, and `warning` from `warning_count` such
mentions within `window`, if at least the share `min_author_diversity` of the negative mentions comes from different
authors.

Trade-off: a lower `min_reach` finds smaller accounts too, and fires more often.
Blind spots: reach that the source does not report; what the audience does next (`detectors.volume_spike` and
`detectors.negative_spike` see that). The detector needs no history.
Cost: one comparison a mention.
Reference: none, a fixed threshold.

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, usual, reach=250_000), "high_reach")
'info after 7 min at 1 far-reaching negative mentions'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import Detector, in_minutes
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import CountThreshold
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import HIGH_REACH

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


class HighReach(Switched):
    """Parameters of the detector."""

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
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among negative mentions that pages; "
        "a larger value pages less often [share]",
    )


def thresholds(_view: BrandView, own: HighReach) -> tuple[CountThreshold, ...]:
    """Return the counts of far-reaching negative mentions; they need no history."""
    levels: tuple[tuple[int, Severity], ...] = ((own.warning_count, "warning"),)
    if own.warning_count > 1:
        levels = ((1, "info"), *levels)
    found = CountThreshold(
        HIGH_REACH,
        in_minutes(own.window),
        None,
        levels,
        resolve_below=1.0,
        extra={"reach": float(own.min_reach)},
        min_author_diversity=own.min_author_diversity,
    )
    return (found,)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, wording.HIGH_REACH_MENTIONS, against_limit=True)


DETECTOR: Final = Detector(
    name="high_reach",
    parameters=HighReach,
    label={"en": "Negative mention with a large audience", "fr": "Mention négative à forte audience"},
    explain=explain,
    metrics=(wording.HIGH_REACH_MENTIONS,),
    example=wording.Example("far-reaching negative mentions", 10, 1, 0.02, 1),
    thresholds=thresholds,
    pauses_learning=False,
    main_parameters=(
        wording.MainParameter(
            "min_reach",
            {
                "en": "people reached by one mention; larger fires less [people]",
                "fr": "personnes touchées par une mention ; plus grand, plus rare [personnes]",
            },
        ),
        wording.MainParameter(
            "warning_count",
            {
                "en": "such mentions from which it pages [mentions]",
                "fr": "nombre de ces mentions à partir duquel on alerte l’astreinte [mentions]",
            },
        ),
    ),
    high_reach_from=lambda own: own.min_reach,
)
