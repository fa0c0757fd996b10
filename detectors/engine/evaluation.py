"""Evaluation of one brand's minutes: episodes begin, continue and end, and signals report them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detectors.base import Detector, evaluate_thresholds, hourly_thresholds
from detectors.engine import learning
from detectors.engine.description.crowds import describe_finding
from detectors.engine.description.evidence import evidence_of
from detectors.engine.description.timeline import build_timeline, is_due
from detectors.engine.skipping.headroom import UNLIMITED, update_headroom
from detectors.engine.state import Episode, State
from detectors.engine.topics import leading_topic, set_topics, words_of_finding
from detectors.model.signal import SEVERITIES, Contributors, Coverage, Phase, Severity, Signal
from detectors.registry import ALL
from detectors.view import BrandView
from detectors.windows.buckets import MENTIONS, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.model.finding import CountThreshold, Finding
    from detectors.policy import Policy

_ALL_MENTIONS: Final = frozenset({"mentions", "positive mentions"})
_HOURLY: Final = frozenset(detector.name for detector in ALL if detector.hourly)
_COVERAGE: Final = next((detector for detector in ALL if detector.coverage is not None), None)
WORDS_MINUTES: Final = 15
"""Minutes after which words and authors of what is ongoing are looked up again; when it is raised or worsens, too."""

CLOSE_WATCH_MINUTES: Final = 30
"""Minutes from the beginning in which the authors are looked up with each bar of the timeline."""

RESOLVE_MINUTES: Final = 15
"""An episode ends after so many closed minutes in a row below `resolve_below`."""


def set_policy(state: State, policy: Policy) -> None:
    """Set the policy in force; what was computed under another one is dropped."""
    cache = state.cache
    if cache.policy is policy:
        return
    if cache.policy != policy:
        cache.clear()
    cache.set_policy(policy)
    set_topics(state, next((own for detector, own in policy.enabled() if detector.reads_topics), None))


def evaluate_open(state: State, at: int | None, policy: Policy) -> list[Signal]:
    """Return the signals of the open minutes near the last closed one, and compute when to evaluate again.

    A minute without a mention cannot breach. `at` is the event time of the row that was counted last; without one it is
    the end of the minute. While `cache.headroom` is empty, the next row is evaluated.
    """
    if state.last_closed_minute is None:
        return []
    signals, cache = [], state.cache
    headroom: dict[int, int] = {MENTIONS: UNLIMITED}
    all_reported, minute = True, -1
    diverse = dark = True  # no finding is kept at `info` for want of authors, or of a darker mood
    for minute in sorted(state.minutes.opened):
        if minute > state.last_closed_minute + policy.open_minutes:
            break
        view = BrandView(minute, state, policy)
        for detector, own in cache.on_counts:
            episode = state.episodes.get(detector.name)
            room = detector.headroom(view, own) if detector.headroom and episode is None else None
            if room is not None and room.remaining > 0:
                headroom[room.column] = min(headroom.get(room.column, UNLIMITED), room.remaining)
            elif thresholds := hourly_thresholds(view, detector, own):
                signals += _update_open(state, view, detector, thresholds, at)
                reported, by_many, is_dark = update_headroom(
                    headroom, view, thresholds, state.episodes.get(detector.name)
                )
                all_reported, diverse, dark = all_reported and reported, diverse and by_many, dark and is_dark
    if not dark or (not diverse and state.contributors.has_room):
        headroom[MENTIONS] = 1
    cache.headroom, cache.headroom_minute, cache.all_reported = headroom, minute, all_reported
    return signals


def on_new_minute(state: State, minute: int) -> None:
    """Note that a row of a new minute comes: the known headroom may not hold any longer.

    It holds within the hour, whose thresholds are the same, for a minute after all that were evaluated: its windows
    hold no more than theirs, except for the rows that came since, and these were counted.
    """
    cache = state.cache
    if cache.all_reported and cache.headroom_minute < minute and cache.headroom_minute // 60 == minute // 60:
        cache.headroom_minute = minute
    else:
        cache.reset_headroom()


def close_minute(state: State, minute: int, policy: Policy) -> list[Signal]:
    """Close the minute after the last closed one: final counts first, then shares and means, then learning.

    A minute without a mention only continues or ends what is ongoing; hourly detectors run at the end of an hour.
    """
    state.last_closed_minute = minute
    busy = minute in state.minutes.opened
    ends_hour = minute % 60 == 59  # noqa: PLR2004  the last minute of an hour
    signals: list[Signal] = []
    if state.episodes or ((busy or ends_hour) and not (_all_below(state) and state.cache.skipper.all_skipped(minute))):
        signals = _evaluate_closed(state, BrandView(minute, state, policy), busy=busy, ends_hour=ends_hour)
    if busy:
        learning.learn(state, minute, policy)
    if state.episodes:
        learning.exclude_hour(state, minute, policy.learning)
    if ends_hour and state.cache.forget_sources_after is not None:
        state.sources.forget(minute - state.cache.forget_sources_after)
    return signals


def _evaluate_closed(state: State, view: BrandView, *, busy: bool, ends_hour: bool) -> list[Signal]:
    signals: list[Signal] = []
    for detector, own in _due_detectors(state, view, busy=busy, ends_hour=ends_hour):
        if detector.evaluate:
            finding = detector.evaluate(view, own)
        else:
            finding = evaluate_thresholds(view, hourly_thresholds(view, detector, own))
        update = _update_hourly if detector.hourly else _update_closed
        signals += update(state, view, detector, finding, may_raise=busy or detector.hourly)
    if busy:
        state.cache.skipper.note_all(detector for detector, _ in state.cache.detectors if detector.evaluate)
    return signals


def _all_below(state: State) -> bool:
    """Return whether the open minutes are known to be below all thresholds on counts."""
    return state.cache.all_reported and bool(state.cache.headroom) and min(state.cache.headroom.values()) > 0


def _due_detectors(
    state: State, view: BrandView, *, busy: bool, ends_hour: bool
) -> Iterator[tuple[Detector[Any], Any]]:
    """Yield the detectors that may have a finding, with their parameters: what is ongoing, and what may begin now.

    No threshold on counts can be reached while the open minutes are known to be below all of them.
    """
    detectors, episodes = state.cache.detectors, state.episodes
    if not (busy or ends_hour):
        yield from [pair for pair in detectors if pair[0].name in episodes and not pair[0].hourly]
        return
    below = _all_below(state)
    state.cache.skipper.on_minute(view.minute)
    for detector, own in detectors:
        if detector.name not in episodes:
            if not (busy or detector.hourly):
                continue
            if below if detector.thresholds else _can_skip(state, view, detector, own):
                continue
        yield detector, own


def _can_skip(state: State, view: BrandView, detector: Detector[Any], own: Any) -> bool:
    """Return whether a detector need not run: it is skipped already, may be from now on, or is below its threshold."""
    skipper = state.cache.skipper
    if skipper.skips(detector):
        return True
    if detector.headroom and skipper.try_skip(detector, detector.headroom(view, own), state.minutes, view.minute):
        return True
    return detector.below_threshold is not None and detector.below_threshold(view, own)


def has_ongoing(state: State) -> bool:
    """Return whether an episode is ongoing that is evaluated every minute."""
    return any(name not in _HOURLY for name in state.episodes)


def _update_open(
    state: State, view: BrandView, detector: Detector[Any], thresholds: tuple[CountThreshold, ...], at: int | None
) -> list[Signal]:
    finding = evaluate_thresholds(view, thresholds)
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
    state: State, view: BrandView, detector: Detector[Any], finding: Finding | None, *, may_raise: bool
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
        if episode.minutes_below >= RESOLVE_MINUTES:
            _end(state, detector, view.minute)
            state.cache.reset_headroom()
    return []


def _update_hourly(
    state: State, view: BrandView, detector: Detector[Any], finding: Finding | None, *, may_raise: bool
) -> list[Signal]:
    """Report what is ongoing at the end of the hour only, and end it at once."""
    if detector.name not in state.episodes:
        return _update_closed(state, view, detector, finding, may_raise=may_raise)
    if finding is None or not finding.ongoing:
        _end(state, detector, view.minute)
        return []
    return _update_closed(state, view, detector, finding, may_raise=may_raise) if view.minute % 60 == 59 else []  # noqa: PLR2004


def _end(state: State, detector: Detector[Any], minute: int) -> None:
    del state.episodes[detector.name]
    state.last_ended[detector.name] = minute


def _raise(
    state: State, view: BrandView, detector: Detector[Any], finding: Finding, severity: Severity, at: int
) -> Signal:
    episode = state.episodes[detector.name] = Episode(view.minute, severity)
    return _signal(state, view, detector, finding, episode, "raised", at, with_words=True)


def _continue(state: State, view: BrandView, detector: Detector[Any], finding: Finding, at: int) -> Signal:
    episode = state.episodes[detector.name]
    episode.revision += 1
    before = episode.severity
    if finding.severity is not None:
        episode.severity = max(before, finding.severity, key=SEVERITIES.index)
    with_words = episode.severity != before or view.minute % WORDS_MINUTES == WORDS_MINUTES - 1
    return _signal(state, view, detector, finding, episode, "ongoing", at, with_words=with_words)


def _signal(
    state: State,
    view: BrandView,
    detector: Detector[Any],
    finding: Finding,
    episode: Episode,
    phase: Phase,
    at: int,
    *,
    with_words: bool,
) -> Signal:
    with_timeline = phase == "raised" or is_due(view.minute)
    evidence = evidence_of(view, finding)
    topic = leading_topic(state, at) if with_timeline or with_words else None
    begins = with_timeline and view.minute < episode.start + CLOSE_WATCH_MINUTES
    crowd = describe_finding(state, view, detector, finding, evidence) if with_words or begins else None
    with_words = with_words and topic is None and not finding.source
    return Signal(
        brand=state.brand,
        detector=detector.name,
        start=episode.start * MINUTE,
        revision=episode.revision,
        phase=phase,
        severity=episode.severity,
        at=at,
        policy=state.revision,
        evidence=evidence,
        contributors=_contributors(view, finding),
        timeline=build_timeline(view) if with_timeline else None,
        coverage=_coverage(state, view) if with_timeline else None,
        topic=topic if with_timeline else None,
        words=words_of_finding(state, evidence) if with_words else None,
        crowd=crowd,
    )


def _coverage(state: State, view: BrandView) -> Coverage | None:
    """Return which of the usual sources are active, by the detector that knows; whether it runs does not matter."""
    if _COVERAGE is None or _COVERAGE.coverage is None or state.cache.policy is None:
        return None
    return _COVERAGE.coverage(view, state.cache.policy.of(_COVERAGE))


def _contributors(view: BrandView, finding: Finding) -> Contributors:
    if finding.source:
        return Contributors(channels=((finding.source, 0),))
    return view.contributors(negative=finding.metric not in _ALL_MENTIONS)
