"""Mending of a brand's state whose event time is ahead of the clock: what lies in the future is taken out of it.

A state gets ahead of the clock when a clock was wrong: a producer's, a worker's. Its last closed minute then makes
every mention late, and nothing fires until the clock has caught up. What was learned up to the present stays.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import sub
from typing import TYPE_CHECKING, Final, TypeVar

from detectors.engine.admission import sizes
from detectors.engine.description.crowds import read_posts
from detectors.engine.topics import stored_topics
from detectors.topics import storage as topics
from detectors.topics.risk.terms import built_in_terms
from detectors.topics.stats.baseline import HALF_DAY
from detectors.windows.buckets import MINUTE, NO_COUNTS, PEAK
from detectors.windows.contributors import ContributorSample

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.topics.state import StoredTopics
    from detectors.windows.buckets import HourBuckets

OPEN_MINUTES: Final = 3
"""Minutes up to the present that are open again: as many as the usual lateness keeps open."""

V = TypeVar("V")


def is_ahead(state: State, limit: int) -> bool:
    """Return whether minutes are closed that lie after the instant `limit` [ms]."""
    return state.last_closed_minute is not None and state.last_closed_minute > limit // MINUTE


def mend(state: State, now: int) -> None:
    """Take all that lies after the minute of `now` [ms] out of a state, in place; the latest minutes are open again.

    Totals stay: they say what became of every row.
    """
    minute = now // MINUTE
    state.last_closed_minute = minute - OPEN_MINUTES
    _mend_hours(state.hours, minute // 60)
    _mend_minutes(state, minute)
    state.dedup.mend(minute)
    state.pending = _up_to(state.pending, minute)
    state.buffered_bytes = sum(sizes(*part) for parts in state.pending.values() for part in parts)
    state.contributors = ContributorSample()
    read_posts(state)
    state.posts.clear()
    state.authors.mend(minute)
    for source in state.sources.sources.values():
        source.last = min(source.last, minute)
    for episode in state.episodes.values():
        episode.start = min(episode.start, minute)
    state.last_ended = {detector: min(at, minute) for detector, at in state.last_ended.items()}
    _mend_topics(state, now)
    state.cache.clear()
    state.cache.sampled = {}


def _up_to(rows: dict[int, V], last: int) -> dict[int, V]:
    return {key: row for key, row in rows.items() if key <= last}


def _mend_minutes(state: State, last: int) -> None:
    """Drop the minutes after `last`, and open the last OPEN_MINUTES again: they count in their hour once they close."""
    minutes, rows = state.minutes, state.hours.rows
    kept = bisect_right(minutes.closed, last - OPEN_MINUTES)
    minutes.opened, minutes.ahead = {}, {}
    minutes.moved, minutes.late = _up_to(minutes.moved, last), _up_to(minutes.late, last)
    for place in range(kept, bisect_right(minutes.closed, last)):
        minute, before = minutes.closed[place], minutes.totals[place - 1] if place else NO_COUNTS
        minutes.opened[minute] = list(map(sub, minutes.totals[place], before))
        hour = rows.get(minute // 60)
        if hour is not None:
            hour[:PEAK] = map(sub, hour[:PEAK], minutes.opened[minute])
    minutes.closed, minutes.totals = minutes.closed[:kept], minutes.totals[:kept]


def _mend_hours(hours: HourBuckets, last: int) -> None:
    hours.rows, hours.backfilled = _up_to(hours.rows, last), _up_to(hours.backfilled, last)
    hours.excluded = {hour for hour in hours.excluded if hour <= last}
    hours.crisis_hours = {hour for hour in hours.crisis_hours if hour <= last}
    hours.first_hour = min((hour for hour in (hours.first_hour, last) if hour is not None), default=None)
    hours.judged = [one for one in hours.judged if one.since // 60 <= last]
    if hours.level_since is not None:
        hours.level_since = min(hours.level_since, last)
    hours.pruned_until, hours.falling_peaks, hours.busiest_at = None, [], None


def _mend_topics(state: State, now: int) -> None:
    if state.topics is not None:
        state.encoded_topics = topics.encode(state.topics)
        state.topics = state.cache.policy = None  # read again under the policy in force
    if (read := stored_topics(state, frozenset(), built_in_terms())) is not None:
        _mend_stored_topics(read.stored, now)
        state.encoded_topics = topics.encode(read)


def _mend_stored_topics(stored: StoredTopics, now: int) -> None:
    stored.posts[:] = [post for post in stored.posts if post.published <= now]
    stored.active = [topic for topic in stored.active if topic.first.published <= now]
    for topic in stored.active:
        topic.at, topic.last_burst_at = min(topic.at, now), min(topic.last_burst_at, now)
    stored.last_bursts = {unit: min(at, now) for unit, at in stored.last_bursts.items()}
    if stored.minute > now // MINUTE:
        stored.minute, stored.sampled, stored.seen = now // MINUTE, 0, 0
    baseline, half_day = stored.baseline, now // HALF_DAY
    baseline.recent = [half for half in baseline.recent if half.index <= half_day]
    baseline.first = min(baseline.first, half_day)
    baseline.decayed_to = min(baseline.decayed_to, half_day)
    baseline.hour = min(baseline.hour, now // (60 * MINUTE))
