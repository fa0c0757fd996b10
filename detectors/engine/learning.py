"""Learning of a brand's baseline: closed minutes enter the history, hours in breach stay out until they are a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import in_minutes
from detectors.registry import BY_NAME
from detectors.windows.buckets import MENTIONS, MINUTE, NEGATIVE
from detectors.windows.judged_hours import JudgedHours, judge

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.learning import Learning
    from detectors.policy import Policy
    from mentions.model.batches import CrisisVerdict

VERDICT_MINUTES: Final = 10
"""Minutes that a verdict has at least to reach the watch stage, before an hour begins whose baseline knows it."""

HOUR_MS: Final = 60 * MINUTE


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


def apply_verdict(state: State, verdict: CrisisVerdict, parameters: Learning) -> None:
    """Keep the hours of what a person called a crisis out of the baseline, or let them in again.

    That holds for the hours that begin VERDICT_MINUTES after the verdict or later: a replay has it there, too. Hours
    after `relearn_crisis_after` are learned, whatever was said of them.
    """
    first = verdict.since // HOUR_MS
    longest = first + in_minutes(parameters.relearn_crisis_after) // 60 - 1
    last = first - 1 if verdict.until is None else min((verdict.until - 1) // HOUR_MS, longest)
    known_from = (verdict.at + VERDICT_MINUTES * MINUTE) // HOUR_MS + 1
    judge(state.hours, JudgedHours(verdict.since // MINUTE, last, known_from))
    state.cache.clear()


def _mark_excluded(state: State, hour: int, *, crisis: bool) -> None:
    hours = state.hours
    if hour not in hours.excluded or (crisis and hour not in hours.crisis_hours):
        hours.excluded.add(hour)
        state.cache.encoded_history = None
        if crisis:
            hours.crisis_hours.add(hour)
