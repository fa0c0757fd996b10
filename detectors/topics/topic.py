"""The life of one topic: its posts are counted, it is named, it gets graver, it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.topics.growth import Growth
from detectors.topics.label import name
from detectors.topics.model import SEVERITIES, CopiedPost, Live, Topic, TopicPost
from mentions.scored import NEGATIVE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.topics.model import Kind
    from detectors.topics.rating import Rating
    from detectors.topics.usual import Usual
    from detectors.topics.window import Post, Window

GROUPS: Final = 4
CHANNELS: Final = 6
_NEW_BELOW: Final = 0.003
"""Usual share below which nobody spoke of it before."""


def new(number: int, unit: str, post: Post) -> Live:
    """Return a topic that begins with a post, which is not counted yet."""
    return Live(number, [unit], Growth(post.at), _as_shown(post), post.at)


def count(live: Live, post: Post, units: frozenset[str]) -> None:
    """Count a post of the brand, and as the topic's where it has one of its units."""
    live.all_negative += post.label == NEGATIVE
    if units.isdisjoint(live.units):
        return
    live.mentions += 1
    live.negative += post.label == NEGATIVE
    live.judged += post.label != UNKNOWN
    live.growth.add(post.at)
    live.at = max(live.at, post.at)
    live.meet(min(post.author, post.text_key) if post.author == post.text_key else post.author)
    if post.channel not in live.channels and len(live.channels) < CHANNELS:
        live.channels.append(post.channel)
    if post.at < live.first.published:
        live.first = _as_shown(post)
    if post.reach > (live.largest.reach if live.largest else 0):
        live.largest = _as_shown(post)
    _group(live, post)


def extrapolate(live: Live, minute: int, factor: float) -> None:
    """Add, to the posts that were read of a minute, those that were not."""
    if live.at // 60_000 == minute:
        read = live.growth.counts[-1] if live.growth.counts else 0
        more = round(min(read, 12) * (factor - 1))
        live.mentions += more
        live.growth.add(live.at, more)


def settle(live: Live, rating: Rating) -> Kind | None:
    """Rate a topic; return what there is to tell, if anything."""
    live.categories = list(dict.fromkeys((*rating.categories, *live.categories)))
    live.reasons = list(dict.fromkeys((*live.reasons, *rating.reasons)))
    if SEVERITIES.index(rating.severity) > SEVERITIES.index(live.severity):
        live.severity = rating.severity
        return "raised"
    return "grown" if live.authors() >= 2 * max(1, live.told) else None


def rename(live: Live, window: Window, places: Sequence[int], usual: Usual) -> None:
    """Name a topic by its posts in the window."""
    live.label, live.terms = name([(window.posts[place].text, window.units[place]) for place in places], usual)


def shown(live: Live) -> Topic:
    """Return the topic as it is shown."""
    factor = live.share / live.usual if live.usual > _NEW_BELOW else None
    return Topic(
        label=live.label,
        terms=tuple(live.terms),
        categories=tuple(live.categories),
        severity=live.severity,
        reasons=tuple(live.reasons),
        start=live.first.published,
        at=live.at,
        mentions=round(live.mentions),
        authors=live.authors(),
        channels=len(live.channels),
        factor=factor,
        surprise=live.surprise,
        trend=live.growth.trend(live.at),
        doubling_minutes=live.growth.doubling_minutes(live.at),
        negative=live.negative / live.judged if live.judged else 0.0,
        of_negative=live.negative / live.all_negative if live.all_negative else 0.0,
        first=live.first,
        largest=live.largest,
        groups=tuple(live.groups),
    )


def _group(live: Live, post: Post) -> None:
    """Count a post in the group of its copies; the smallest of many groups gives way."""
    if post.text_key in live.keys:
        place = live.keys.index(post.text_key)
        known = live.groups[place]
        live.groups[place] = CopiedPost(known.count + 1, known.post)
    else:
        if len(live.groups) >= GROUPS:
            place = min(range(len(live.groups)), key=lambda i: (live.groups[i].count, i))
            if live.groups[place].count > 1:
                return
            del live.groups[place], live.keys[place]
        live.groups.append(CopiedPost(1, _as_shown(post)))
        live.keys.append(post.text_key)
    order = sorted(range(len(live.groups)), key=lambda i: -live.groups[i].count)
    live.groups, live.keys = [live.groups[i] for i in order], [live.keys[i] for i in order]


def _as_shown(post: Post) -> TopicPost:
    return TopicPost(post.text, post.channel, post.at, post.reach, post.mood / 100)
