"""Which findings begin, last or end in this minute?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.baseline import learn
from detectors.buckets import AMPLIFIED, MENTIONS, MINUTE, NEGATIVE, NOTHING, SLIDING
from detectors.registry import ALL, BY_NAME
from detectors.rule import Detector, Finding, Limit, View, judge_limits, minutes
from detectors.signal import SEVERITIES, Drivers, Evidence, Phase, Severity, Signal
from detectors.state import Episode, State

if TYPE_CHECKING:
    from detectors.policy import Policy

_FAR = 1 << 62
_OF_EVERYONE = frozenset({"mentions", "positive mentions"})
_HOURLY = frozenset(detector.name for detector in ALL if detector.hourly)
CALM_MINUTES = 15
"""An episode ends after so many closed minutes in a row below `resolve_below`."""


def follow(state: State, policy: Policy) -> None:
    """Take note of the policy in force; what was worked out under another is thrown away."""
    cache = state.cache
    if cache.policy is not policy and cache.policy != policy:
        cache.clear()
    cache.policy = policy


def watch_open(state: State, at: int | None, policy: Policy) -> list[Signal]:
    """Return what the open minutes near the frontier made break, and work out when to look again.

    A minute without a mention cannot break anything. `at` is the event time of the row that was counted last; without
    one the end of the minute stands for it. While `cache.slack` is empty, the next row makes us look.
    """
    if state.frontier is None:
        return []
    signals = []
    slack: dict[int, int] = {MENTIONS: _FAR}
    for minute in sorted(state.minutes.opened):
        if minute > state.frontier + policy.near:
            break
        view = _view(state, minute, policy)
        for detector, limits in _limits(state, view):
            if limits and detector.enabled(policy):
                signals += _judge_open(state, view, detector, limits, at)
                _tighten(slack, view, limits, state.episodes.get(detector.name))
    state.cache.slack = slack
    return signals


def close(state: State, minute: int, policy: Policy) -> list[Signal]:
    """Close the minute after the frontier: last word on its counts, then the shares and means, then learning.

    Without a mention in it, only what lasts is asked whether it goes on, and at the end of an hour what is hourly.
    """
    state.frontier = minute
    busy = minute in state.minutes.opened
    ends_hour = minute % 60 == 59  # noqa: PLR2004 - the last minute of an hour
    asked = [
        detector
        for detector in ALL
        if busy or (ends_hour if detector.hourly else detector.name in state.episodes)
        if detector.enabled(policy)
    ]
    signals: list[Signal] = []
    if asked:
        view = _view(state, minute, policy)
        limits = dict(_limits(state, view))
        for detector in asked:
            finding = detector.judge(view) if detector.judge else judge_limits(view, limits[detector])
            judge = _judge_hourly if detector.hourly else _judge_closed
            signals += judge(state, view, detector, finding, may_raise=busy or detector.hourly)
    _learn(state, minute, policy)
    if ends_hour:
        state.channels.forget(minute - minutes(policy.silence.given_up_after))
    state.cache.limits.pop(-minute, None)
    return signals


def every_minute(state: State) -> bool:
    """Tell whether something lasts that is asked every minute whether it goes on."""
    return any(name not in _HOURLY for name in state.episodes)


def _learn(state: State, minute: int, policy: Policy) -> None:
    counts = state.minutes.close(minute)
    if counts[MENTIONS]:
        state.cache.past = None
        state.hours.add(
            minute,
            counts,
            (
                state.minutes.window(minute, minutes(policy.volume.fast))[MENTIONS],
                state.minutes.window(minute, minutes(policy.volume.window))[MENTIONS],
                state.minutes.window(minute, minutes(policy.negative.fast))[NEGATIVE],
                state.minutes.window(minute, minutes(policy.negative.window))[NEGATIVE],
            ),
        )
    if state.episodes:
        _hold_back(state, minute, minutes(policy.learning.relearn_after))


def _hold_back(state: State, minute: int, relearn_after: int) -> None:
    """Keep an hour in breach out of the usual, until the breach has lasted so long that it is the usual."""
    hours, hour = state.hours, minute // 60
    ages = [minute - episode.start for name, episode in state.episodes.items() if BY_NAME[name].holds]
    if any(age == relearn_after for age in ages):
        hours.level_since = (minute - relearn_after) // 60
        hours.held = {held for held in hours.held if held < hours.level_since}
        state.cache.clear()
    elif hour not in hours.held and any(0 <= age < relearn_after for age in ages):
        hours.held.add(hour)
        state.cache.past = None


def _view(state: State, minute: int, policy: Policy) -> View:
    hour = minute // 60
    usual = state.cache.usuals.get(hour)
    if usual is None:
        for past in [h for h in state.cache.usuals if h < hour - 1]:
            del state.cache.usuals[past]
            state.cache.limits.pop(past, None)
            state.cache.memos.pop(past, None)
        usual = state.cache.usuals[hour] = learn(state.hours, hour, policy.learning)
    return View(minute, state, usual, policy)


def _limits(state: State, view: View) -> list[tuple[Detector, tuple[Limit, ...]]]:
    """Return the limits of every detector on counts: once an hour, each minute without history."""
    known = state.cache.limits
    key = view.usual.hour if view.usual.warm else -view.minute
    if key not in known:
        known[key] = [(detector, detector.limits(view)) for detector in ALL if detector.limits]
    return known[key]


def _tighten(slack: dict[int, int], view: View, limits: tuple[Limit, ...], episode: Episode | None) -> None:
    """Lower `slack` to the least number of mentions that takes a limit to its next level."""
    for limit in limits:
        left = _FAR
        for count, severity in limit.levels:
            if episode is None or SEVERITIES.index(severity) > SEVERITIES.index(episode.severity):
                missing = count - view.window(limit.window)[limit.metric]
                if missing > 0:
                    left = missing
                    break
        slack[limit.metric] = min(slack.get(limit.metric, _FAR), left)


def _judge_open(
    state: State, view: View, detector: Detector, limits: tuple[Limit, ...], at: int | None
) -> list[Signal]:
    finding = judge_limits(view, limits)
    if finding is None or finding.severity is None:
        return []
    at = (view.minute + 1) * MINUTE if at is None else at
    episode = state.episodes.get(detector.name)
    if episode is None:
        return [_raise(state, view, detector, finding, finding.severity, at)]
    if SEVERITIES.index(finding.severity) > SEVERITIES.index(episode.severity):
        return [_go_on(state, view, detector, finding, at)]
    return []


def _judge_closed(
    state: State, view: View, detector: Detector, finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    episode = state.episodes.get(detector.name)
    at = (view.minute + 1) * MINUTE
    if episode is None:
        if may_raise and finding is not None and finding.severity is not None:
            return [_raise(state, view, detector, finding, finding.severity, at)]
        return []
    if finding is not None and (finding.lasting or finding.severity is not None):
        episode.calm = 0
        return [_go_on(state, view, detector, finding, at)]
    if view.minute >= episode.start:
        episode.calm += 1
        if episode.calm >= CALM_MINUTES:
            del state.episodes[detector.name]
            state.cache.slack = {}
    return []


def _judge_hourly(
    state: State, view: View, detector: Detector, finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    """Tell of what lasts at the end of the hour only, and end it at once."""
    if detector.name not in state.episodes:
        return _judge_closed(state, view, detector, finding, may_raise=may_raise)
    if finding is None or not finding.lasting:
        del state.episodes[detector.name]
        return []
    return _judge_closed(state, view, detector, finding, may_raise=may_raise) if view.minute % 60 == 59 else []  # noqa: PLR2004


def _raise(state: State, view: View, detector: Detector, finding: Finding, severity: Severity, at: int) -> Signal:
    episode = state.episodes[detector.name] = Episode(view.minute, severity)
    return _signal(state, view, detector, finding, episode, "raised", at)


def _go_on(state: State, view: View, detector: Detector, finding: Finding, at: int) -> Signal:
    episode = state.episodes[detector.name]
    episode.revision += 1
    if finding.severity is not None:
        episode.severity = max(episode.severity, finding.severity, key=SEVERITIES.index)
    return _signal(state, view, detector, finding, episode, "ongoing", at)


def _signal(
    state: State, view: View, detector: Detector, finding: Finding, episode: Episode, phase: Phase, at: int
) -> Signal:
    return Signal(
        brand=state.brand,
        detector=detector.name,
        start=episode.start * MINUTE,
        revision=episode.revision,
        phase=phase,
        severity=episode.severity,
        at=at,
        policy=state.revision,
        evidence=_evidence(state, view, finding),
        drivers=_drivers(state, finding),
    )


def _evidence(state: State, view: View, finding: Finding) -> Evidence:
    first = view.start(finding.window) if finding.since is None else finding.since
    counts = view.window(finding.window) if finding.since is None else NOTHING
    recent = view.window(min(finding.window, SLIDING))
    copies = recent[AMPLIFIED] / recent[MENTIONS] if recent[MENTIONS] else 0.0
    return Evidence(
        window_start=first * MINUTE,
        window_end=(view.minute + 1) * MINUTE,
        metric=finding.metric,
        observed=float(finding.observed),
        expected=None if finding.expected is None else float(finding.expected),
        threshold=float(finding.threshold),
        mentions=counts[MENTIONS],
        negative=counts[NEGATIVE],
        history=view.usual.history,
        extra={"copies": copies, "five_authors": state.sample.concentration(5), **finding.extra},
    )


def _drivers(state: State, finding: Finding) -> Drivers:
    if finding.subject:
        return Drivers(channels=((finding.subject, 0),))
    return state.sample.summary(negative=finding.metric not in _OF_EVERYONE)
