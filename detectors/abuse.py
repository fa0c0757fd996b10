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
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {**calm, "abusive": 30}), "abuse")
'warning after 18 min at 0.333 abusive share'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import BrandView, Detector, Finding, Headroom, in_minutes
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison, format_percent
from detectors.windows.buckets import ABUSIVE, COPIES, MENTIONS, Counts

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class Abuse(Switched):
    """Parameters of the abuse detector."""

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


def evaluate(view: BrandView) -> Finding | None:
    """Return the finding about the abusive mentions of the window, None below half the thresholds."""
    own = view.policy.abuse
    length = in_minutes(own.window)
    counts = view.window(length)
    if not counts[MENTIONS]:
        return None
    share, breached = counts[ABUSIVE] / counts[MENTIONS], _breached(counts, own)
    lasting = 2 * counts[ABUSIVE] >= own.min_mentions and share >= own.min_share / 2
    if not (breached or lasting):
        return None
    five, copies = view.top_author_share(), counts[COPIES] / counts[MENTIONS]
    brigade = five >= own.brigade_author_share or copies >= own.brigade_copy_share
    extra = {"five_authors": five, "copies": copies, "brigade": float(brigade)}
    return Finding(
        view.severity_for(own.min_author_diversity) if breached else None,
        lasting,
        "abusive share",
        length,
        share,
        None,
        own.min_share,
        extra,
    )


def _breached(counts: Counts, own: Abuse) -> bool:
    return counts[ABUSIVE] >= own.min_mentions and counts[ABUSIVE] / counts[MENTIONS] >= own.min_share


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    text = comparison(signal, language, against_limit=True)
    five = format_percent(signal.evidence.extra["five_authors"], language)
    brigade = bool(signal.evidence.extra["brigade"])
    if language == "fr":
        return f"{text} ; cinq auteurs en ont écrit {five}" + (" : action coordonnée possible" if brigade else "")
    return f"{text}; five authors wrote {five} of them" + (": possibly coordinated" if brigade else "")


def _enabled(policy: Policy) -> bool:
    return policy.abuse.enabled


def _headroom(view: BrandView) -> Headroom:
    own = view.policy.abuse
    return Headroom(ABUSIVE, own.min_mentions - view.window(in_minutes(own.window))[ABUSIVE])


def _below_threshold(view: BrandView) -> bool:
    own = view.policy.abuse
    return not _breached(view.window(in_minutes(own.window)), own)


DETECTOR: Final = Detector(
    "abuse", explain, _enabled, evaluate=evaluate, headroom=_headroom, below_threshold=_below_threshold
)
