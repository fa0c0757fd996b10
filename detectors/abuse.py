"""Abuse detector: a high share of abusive mentions, with evidence of whether many people or a brigade wrote them.

At the end of a minute, over the last `window`: k abusive of n mentions (moderation score of at least 0.5) breach at

    k >= min_mentions    and    k/n >= min_share

The severity is `warning` if at least the share `min_author_diversity` of the latest sampled mentions comes from
different authors, else `info`. The evidence separates many angry people from a brigade without accusing anyone:
`copies` is the share of mentions that repeat a recent text, `five_authors` the share of the sampled mentions by the
five busiest authors. `brigade` is 1 if copies >= brigade_copy_share or five_authors >= brigade_author_share.

Trade-off: a longer `window` is steadier but fires later. The detector needs no history, so it works from the first day.
Blind spots: insults that the moderation score misses; a brigade of many authors who each write their own text.
Cost: one sum a minute.
Reference: the cues are those of coordinated-behaviour research (Giglietto et al., Information, Communication & Society
23, 2020). They are reported as evidence, never as attribution.

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {**usual, "abusive": 30}), "abuse")
'warning after 18 min at 0.333 abusive share'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import Detector, in_minutes
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison, format_percent
from detectors.windows.buckets import ABUSIVE, COPIES, MENTIONS, Counts

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView

ABUSIVE_SHARE: Final = wording.Metric("abusive share", {"en": "abusive share", "fr": "part injurieuse"})


class Abuse(Switched):
    """Parameters of the detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="Sliding window; a larger value is steadier but fires later [duration]",
    )
    min_mentions: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="Fewest abusive mentions that fire; a larger value fires later and less often [mentions]",
    )
    min_share: float = Field(
        default=0.3,
        gt=0.0,
        le=1.0,
        description="Smallest share of abusive mentions that fires; a larger value fires later and less often [share]",
    )
    min_author_diversity: float = Field(
        default=0.67,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among the latest mentions that pages; "
        "a larger value pages less often [share]",
    )
    brigade_author_share: float = Field(
        default=0.5,
        gt=0.0,
        le=1.0,
        description="Share of mentions by the five busiest authors that marks a brigade; "
        "a larger value marks fewer [share]",
    )
    brigade_copy_share: float = Field(
        default=0.6,
        gt=0.0,
        le=1.0,
        description="Share of copied texts that marks a brigade; a larger value marks fewer [share]",
    )


def evaluate(view: BrandView, own: Abuse) -> Finding | None:
    """Return the finding on the abusive mentions of the window; None where there are few."""
    length = in_minutes(own.window)
    counts = view.window(length)
    if not counts[MENTIONS]:
        return None
    share, breached = counts[ABUSIVE] / counts[MENTIONS], _breached(counts, own)
    ongoing = 2 * counts[ABUSIVE] >= own.min_mentions and share >= own.min_share / 2
    if not (breached or ongoing):
        return None
    five, copies = view.top_author_share(), counts[COPIES] / counts[MENTIONS]
    brigade = five >= own.brigade_author_share or copies >= own.brigade_copy_share
    extra = {"five_authors": five, "copies": copies, "brigade": float(brigade)}
    severity = view.severity_for(own.min_author_diversity, length) if breached else None
    return Finding(severity, ongoing, ABUSIVE_SHARE.name, length, share, None, own.min_share, extra)


def _breached(counts: Counts, own: Abuse) -> bool:
    return counts[ABUSIVE] >= own.min_mentions and counts[ABUSIVE] / counts[MENTIONS] >= own.min_share


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    text = comparison(signal, language, ABUSIVE_SHARE, against_limit=True)
    five = format_percent(signal.evidence.extra["five_authors"], language)
    brigade = bool(signal.evidence.extra["brigade"])
    if language == "fr":
        return f"{text} ; cinq auteurs en ont écrit {five}" + (" : action coordonnée possible" if brigade else "")
    return f"{text}; five authors wrote {five} of them" + (": possibly coordinated" if brigade else "")


def _headroom(view: BrandView, own: Abuse) -> Headroom:
    return Headroom(ABUSIVE, own.min_mentions - view.window(in_minutes(own.window))[ABUSIVE])


def _below_threshold(view: BrandView, own: Abuse) -> bool:
    return not _breached(view.window(in_minutes(own.window)), own)


DETECTOR: Final = Detector(
    name="abuse",
    parameters=Abuse,
    label={"en": "Abusive mentions", "fr": "Mentions injurieuses"},
    explain=explain,
    metrics=(ABUSIVE_SHARE,),
    example=wording.Example("abusive share", 60, 0.34, None, 0.2),
    evaluate=evaluate,
    headroom=_headroom,
    below_threshold=_below_threshold,
    main_parameters=(wording.MIN_SHARE, wording.MIN_MENTIONS),
)
