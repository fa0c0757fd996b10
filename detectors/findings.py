"""Which findings begin, last or end in this minute?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors.buckets import AMPLIFIED, MENTIONS, MINUTE, NEGATIVE, NOTHING, SLIDING
from detectors.course import course, coverage, due
from detectors.registry import ALL, BY_NAME
from detectors.rule import Detector, Finding, Limit, View, judge_limits, minutes
from detectors.signal import SEVERITIES, Drivers, Evidence, Phase, Severity, Signal
from detectors.slack import FAR, tighten
from detectors.state import Episode, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.baseline import Learning
    from detectors.policy import Policy

_OF_EVERYONE = frozenset({"mentions", "positive mentions"})
_ON_COUNTS = tuple(detector for detector in ALL if detector.limits)
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
    signals, cache = [], state.cache
    slack: dict[int, int] = {MENTIONS: FAR}
    settled, minute = True, -1
    crowded = True  # no finding is held back for want of authors
    for minute in sorted(state.minutes.opened):
        if minute > state.frontier + policy.near:
            break
        view = View(minute, state, policy)
        for detector in _ON_COUNTS:
            if not detector.enabled(policy):
                continue
            episode = state.episodes.get(detector.name)
            room = detector.room(view) if detector.room and episode is None else None
            if room is not None and room.left > 0:
                slack[room.column] = min(slack.get(room.column, FAR), room.left)
            elif limits := view.limits(detector):
                signals += _judge_open(state, view, detector, limits, at)
                told, by_many = tighten(slack, view, limits, state.episodes.get(detector.name))
                settled, crowded = settled and told, crowded and by_many
    if not crowded and state.sample.open:
        slack[MENTIONS] = 1
    cache.slack, cache.looked, cache.settled = slack, minute, settled
    return signals


def turn(state: State, minute: int) -> None:
    """Take note that a row of a new minute comes: what is known of the distance to any limit may hold no longer.

    It holds within the hour, whose limits are the same, for a minute after all that were looked at: its windows hold
    no more than theirs, but for the rows that came since, and these were counted.
    """
    cache = state.cache
    if cache.settled and cache.looked < minute and cache.looked // 60 == minute // 60:
        cache.looked = minute
    else:
        cache.look_again()


def close(state: State, minute: int, policy: Policy) -> list[Signal]:
    """Close the minute after the frontier: last word on its counts, then the shares and means, then learning.

    Without a mention in it, only what lasts is asked whether it goes on, and at the end of an hour what is hourly.
    """
    state.frontier = minute
    busy = minute in state.minutes.opened
    ends_hour = minute % 60 == 59  # noqa: PLR2004 - the last minute of an hour
    signals: list[Signal] = []
    if state.episodes or ((busy or ends_hour) and not (_below(state) and state.cache.rest.calm(minute))):
        signals = _ask(state, View(minute, state, policy), busy=busy, ends_hour=ends_hour)
    if busy:
        _learn(state, minute, policy)
    if state.episodes:
        _hold_back(state, minute, policy.learning)
    if ends_hour:
        state.channels.forget(minute - minutes(policy.silence.given_up_after))
    return signals


def _ask(state: State, view: View, *, busy: bool, ends_hour: bool) -> list[Signal]:
    signals: list[Signal] = []
    for detector in _asked(state, view, busy=busy, ends_hour=ends_hour):
        finding = detector.judge(view) if detector.judge else judge_limits(view, view.limits(detector))
        judge = _judge_hourly if detector.hourly else _judge_closed
        signals += judge(state, view, detector, finding, may_raise=busy or detector.hourly)
    if busy:
        state.cache.rest.close(d for d in ALL if d.judge and d.enabled(view.policy))
    return signals


def _below(state: State) -> bool:
    """Tell whether the open minutes are known to be below all limits on counts."""
    return state.cache.settled and bool(state.cache.slack) and min(state.cache.slack.values()) > 0


def _asked(state: State, view: View, *, busy: bool, ends_hour: bool) -> Iterator[Detector]:
    """Yield the detectors that have something to say: what lasts, and what may begin now.

    No limit on counts can be reached while the open minutes are known to be below all of them.
    """
    if not (busy or ends_hour):
        lasting = [detector for detector in ALL if detector.name in state.episodes and not detector.hourly]
        yield from [detector for detector in lasting if detector.enabled(view.policy)]
        return
    below = _below(state)
    state.cache.rest.turn(view.minute)
    for detector in ALL:
        if detector.name in state.episodes:
            asked = True
        elif busy or detector.hourly:
            asked = not (below if detector.limits else _spared(state, view, detector))
        else:
            continue
        if asked and detector.enabled(view.policy):
            yield detector


def _spared(state: State, view: View, detector: Detector) -> bool:
    """Tell whether a detector need not be asked: it rests, may do so from now on, or is dormant."""
    rest = state.cache.rest
    if rest.rests(detector):
        return True
    if detector.room and rest.lay(detector, detector.room(view), state.minutes, view.minute):
        return True
    return detector.dormant is not None and detector.dormant(view)


def every_minute(state: State) -> bool:
    """Tell whether something lasts that is asked every minute whether it goes on."""
    return any(name not in _HOURLY for name in state.episodes)


def _learn(state: State, minute: int, policy: Policy) -> None:
    """Close the minute's counts, and let them add to what is usual."""
    counts = state.minutes.close(minute)
    peaks = [
        state.minutes.latest(minutes(length))[metric]
        for metric, own in ((MENTIONS, policy.volume), (NEGATIVE, policy.negative))
        for length in (own.fast, own.window)
    ]
    state.cache.past = None
    state.hours.add(minute, counts, peaks)


def _hold_back(state: State, minute: int, learning: Learning) -> None:
    """Keep an hour in breach out of the usual, until the breach has lasted so long that it is the usual.

    It is one of a crisis if something in breach pages, or if it is what is left of a crisis.
    """
    hours, hour = state.hours, minute // 60
    holding = [episode for name, episode in state.episodes.items() if BY_NAME[name].holds]
    crisis = any(episode.severity != "watch" for episode in holding) or (bool(holding) and hour - 1 in hours.crisis)
    enough = minutes(learning.relearn_crisis_after if crisis else learning.relearn_after)
    starts = [episode.start for episode in holding if episode.start <= minute]
    learned = [start for start in starts if minute - start >= enough]
    anew = [start for start in learned if hours.level_since is None or hours.level_since < start // 60]
    if anew:
        hours.relearn(min(anew) // 60)
        state.cache.clear()
    elif len(learned) < len(starts):
        _keep_out(state, hour, crisis=crisis)


def _keep_out(state: State, hour: int, *, crisis: bool) -> None:
    hours = state.hours
    if hour not in hours.held or (crisis and hour not in hours.crisis):
        hours.held.add(hour)
        state.cache.past = None
        if crisis:
            hours.crisis.add(hour)


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
            _end(state, detector, view.minute)
            state.cache.look_again()
    return []


def _judge_hourly(
    state: State, view: View, detector: Detector, finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    """Tell of what lasts at the end of the hour only, and end it at once."""
    if detector.name not in state.episodes:
        return _judge_closed(state, view, detector, finding, may_raise=may_raise)
    if finding is None or not finding.lasting:
        _end(state, detector, view.minute)
        return []
    return _judge_closed(state, view, detector, finding, may_raise=may_raise) if view.minute % 60 == 59 else []  # noqa: PLR2004


def _end(state: State, detector: Detector, minute: int) -> None:
    del state.episodes[detector.name]
    state.ended[detector.name] = minute


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
    anew = phase == "raised" or due(view.minute)
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
        drivers=_drivers(view, finding),
        course=course(view) if anew else None,
        coverage=coverage(view) if anew else None,
    )


def _evidence(view: View, finding: Finding) -> Evidence:
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
        extra={"copies": copies, "five_authors": view.concentration(), **finding.extra},
    )


def _drivers(view: View, finding: Finding) -> Drivers:
    if finding.subject:
        return Drivers(channels=((finding.subject, 0),))
    return view.drivers(negative=finding.metric not in _OF_EVERYONE)
