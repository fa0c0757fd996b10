"""Is there unusual enthusiasm?

At the end of a minute, over the last `window`: k positive of n mentions breach when at once

    k >= least    and    k >= rise * expected    and    P(X >= k) <= tail    and    k/n >= share

with X negative binomial about the positive mentions usual at this hour. The finding is worth a look (`watch`).

Blind to: irony, which scorers take for praise: the share asks for more than a few jokes; brands before
`learning.warm_up`. Cost: one sum a minute, one quantile an hour.
Reference: as `detectors.volume_spike`.

>>> from detectors.engine.simulation import raised, rehearse
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> raised(rehearse(calm, {**calm, "positive": 120}), "praise")
'watch after 10 min at 22 positive mentions'
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import ENDLESS, Detector, Finding, Room, View, minutes, room_below, tail
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, lead
from detectors.windows.buckets import MENTIONS, POSITIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class Praise(Switched):
    """Parameters of the praise detector."""

    window: Duration = Field(
        default=timedelta(minutes=30),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    least: int = Field(
        default=20, ge=1, le=1_000_000, description="Fewest positive mentions; larger fires later and less [mentions]"
    )
    rise: float = Field(
        default=3.0,
        ge=1.0,
        le=100,
        description="Multiple of the usual positive mentions; larger fires later and less [ratio]",
    )
    share: float = Field(
        default=0.5, ge=0.0, le=1.0, description="Least share of positive mentions; larger fires less [share]"
    )


def judge(view: View) -> Finding | None:
    """Return what the positive mentions of the window say; None before the warm-up is over."""
    own, usual = view.policy.praise, view.usual
    if not usual.warm:
        return None
    length = minutes(own.window)
    counts = view.window(length)
    expected = usual.expected(POSITIVE, length)
    limit = max(own.least, own.rise * expected)
    enough = counts[POSITIVE] >= limit and counts[POSITIVE] >= own.share * counts[MENTIONS]
    breached = enough and counts[POSITIVE] >= usual.surprise(POSITIVE, length, tail(view.policy, length))
    lasting = 2 * counts[POSITIVE] >= limit and counts[POSITIVE] >= own.share / 2 * counts[MENTIONS]
    found = float(counts[POSITIVE])
    return Finding("watch" if breached else None, lasting, "positive mentions", length, found, expected, limit)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return lead(signal, language)


def _enabled(policy: Policy) -> bool:
    return policy.praise.enabled


def _room(view: View) -> Room:
    own, length = view.policy.praise, minutes(view.policy.praise.window)
    few = room_below(view, POSITIVE, [(length, own.least)])
    if few.left > 0:
        return few
    if not view.usual.warm:
        return ENDLESS
    return room_below(view, POSITIVE, [(length, floor(own.rise * view.usual.expected(POSITIVE, length)))])


DETECTOR: Final = Detector("praise", explain, _enabled, judge=judge, room=_room, holds=False)
