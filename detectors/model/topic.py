"""A topic as cards, pages and JSON show it. Its texts are untrusted: each renderer escapes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

POST_CHARS: Final = 140
"""Characters of a post that are kept."""

Trend = Literal["rising", "steady", "falling"]


class TopicPost(msgspec.Struct, frozen=True, array_like=True):
    """A post of a topic."""

    text: str  # its beginning
    channel: str
    published: int  # event time, ms
    reach: int  # 0 when unknown
    compound: float
    key: int = 0  # of the mention, see `detectors.model.correction.mention_key`; 0 when unknown
    deleted: bool = False  # its author, or the channel, took it down: its text is gone


class CopiedPost(msgspec.Struct, frozen=True, array_like=True):
    """One post of a near-duplicate group, and how many posts the group has."""

    count: int
    post: TopicPost


class Topic(msgspec.Struct, frozen=True):
    """What many people suddenly write about a brand.

    `mentions` and `authors` are estimates: posts beyond the sample of a minute are extrapolated, and authors are
    counted by linear counting.
    """

    number: int  # counts up within the brand: with the brand it is the topic's identity
    label: str  # as people write it
    terms: tuple[str, ...]  # further words, the most distinctive first
    categories: tuple[str, ...]  # risk categories, the most unusual first
    reasons: tuple[str, ...]  # why it pages: "risk", "negative", "many"; empty: it is info
    start: int  # event time of the first post, ms
    at: int  # event time of the latest post, ms
    mentions: int
    authors: int
    channels: int  # at most six are counted
    ratio: float | None  # its share of the posts over the usual share; None for what is new
    surprisal: float  # minus log of the tail probability, corrected for correlated posts
    trend: Trend
    doubling_minutes: int | None  # None unless rising
    negative_share: float  # of its mentions in scored languages
    share_of_negative: float  # its part of all negative mentions of the brand since it began
    first: TopicPost
    largest: TopicPost | None  # the one with the largest reach; None where no reach is known
    groups: tuple[CopiedPost, ...]  # near-duplicate groups, the largest first

    @property
    def minutes(self) -> int:
        """Return for how many minutes it has been going on, at least 1."""
        return max(1, round((self.at - self.start) / 60_000))

    @property
    def is_new(self) -> bool:
        """Return whether nobody wrote of it before."""
        return self.ratio is None


class MentionWords(msgspec.Struct, frozen=True):
    """Words of the mentions that a finding counts: what they are about where no topic is known."""

    terms: tuple[tuple[str, int], ...]  # as people write them, each with how many voices use it, the most telling first
    voices: int  # how many mentions were compared; copies and further ones by an author are left out
    post: TopicPost  # one that holds most of the words


def map_group(group: CopiedPost, change: Callable[[TopicPost], TopicPost]) -> CopiedPost:
    """Return a group of copies with its post changed; the same object where the post stays the same."""
    post = change(group.post)
    return group if post is group.post else replace(group, post=post)


def map_posts(topic: Topic, change: Callable[[TopicPost], TopicPost]) -> Topic:
    """Return a topic with the posts that it quotes changed; the same object where all stay the same."""
    first = change(topic.first)
    largest = None if topic.largest is None else change(topic.largest)
    groups = tuple(map_group(group, change) for group in topic.groups)
    if first is topic.first and largest is topic.largest and groups == topic.groups:
        return topic
    return replace(topic, first=first, largest=largest, groups=groups)


def map_words(words: MentionWords, change: Callable[[TopicPost], TopicPost]) -> MentionWords:
    """Return the words of mentions with the post that holds them changed; the same object where it stays the same."""
    post = change(words.post)
    return words if post is words.post else replace(words, post=post)
