"""Topic tracker: finds what people suddenly write about a brand, at any volume and in any language. A pure fold.

For each post, each of its units (words, two-word phrases, hashtags, links, risk categories) is looked up in the
window: k of n voices use it, among the last 60 posts of a day and the last 30 of a week. Against the usual share p,
learned half a day late and halved in 14 days, its surprisal is the Chernoff bound of the binomial tail, corrected for
posts that echo each other (`stats.surprisal`). From `min_surprisal` on it is a topic, or joins one with which it shares
half of its posts. What the topic is about decides whether it pages (`rating.rate`).

Trade-off: no lexicon is needed, so irony and unscored languages are no obstacle; a topic without risk that nobody is
negative about is info. Blind spots: what fewer than `min_share` of the latest posts contain (at a busy brand, a leak in
one post of fifty); words inflected by more than a plural "s"; the first three days of a brand, except risk categories.
Cost: at most SAMPLED posts of a minute are read.
Reference: bursts by share follow Kleinberg, Bursty and Hierarchical Structure in Streams, KDD 2002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.model.signal import SEVERITIES, Severity
from detectors.model.topic import Topic
from detectors.topics import rating
from detectors.topics.active_topic import ActiveTopic, Change
from detectors.topics.bursts import UnitBurst, find_bursts, topic_of
from detectors.topics.voices import author_key, text_key
from detectors.topics.window import TEXT_CHARS, Post, category_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.topics.parameters import TopicBurst
    from detectors.topics.state import TopicState

SAMPLED: Final = 12
"""Posts of a minute that are read."""

RESOLVE_AFTER: Final = 24 * 3_600_000
"""A topic ends, and its words may begin another, when they have not been a burst for so long [ms]."""

MAX_ACTIVE: Final = 3
MAX_LAST_BURSTS: Final = 32
_MAX_UNITS: Final = 12
_CHANNEL_CHARS: Final = 24
_MINUTE: Final = 60_000


class TopicRow(NamedTuple):
    """A mention as the tracker needs it: columns of `mentions.model.batches.Batch`."""

    published: int  # ms
    author: str  # "" when unknown
    channel: str
    text_hash: int
    label: int
    compound: float
    reach: int
    text: str  # the excerpt
    key: int = 0  # of the mention


class TopicNews(msgspec.Struct, frozen=True):
    """A change of a topic."""

    change: Change
    severity: Severity
    topic: Topic
    revision: int = 0  # counts the changes of the topic, 0 when it opened


def step(state: TopicState, row: TopicRow, policy: TopicBurst) -> list[TopicNews]:
    """Add a mention, in the order in which mentions are counted, and return what changed.

    Posts of a minute beyond SAMPLED are counted and not read. The state is changed in place.
    """
    stored, window, state.encoded = state.stored, state.window, None
    if not _is_sampled(state, row.published):
        return []
    post = _post(row)
    units = window.add(post)
    warming_up = state.warming_up(row.published)
    stored.baseline.learn(row.published, units)
    news = expire(state, row.published) if stored.active or len(stored.last_bursts) > MAX_LAST_BURSTS else []
    for topic in stored.active:
        topic.count(post, units)
    bursts = find_bursts(state, policy, warming_up=warming_up)
    return news + _apply(state, bursts, row.published, policy, warming_up=warming_up) if bursts else news


def learn_past(state: TopicState, row: TopicRow) -> None:
    """Learn a mention that arrived too late to be news: it teaches what is usual, and is part of no topic."""
    if state.stored.baseline.takes_past(row.published):
        state.learn_past(_post(row))


def _post(row: TopicRow) -> Post:
    return Post(
        row.published,
        author_key(row.author, row.text_hash),
        text_key(row.text_hash),
        row.channel[:_CHANNEL_CHARS],
        row.label,
        round(100 * row.compound),
        row.reach,
        row.text[:TEXT_CHARS],
        row.key,
    )


def expire(state: TopicState, now: int) -> list[TopicNews]:
    """End the topics that have not been a burst for RESOLVE_AFTER, as of `now` [ms]."""
    stored, state.encoded = state.stored, None
    ended = [topic for topic in stored.active if now - topic.last_burst_at > RESOLVE_AFTER]
    if ended:
        stored.active = [topic for topic in stored.active if topic not in ended]
    if len(stored.last_bursts) > MAX_LAST_BURSTS or ended:
        recent = sorted(stored.last_bursts.items(), key=lambda item: (item[1], item[0]))[-MAX_LAST_BURSTS:]
        stored.last_bursts = {unit: at for unit, at in recent if now - at <= RESOLVE_AFTER}
    return [TopicNews("ended", topic.severity, topic.to_topic()) for topic in ended]


def count_unread(state: TopicState, minute: int, count: int) -> bool:
    """Count mentions of a minute without reading them, if none of them would be read: saves the calls of `step`.

    Args:
        state: changed in place where the result is true.
        minute: of publication, since the epoch.
        count: how many mentions.

    Returns:
        Whether they are counted; otherwise call `step` for each.
    """
    stored = state.stored
    if minute > stored.minute or stored.sampled < SAMPLED:
        return False
    stored.seen += count
    state.encoded = None
    return True


def _is_sampled(state: TopicState, published: int) -> bool:
    """Return whether a post is read; when the minute turns, those that were not are added to topics in proportion."""
    stored, minute = state.stored, published // _MINUTE
    if minute > stored.minute:
        if stored.seen > stored.sampled > 0:
            for topic in stored.active:
                topic.extrapolate(stored.minute, stored.seen / stored.sampled, SAMPLED)
        stored.minute, stored.sampled, stored.seen = minute, 0, 0
    elif count_unread(state, minute, 1):
        return False
    stored.seen += 1
    stored.sampled += 1
    return True


def _apply(
    state: TopicState, bursts: list[UnitBurst], now: int, policy: TopicBurst, *, warming_up: bool
) -> list[TopicNews]:
    """Let bursts join the topics they belong to, or begin one, and rate what was touched."""
    stored = state.stored
    touched: dict[int, Change] = {}
    bursting: dict[int, list[str]] = {}  # number → categories that are a burst by themselves
    for burst in bursts:
        topic = topic_of(state, burst)
        is_new = now - stored.last_bursts.get(burst.unit, now - RESOLVE_AFTER - 1) > RESOLVE_AFTER
        stored.last_bursts[burst.unit] = now
        if topic is None:
            if not is_new:
                continue
            topic = _start(state, burst)
            touched[topic.number] = "opened"
        elif burst.unit not in topic.units and len(topic.units) < _MAX_UNITS:
            topic.units.append(burst.unit)
        touched.setdefault(topic.number, "grown")
        topic.last_burst_at = now
        if category := category_of(burst.unit):
            bursting.setdefault(topic.number, []).append(category)
        if burst.surprisal > topic.surprisal:
            topic.surprisal, topic.usual, topic.share = burst.surprisal, burst.usual, burst.voices / burst.of
    news = []
    for topic in stored.active:
        if topic.number in touched:
            change = _rate(state, topic, bursting.get(topic.number, ()), policy, warming_up=warming_up)
            change = "opened" if touched[topic.number] == "opened" else change
            if change:
                topic.rename(state.window, state.places(topic), stored.baseline)
                topic.reported_authors = topic.authors()
                news.append(TopicNews(change, topic.severity, topic.to_topic(), topic.revision))
                topic.revision += 1
    return news


def _rate(
    state: TopicState, topic: ActiveTopic, bursting: Sequence[str], policy: TopicBurst, *, warming_up: bool
) -> Change | None:
    """Rate a topic that was touched; return what changed, if anything."""
    window, baseline = state.window, state.stored.baseline
    if not bursting and topic.surprisal < policy.paging_surprisal:
        return topic.apply(rating.INFO)
    of = window.voices_from(0)
    places = state.places(topic)
    return topic.apply(rating.rate(window, places, of, baseline, policy, bursting, warming_up=warming_up))


def _start(state: TopicState, burst: UnitBurst) -> ActiveTopic:
    """Start a topic with the posts of the window; of too many, the least severe that burst longest ago is dropped."""
    stored, window = state.stored, state.window
    stored.latest_number += 1
    topic = ActiveTopic.start(stored.latest_number, burst.unit, window.posts[burst.places[0]])
    for place in burst.places:
        topic.count(window.posts[place], window.units[place])
    if len(stored.active) >= MAX_ACTIVE:
        idle = min(stored.active, key=lambda one: (SEVERITIES.index(one.severity), one.last_burst_at, one.number))
        stored.active.remove(idle)
    stored.active.append(topic)
    return topic
