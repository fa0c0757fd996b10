"""Is the tone abusive, and is it a crowd or a brigade?

At the end of a minute, over the last `window`: k abusive of n mentions (moderation score at least 0.5) breach at

    k >= least    and    k/n >= share

The finding pages (`warning`) where a crowd speaks, at least the share `crowd` of the latest mentions being by different
authors; the tirade of a few is worth a look (`watch`). Its evidence tells a crowd from a brigade without accusing
anyone: `copies`, the share of mentions that repeat a recent text, and `five_authors`, the share of the sampled mentions
by the five busiest authors. It says `brigade` when either reaches its limit.

Blind to: insults the moderation score misses; a brigade of many authors who each write afresh. Needs no history.
Cost: one sum a minute.
Reference: the cues are those of coordinated-behaviour research (Giglietto et al., Information, Communication & Society
23, 2020): reported as evidence, never as attribution.

>>> from detectors.rehearsal import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {**calm, "abusive": 30}), "abuse")
'warning after 18 min at 0.333 abusive share'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.buckets import ABUSIVE, AMPLIFIED, MENTIONS, Counts
from detectors.duration import Duration
from detectors.parameters import Switched
from detectors.rule import Detector, Finding, Room, View, minutes
from detectors.wording import Language, lead, percent

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal


class Abuse(Switched):
    """Parameters of the abuse detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    least: int = Field(
        default=10, ge=1, le=1_000_000, description="Fewest abusive mentions; larger fires later and less [mentions]"
    )
    share: float = Field(
        default=0.3, gt=0.0, le=1.0, description="Least share of abusive mentions; larger fires later and less [share]"
    )
    crowd: float = Field(
        default=0.67,
        ge=0.0,
        le=1.0,
        description="Least share of different authors among the latest mentions that pages; larger pages less [share]",
    )
    brigade_authors: float = Field(
        default=0.5,
        gt=0.0,
        le=1.0,
        description="Share by the five busiest authors that is called a brigade; larger says so less often [share]",
    )
    brigade_copies: float = Field(
        default=0.6,
        gt=0.0,
        le=1.0,
        description="Share of copied texts that is called a brigade; larger says so less often [share]",
    )


def judge(view: View) -> Finding | None:
    """Return what the abusive mentions of the window say; None where it is little."""
    own = view.policy.abuse
    length = minutes(own.window)
    counts = view.window(length)
    if not counts[MENTIONS]:
        return None
    share, breached = counts[ABUSIVE] / counts[MENTIONS], _breached(counts, own)
    lasting = 2 * counts[ABUSIVE] >= own.least and share >= own.share / 2
    if not (breached or lasting):
        return None
    five, copies = view.concentration(), counts[AMPLIFIED] / counts[MENTIONS]
    brigade = five >= own.brigade_authors or copies >= own.brigade_copies
    extra = {"five_authors": five, "copies": copies, "brigade": float(brigade)}
    return Finding(
        view.worth(own.crowd, length) if breached else None,
        lasting,
        "abusive share",
        length,
        share,
        None,
        own.share,
        extra,
    )


def _breached(counts: Counts, own: Abuse) -> bool:
    return counts[ABUSIVE] >= own.least and counts[ABUSIVE] / counts[MENTIONS] >= own.share


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    told = lead(signal, language, named=True)
    five = percent(signal.evidence.extra["five_authors"], language)
    brigade = bool(signal.evidence.extra["brigade"])
    if language == "fr":
        return f"{told} ; cinq auteurs ont écrit {five} du total" + (" : action concertée possible" if brigade else "")
    return f"{told}; five authors wrote {five} of it all" + (": possibly concerted" if brigade else "")


def _enabled(policy: Policy) -> bool:
    return policy.abuse.enabled


def _room(view: View) -> Room:
    own = view.policy.abuse
    return Room(ABUSIVE, own.least - view.window(minutes(own.window))[ABUSIVE])


def _dormant(view: View) -> bool:
    own = view.policy.abuse
    return not _breached(view.window(minutes(own.window)), own)


DETECTOR: Final = Detector("abuse", explain, _enabled, judge=judge, room=_room, dormant=_dormant)
