"""Idle time of a brand: which ends of hours need a look although no mention comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.view import BrandView

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.policy import Policy

_HOUR: Final = 60  # minutes
_MAX_HOURS: Final = 200
"""Hours that are looked ahead at once: a channel is forgotten sooner."""


def next_hour_end(state: State, following: int, until: int, policy: Policy) -> int:
    """Return the first end of an hour from `following` on that closes with more than nothing; after `until`, any.

    At the others no detector can find anything and no source is forgotten, if no minute up to `until` has a mention.
    """
    first = following // _HOUR * _HOUR + _HOUR - 1
    hours = min(_MAX_HOURS, (until - first) // _HOUR + 1)
    cache = state.cache
    if hours <= 1 or state.episodes:
        return first
    if cache.forget_sources_after is not None:
        kept_until = min(source.last for source in state.sources.sources.values()) + cache.forget_sources_after
        hours = min(hours, max(0, kept_until - first) // _HOUR + (kept_until >= first))
    view = BrandView(first, state, policy)
    for detector, own in cache.detectors:
        if detector.hourly and hours:
            hours = detector.first_possible(view, own, hours) if detector.first_possible else 0
    return first + _HOUR * hours
