"""Crowds in the engine: keeps the posts by which a finding's authors are described, and describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detectors.crowd.counterfactual import ABUSIVE_SHARE, leave_out
from detectors.crowd.figures import Sample, Timing, accounts_to_leave_out, describe
from detectors.crowd.post import NO_KEY
from detectors.model.crowd import Crowd, Without
from detectors.model.wording import HIGH_REACH_MENTIONS, POSITIVE_MENTIONS
from detectors.model.wording import MENTIONS as ALL_MENTIONS
from detectors.windows.buckets import (
    KEPT_MINUTES,
    MAX_SLIDING,
    MENTIONS,
    MINUTE,
    NEGATIVE,
    POSITIVE,
    MinuteBuckets,
)
from mentions.model import batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.base import Detector
    from detectors.crowd.post import Post
    from detectors.engine.state import State
    from detectors.model.finding import Finding
    from detectors.model.signal import Evidence
    from detectors.view import BrandView
    from mentions.model.batches import Batch

AUTHORS_KEPT: Final = 90 * 24 * 60
"""Minutes after its first mention at which an author counts as a new one again."""

NEW_FOR: Final = 24 * 60
"""Minutes after its first mention for which an author is a newcomer."""

MIN_KNOWN: Final = 3 * 24 * 60
"""Minutes for which authors must have been noted before any counts as a newcomer."""

MIN_POSTS: Final = 2
"""Mentions below which there is nothing to be said of who wrote them."""

MIN_USUAL: Final = 10
"""Mentions of an earlier window below which its busiest minute says nothing."""


def observe(state: State, rows: Batch, start: int, end: int, minute: int) -> None:
    """Keep rows that were counted in a minute, as far as there is room in the sample of the minute."""
    if state.posts.take(rows, start, end, minute, state.cache.high_reach_from):
        read_posts(state)


def read_posts(state: State) -> None:
    """Read the rows that were kept: goes before all that reads or stores posts and authors."""
    for minute, keys in state.posts.read_waiting():
        state.authors.check(keys, minute)
        state.authors.expire(state.authors.latest - AUTHORS_KEPT)


def describe_finding(
    state: State, view: BrandView, detector: Detector[Any], finding: Finding, evidence: Evidence
) -> Crowd | None:
    """Return who wrote the mentions that a finding counts; None of a source without data, or of one mention."""
    policy = state.cache.policy
    if finding.source or policy is None:
        return None
    read_posts(state)
    posts = state.posts.between(evidence.window_start, evidence.window_end)
    counted = _counted(posts, finding.metric)
    if len(counted) < MIN_POSTS:
        return None
    counts = view.window(finding.window)
    complete = finding.first_minute is None and len(posts) == counts[MENTIONS]
    left_out = accounts_to_leave_out(counted)
    without = None
    if complete and left_out:
        gone = state.posts.by(frozenset(left_out))
        observed, fires = leave_out(state, view, detector, policy.of(detector), finding, gone)
        if observed is not None:
            mine = sum(post.author in left_out for post in counted)
            figures = (finding.metric, float(finding.observed), round(observed, 4), float(finding.threshold))
            without = Without(len(left_out), mine, *figures, fires)
    total = len(counted) if complete else _total(finding, evidence, len(counted))
    return _describe(state, Sample(counted, total, _expected(view, finding)), evidence, left_out, without)


def describe_window(state: State, evidence: Evidence) -> Crowd | None:
    """Return who wrote the mentions of a topic's time; its rule counts each account and each text once already."""
    read_posts(state)
    posts = state.posts.between(evidence.window_start, evidence.window_end)
    if len(posts) < MIN_POSTS:
        return None
    length = (evidence.window_end - evidence.window_start) // MINUTE
    total = max(len(posts), state.minutes.window(evidence.window_end // MINUTE - 1, length)[MENTIONS])
    return _describe(state, Sample(posts, total, 0.0), evidence, accounts_to_leave_out(posts), None)


def _describe(state: State, sample: Sample, evidence: Evidence, left_out: list[int], without: Without | None) -> Crowd:
    end = evidence.window_end // MINUTE - 1
    authors = {post.author for post in sample.posts if post.author != NO_KEY}
    timing = _timing(state.minutes, end, (evidence.window_end - evidence.window_start) // MINUTE)
    names = state.posts.names(frozenset(left_out))
    return describe(sample, left_out, _newcomers(state, authors, end), timing, without, names)


def _counted(posts: Sequence[Post], metric: str) -> list[Post]:
    """Return the posts that a metric counts; of a share or a mean the ones that make it worse."""
    if metric == ALL_MENTIONS.name:
        return list(posts)
    if metric == HIGH_REACH_MENTIONS.name:
        return [post for post in posts if post.high_reach]
    if metric == ABUSIVE_SHARE:
        return [post for post in posts if post.abusive]
    label = batches.POSITIVE if metric == POSITIVE_MENTIONS.name else batches.NEGATIVE
    return [post for post in posts if post.label == label]


def _total(finding: Finding, evidence: Evidence, counted: int) -> int:
    """Return how many mentions a finding counts where not all of them are kept."""
    known = {ALL_MENTIONS.name: evidence.mentions}
    known |= dict.fromkeys((POSITIVE_MENTIONS.name, HIGH_REACH_MENTIONS.name), round(finding.observed))
    return max(counted, known.get(finding.metric, evidence.negative))


def _expected(view: BrandView, finding: Finding) -> float:
    """Return the usual number of mentions that a finding counts; before the warm-up what the hours before it held."""
    column = {ALL_MENTIONS.name: MENTIONS, POSITIVE_MENTIONS.name: POSITIVE}.get(finding.metric, NEGATIVE)
    if view.baseline.warmed_up:
        return view.baseline.expected(column, finding.window)
    seen_for, before = view.history_before(min(finding.window, MAX_SLIDING))
    return before[column] / seen_for * finding.window if seen_for >= finding.window else 0.0


def _newcomers(state: State, authors: set[int], end: int) -> float | None:
    """Return the share of authors first seen in the day up to a minute; None while too few days are known."""
    first = state.authors.first_minute
    if not authors or first is None or first > end - MIN_KNOWN:
        return None
    return round(len(authors & state.authors.since(end - NEW_FOR + 1)) / len(authors), 4)


def _timing(minutes: MinuteBuckets, end: int, length: int) -> Timing:
    """Return the share of the busiest minute in the window, and the mean of the windows before it."""
    length = min(length, MAX_SLIDING)
    shares = [
        _busiest(minutes, end - place * length, length, MIN_USUAL if place else 1)
        for place in range(max(1, KEPT_MINUTES // length))
    ]
    before = [share for share in shares[1:] if share is not None]
    return Timing(shares[0] or 0.0, sum(before) / len(before) if before else None)


def _busiest(minutes: MinuteBuckets, end: int, length: int, fewest: int) -> float | None:
    counts = minutes.each_minute(end, length, MENTIONS)
    return max(counts) / sum(counts) if sum(counts) >= fewest else None
