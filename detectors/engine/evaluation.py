"""Evaluation of the detectors at a minute: which episodes begin, continue or end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.base import BrandView, CountThreshold, Detector, Finding, evaluate_thresholds, in_minutes
from detectors.engine.headroom import UNLIMITED, update_headroom
from detectors.engine.state import Episode, State
from detectors.model.signal import SEVERITIES, Contributors, Evidence, Phase, Severity, Signal
from detectors.registry import ALL, BY_NAME
from detectors.windows.buckets import COPIES, MAX_SLIDING, MENTIONS, MINUTE, NEGATIVE, NO_COUNTS
from detectors.windows.timeline import build_timeline, is_due, source_coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.policy import Policy

_ALL_MENTIONS = frozenset({"mentions", "positive mentions"})
_ON_COUNTS = tuple(detector for detector in ALL if detector.thresholds)
_HOURLY = frozenset(detector.name for detector in ALL if detector.hourly)
CALM_MINUTES = 15
"""An episode ends after so many closed minutes in a row below `resolve_below`."""


def set_policy(state: State, policy: Policy) -> None:
    """Set the policy in force, and clear the cache of another policy."""
    cache = state.cache
    if cache.policy is not policy and cache.policy != policy:
        cache.clear()
    cache.policy = policy


def evaluate_open(state: State, at: int | None, policy: Policy) -> list[Signal]:
    """Return the signals that the open minutes raise, and compute when to evaluate again.

    A minute without a mention cannot raise a signal. `at` is the event time of the row that was counted last, None for
    the end of the minute. While `cache.headroom` is empty, the next row triggers an evaluation.
    """
    if state.last_closed_minute is None:
        return []
    signals, cache = [], state.cache
    headroom: dict[int, int] = {MENTIONS: UNLIMITED}
    all_reported, minute = True, -1
    enough_authors = True  # no finding is kept down for lack of authors
    for minute in sorted(state.minutes.opened):
        if minute > state.last_closed_minute + policy.open_minutes:
            break
        view = BrandView(minute, state, policy)
        for detector in _ON_COUNTS:
            if not detector.enabled(policy):
                continue
            episode = state.episodes.get(detector.name)
            room = detector.headroom(view) if detector.headroom and episode is None else None
            if room is not None and room.remaining > 0:
                headroom[room.column] = min(headroom.get(room.column, UNLIMITED), room.remaining)
            elif limits := view.thresholds(detector):
                signals += _update_open(state, view, detector, limits, at)
                reported, diverse = update_headroom(headroom, view, limits, state.episodes.get(detector.name))
                all_reported, enough_authors = all_reported and reported, enough_authors and diverse
    if not enough_authors and state.contributors.has_room:
        headroom[MENTIONS] = 1
    cache.headroom, cache.headroom_minute, cache.all_reported = headroom, minute, all_reported
    return signals


def on_new_minute(state: State, minute: int) -> None:
    """Prepare for the first row of a minute: the cached headroom may not hold any longer.

    It holds within the hour, whose thresholds are the same, for a minute after all evaluated ones: its windows hold no
    more than theirs, except for the rows that came since, which the headroom has counted.
    """
    cache = state.cache
    if cache.all_reported and cache.headroom_minute < minute and cache.headroom_minute // 60 == minute // 60:
        cache.headroom_minute = minute
    else:
        cache.reset_headroom()


def close_minute(state: State, minute: int, policy: Policy) -> list[Signal]:
    """Close a minute: final evaluation of its counts, then of shares and means, then learning.

    A minute without a mention evaluates only detectors with an episode, and hourly ones at the end of an hour.
    """
    state.last_closed_minute = minute
    busy = minute in state.minutes.opened
    ends_hour = minute % 60 == 59  # noqa: PLR2004 - the last minute of an hour
    signals: list[Signal] = []
    if state.episodes or ((busy or ends_hour) and not (_all_below(state) and state.cache.skipper.all_skipped(minute))):
        signals = _evaluate_closed(state, BrandView(minute, state, policy), busy=busy, ends_hour=ends_hour)
    if busy:
        _learn(state, minute, policy)
    if state.episodes:
        _exclude_hour(state, minute, in_minutes(policy.learning.relearn_after))
    if ends_hour:
        state.sources.forget(minute - in_minutes(policy.no_data.forget_after))
    return signals


def _evaluate_closed(state: State, view: BrandView, *, busy: bool, ends_hour: bool) -> list[Signal]:
    signals: list[Signal] = []
    for detector in _due_detectors(state, view, busy=busy, ends_hour=ends_hour):
        finding = detector.evaluate(view) if detector.evaluate else evaluate_thresholds(view, view.thresholds(detector))
        update = _update_hourly if detector.hourly else _update_closed
        signals += update(state, view, detector, finding, may_raise=busy or detector.hourly)
    if busy:
        state.cache.skipper.note_all(d for d in ALL if d.evaluate and d.enabled(view.policy))
    return signals


def _all_below(state: State) -> bool:
    """Return whether the open minutes are known to be below all count thresholds."""
    return state.cache.all_reported and bool(state.cache.headroom) and min(state.cache.headroom.values()) > 0


def _due_detectors(state: State, view: BrandView, *, busy: bool, ends_hour: bool) -> Iterator[Detector]:
    """Yield the detectors to evaluate: those with an episode, and those that may begin one.

    No count threshold can be reached while the open minutes are known to be below all of them.
    """
    if not (busy or ends_hour):
        lasting = [detector for detector in ALL if detector.name in state.episodes and not detector.hourly]
        yield from [detector for detector in lasting if detector.enabled(view.policy)]
        return
    below = _all_below(state)
    state.cache.skipper.on_minute(view.minute)
    for detector in ALL:
        if detector.name in state.episodes:
            due = True
        elif busy or detector.hourly:
            due = not (below if detector.thresholds else _can_skip(state, view, detector))
        else:
            continue
        if due and detector.enabled(view.policy):
            yield detector


def _can_skip(state: State, view: BrandView, detector: Detector) -> bool:
    """Return whether a detector can be skipped: it is skipped already, has headroom, or is below its threshold."""
    skipper = state.cache.skipper
    if skipper.skips(detector):
        return True
    if detector.headroom and skipper.try_skip(detector, detector.headroom(view), state.minutes, view.minute):
        return True
    return detector.below_threshold is not None and detector.below_threshold(view)


def has_ongoing(state: State) -> bool:
    """Return whether an episode is ongoing that is evaluated every minute."""
    return any(name not in _HOURLY for name in state.episodes)


def _learn(state: State, minute: int, policy: Policy) -> None:
    """Close the minute's counts, and add them to the history."""
    counts = state.minutes.close(minute)
    peaks = [
        state.minutes.latest_window(in_minutes(length))[metric]
        for metric, own in ((MENTIONS, policy.volume_spike), (NEGATIVE, policy.negative_spike))
        for length in (own.short_window, own.window)
    ]
    state.cache.encoded_history = None
    state.hours.add(minute, counts, peaks)


def _exclude_hour(state: State, minute: int, relearn_after: int) -> None:
    """Exclude an hour in breach from the baseline, until the breach has lasted so long that it is a new level."""
    hours, hour = state.hours, minute // 60
    ages = [minute - episode.start for name, episode in state.episodes.items() if BY_NAME[name].pauses_learning]
    if any(age == relearn_after for age in ages):
        hours.level_since = (minute - relearn_after) // 60
        hours.excluded = {held for held in hours.excluded if held < hours.level_since}
        state.cache.clear()
    elif hour not in hours.excluded and any(0 <= age < relearn_after for age in ages):
        hours.excluded.add(hour)
        state.cache.encoded_history = None


def _update_open(
    state: State, view: BrandView, detector: Detector, limits: tuple[CountThreshold, ...], at: int | None
) -> list[Signal]:
    finding = evaluate_thresholds(view, limits)
    if finding is None or finding.severity is None:
        return []
    at = (view.minute + 1) * MINUTE if at is None else at
    episode = state.episodes.get(detector.name)
    if episode is None:
        return [_raise(state, view, detector, finding, finding.severity, at)]
    if SEVERITIES.index(finding.severity) > SEVERITIES.index(episode.severity):
        return [_continue(state, view, detector, finding, at)]
    return []


def _update_closed(
    state: State, view: BrandView, detector: Detector, finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    episode = state.episodes.get(detector.name)
    at = (view.minute + 1) * MINUTE
    if episode is None:
        if may_raise and finding is not None and finding.severity is not None:
            return [_raise(state, view, detector, finding, finding.severity, at)]
        return []
    if finding is not None and (finding.ongoing or finding.severity is not None):
        episode.minutes_below = 0
        return [_continue(state, view, detector, finding, at)]
    if view.minute >= episode.start:
        episode.minutes_below += 1
        if episode.minutes_below >= CALM_MINUTES:
            del state.episodes[detector.name]
            state.cache.reset_headroom()
    return []


def _update_hourly(
    state: State, view: BrandView, detector: Detector, finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    """Continue an episode at the end of the hour only, and end it without delay."""
    if detector.name not in state.episodes:
        return _update_closed(state, view, detector, finding, may_raise=may_raise)
    if finding is None or not finding.ongoing:
        del state.episodes[detector.name]
        return []
    return _update_closed(state, view, detector, finding, may_raise=may_raise) if view.minute % 60 == 59 else []  # noqa: PLR2004


def _raise(state: State, view: BrandView, detector: Detector, finding: Finding, severity: Severity, at: int) -> Signal:
    episode = state.episodes[detector.name] = Episode(view.minute, severity)
    return _signal(state, view, detector, finding, episode, "raised", at)


def _continue(state: State, view: BrandView, detector: Detector, finding: Finding, at: int) -> Signal:
    episode = state.episodes[detector.name]
    episode.revision += 1
    if finding.severity is not None:
        episode.severity = max(episode.severity, finding.severity, key=SEVERITIES.index)
    return _signal(state, view, detector, finding, episode, "ongoing", at)


def _signal(
    state: State, view: BrandView, detector: Detector, finding: Finding, episode: Episode, phase: Phase, at: int
) -> Signal:
    is_new = phase == "raised" or is_due(view.minute)
    return Signal(
        brand=state.brand,
        detector=detector.name,
        start=episode.start * MINUTE,
        revision=episode.revision,
        phase=phase,
        severity=episode.severity,
        at=at,
        policy=state.revision,
        evidence=_evidence(view, finding),
        contributors=_contributors(view, finding),
        timeline=build_timeline(view) if is_new else None,
        coverage=source_coverage(view) if is_new else None,
    )


def _evidence(view: BrandView, finding: Finding) -> Evidence:
    first = view.window_start(finding.window) if finding.first_minute is None else finding.first_minute
    counts = view.window(finding.window) if finding.first_minute is None else NO_COUNTS
    recent = view.window(min(finding.window, MAX_SLIDING))
    copies = recent[COPIES] / recent[MENTIONS] if recent[MENTIONS] else 0.0
    return Evidence(
        window_start=first * MINUTE,
        window_end=(view.minute + 1) * MINUTE,
        metric=finding.metric,
        observed=float(finding.observed),
        expected=None if finding.expected is None else float(finding.expected),
        threshold=float(finding.threshold),
        mentions=counts[MENTIONS],
        negative=counts[NEGATIVE],
        history=view.baseline.history,
        extra={"copies": copies, "five_authors": view.top_author_share(), **finding.extra},
    )


def _contributors(view: BrandView, finding: Finding) -> Contributors:
    if finding.source:
        return Contributors(channels=((finding.source, 0),))
    return view.contributors(negative=finding.metric not in _ALL_MENTIONS)
