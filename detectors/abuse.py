"""Is the tone abusive, and is it a crowd or a brigade?

At the end of a minute, over the last `window`: k abusive of n mentions (moderation score at least 0.5) breach at

    k >= least    and    k/n >= share

The finding pages (`warning`) where a crowd speaks, at least the share `crowd` of the latest mentions being by different
authors; the tirade of a few is worth a look (`info`). Its evidence tells a crowd from a brigade without accusing
anyone: `copies`, the share of mentions that repeat a recent text, and `five_authors`, the share of the sampled mentions
by the five busiest authors. It says `brigade` when either reaches its limit.

Blind to: insults the moderation score misses; a brigade of many authors who each write afresh. Needs no history.
Cost: one sum a minute.
Reference: the cues are those of coordinated-behaviour research (Giglietto et al., Information, Communication & Society
23, 2020): reported as evidence, never as attribution.

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
        description="The sliding window; larger is steadier and later [duration]",
    )
    min_mentions: int = Field(
        default=10, ge=1, le=1_000_000, description="Fewest abusive mentions; larger fires later and less [mentions]"
    )
    min_share: float = Field(
        default=0.3, gt=0.0, le=1.0, description="Least share of abusive mentions; larger fires later and less [share]"
    )
    min_author_diversity: float = Field(
        default=0.67,
        ge=0.0,
        le=1.0,
        description="Least share of different authors among the latest mentions that pages; larger pages less [share]",
    )
    brigade_author_share: float = Field(
        default=0.5,
        gt=0.0,
        le=1.0,
        description="Share by the five busiest authors that is called a brigade; larger says so less often [share]",
    )
    brigade_copy_share: float = Field(
        default=0.6,
        gt=0.0,
        le=1.0,
        description="Share of copied texts that is called a brigade; larger says so less often [share]",
    )


def evaluate(view: BrandView) -> Finding | None:
    """Return what the abusive mentions of the window say; None where it is little."""
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
    told = comparison(signal, language, against_limit=True)
    five = format_percent(signal.evidence.extra["five_authors"], language)
    brigade = bool(signal.evidence.extra["brigade"])
    if language == "fr":
        return f"{told} ; cinq auteurs ont écrit {five} du total" + (" : action concertée possible" if brigade else "")
    return f"{told}; five authors wrote {five} of it all" + (": possibly concerted" if brigade else "")


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
