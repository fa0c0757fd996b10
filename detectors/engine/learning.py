"""Learning of a brand's baseline: closed minutes enter the history, hours in breach stay out until they are a level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.base import in_minutes
from detectors.registry import BY_NAME
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.learning import Learning
    from detectors.policy import Policy


def learn(state: State, minute: int, policy: Policy) -> None:
    """Close the minute's counts, and add them to the history of the baseline."""
    counts = state.minutes.close(minute)
    lengths = (in_minutes(policy.windows.short), in_minutes(policy.windows.main))
    peaks = [state.minutes.latest_window(length)[metric] for metric in (MENTIONS, NEGATIVE) for length in lengths]
    state.cache.encoded_history = None
    state.hours.add(minute, counts, peaks)


def exclude_hour(state: State, minute: int, parameters: Learning) -> None:
    """Keep an hour in breach out of the baseline, until the breach has lasted so long that it is the new level.

    The hour belongs to a crisis if an episode pages, or if the episode follows an hour of a crisis without a break.
    """
    hours, hour = state.hours, minute // 60
    pausing = [episode for name, episode in state.episodes.items() if BY_NAME[name].pauses_learning]
    crisis = any(one.severity != "info" for one in pausing) or (bool(pausing) and hour - 1 in hours.crisis_hours)
    enough = in_minutes(parameters.relearn_crisis_after if crisis else parameters.relearn_after)
    starts = [episode.start for episode in pausing if episode.start <= minute]
    lasting = [start for start in starts if minute - start >= enough]
    unlearned = [start for start in lasting if hours.level_since is None or hours.level_since < start // 60]
    if unlearned:
        hours.start_level(min(unlearned) // 60)
        state.cache.clear()
    elif len(lasting) < len(starts):
        _mark_excluded(state, hour, crisis=crisis)


def _mark_excluded(state: State, hour: int, *, crisis: bool) -> None:
    hours = state.hours
    if hour not in hours.excluded or (crisis and hour not in hours.crisis_hours):
        hours.excluded.add(hour)
        state.cache.encoded_history = None
        if crisis:
            hours.crisis_hours.add(hour)
