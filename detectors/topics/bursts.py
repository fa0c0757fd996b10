"""Bursts of units: which units of a post do more people use than usual, and which topic each belongs to."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.stats.surprisal import corrected_surprisal
from detectors.topics.window import NEGATIVE_UNIT, category_of

if TYPE_CHECKING:
    from detectors.topics.active_topic import ActiveTopic
    from detectors.topics.parameters import TopicBurst
    from detectors.topics.state import TopicState

_SHARED_POSTS: Final = 0.5


class UnitBurst(NamedTuple):
    """A unit that more people use than usual."""

    surprisal: float
    unit: str
    voices: int
    of: int
    usual: float  # share
    places: list[int]  # of its posts in the window


def find_bursts(state: TopicState, policy: TopicBurst, *, warming_up: bool) -> list[UnitBurst]:
    """Return the units of the latest post that are bursts, the most surprising first."""
    counts, least = state.window.counts, policy.min_voices
    found = []
    for unit in state.window.repeated:
        if counts[unit] >= least and unit != NEGATIVE_UNIT and not (warming_up and not category_of(unit)):
            burst = _largest_burst(state, unit, policy, warming_up=warming_up)
            if burst is not None:
                found.append(burst)
    return sorted(found, key=lambda burst: (-burst.surprisal, burst.unit))


def _largest_burst(state: TopicState, unit: str, policy: TopicBurst, *, warming_up: bool) -> UnitBurst | None:
    """Return the burst of a unit on the scale where its surprisal is largest; None where there is none.

    Posts are counted first, and voices only where the posts would have half the surprisal that is needed.
    """
    window = state.window
    share = state.usual_share(unit, warming_up=warming_up)
    length, count = len(window.posts), window.counts[unit]
    if count <= share * (length - window.starts[-1]):
        return None
    half_days = None if warming_up else state.stored.baseline.half_days()
    needed = policy.risk_surprisal if category_of(unit) else policy.min_surprisal
    best: UnitBurst | None = None
    everywhere: list[int] = []
    for start in window.starts:
        posts = length - start
        most = min(posts, count)
        if most <= share * posts or corrected_surprisal(most, posts, share, half_days) < needed / 2:
            continue
        everywhere = everywhere or window.places(unit)
        places = everywhere[bisect_left(everywhere, start) :]
        if len(places) < policy.min_voices:
            continue
        voices, of = window.voices(places), window.voices_from(start)
        if voices < max(policy.min_voices, policy.min_share * of):
            continue
        score = corrected_surprisal(voices, of, share, half_days)
        if score >= needed and (best is None or score > best.surprisal):
            best = UnitBurst(score, unit, voices, of, share, places)
    return best


def topic_of(state: TopicState, burst: UnitBurst) -> ActiveTopic | None:
    """Return the active topic that a burst belongs to: one with its unit, or with half of its posts."""
    for topic in state.stored.active:
        if burst.unit in topic.units:
            return topic
    best, most = None, _SHARED_POSTS * len(burst.places)
    for topic in state.stored.active:
        units = set(topic.units)
        shared = sum(not units.isdisjoint(state.window.units[place]) for place in burst.places)
        if shared >= most:
            best, most = topic, shared + 0.5
    return best
