"""A topic that is going on, as it is stored: its posts are counted, it is named, rated and shown."""

from __future__ import annotations

from functools import partial
from math import log
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from detectors.model.correction import correct_post
from detectors.model.signal import SEVERITIES, Severity
from detectors.model.topic import CopiedPost, Topic, TopicPost, map_group
from detectors.topics.label import label_and_terms
from detectors.topics.stats.growth import Growth
from mentions.model.batches import NEGATIVE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from detectors.model.correction import Correction
    from detectors.topics.rating import Rating
    from detectors.topics.stats.baseline import UnitBaseline
    from detectors.topics.window import Post, Window

Change = Literal["opened", "worsened", "grown", "ended"]
"""`worsened`: its severity rose. `grown`: twice as many authors as at the last change."""

GROUPS: Final = 4
CHANNELS: Final = 6
_NEW_BELOW: Final = 0.003
"""Usual share below which nobody wrote of it before."""

_SKETCH_BITS: Final = 512
EXACT_VOICES: Final = 64
"""Voices that are counted exactly: so many do not depend on how names are hashed."""


class ActiveTopic(msgspec.Struct, array_like=True):
    """A topic that is going on."""

    number: int
    units: list[str]  # a post with one of them belongs to it
    growth: Growth
    first: TopicPost
    at: int  # latest post [ms]
    last_burst_at: int = 0  # ms
    severity: Severity = "info"
    reasons: list[str] = []
    categories: list[str] = []
    surprisal: float = 0.0
    usual: float = 0.0  # usual share of its main unit
    share: float = 0.0
    label: str = ""
    terms: list[str] = []
    mentions: float = 0.0
    negative: int = 0
    scored: int = 0  # posts in a language that is scored
    all_negative: int = 0  # negative posts of the brand since it began
    reported_authors: int = 0  # at the last change
    revision: int = 0  # counts the changes reported
    channels: list[str] = []
    sketch: bytes = bytes(_SKETCH_BITS // 8)
    voices: list[int] = []  # the first EXACT_VOICES
    largest: TopicPost | None = None
    groups: list[CopiedPost] = []
    keys: list[int] = []  # text keys of `groups`

    @classmethod
    def start(cls, number: int, unit: str, post: Post) -> ActiveTopic:
        """Return a topic that begins with a post, which is not counted yet."""
        return cls(number, [unit], Growth(post.published), _topic_post(post), post.published)

    def count(self, post: Post, units: AbstractSet[str]) -> None:
        """Count a post of the brand, and as the topic's where it has one of its units."""
        self.all_negative += post.label == NEGATIVE
        if units.isdisjoint(self.units):
            return
        self.mentions += 1
        self.negative += post.label == NEGATIVE
        self.scored += post.label != UNKNOWN
        self.growth.add(post.published)
        self.at = max(self.at, post.published)
        self._add_voice(post.author)
        if post.channel not in self.channels and len(self.channels) < CHANNELS:
            self.channels.append(post.channel)
        if post.published < self.first.published:
            self.first = _topic_post(post)
        if post.reach > (self.largest.reach if self.largest else 0):
            self.largest = _topic_post(post)
        self._add_to_group(post)

    def correct(self, correction: Correction) -> None:
        """Quote what a mention says now; counts stay."""
        self.first = correct_post(self.first, correction)
        self.largest = None if self.largest is None else correct_post(self.largest, correction)
        self.groups = [map_group(group, partial(correct_post, correction=correction)) for group in self.groups]

    def extrapolate(self, minute: int, factor: float, sampled: int) -> None:
        """Add the posts of a minute that were not read, in proportion to the `sampled` that were."""
        if self.at // 60_000 == minute:
            read = self.growth.counts[-1] if self.growth.counts else 0
            more = round(min(read, sampled) * (factor - 1))
            self.mentions += more
            self.growth.add(self.at, more)

    def authors(self) -> int:
        """Return how many voices, exactly up to EXACT_VOICES.

        Beyond, an estimate by linear counting (Whang, Vander-Zanden, Taylor, TODS 15, 1990).
        """
        if len(self.voices) < EXACT_VOICES:
            return len(self.voices)
        free = _SKETCH_BITS - int.from_bytes(self.sketch, "big").bit_count()
        return max(EXACT_VOICES, round(_SKETCH_BITS * log(_SKETCH_BITS / max(1, free))))

    def apply(self, rating: Rating) -> Change | None:
        """Apply a rating; return what changed, if anything. The severity never falls."""
        self.categories = list(dict.fromkeys((*rating.categories, *self.categories)))
        self.reasons = list(dict.fromkeys((*self.reasons, *rating.reasons)))
        if SEVERITIES.index(rating.severity) > SEVERITIES.index(self.severity):
            self.severity = rating.severity
            return "worsened"
        return "grown" if self.authors() >= 2 * max(1, self.reported_authors) else None

    def rename(self, window: Window, places: Sequence[int], baseline: UnitBaseline) -> None:
        """Name the topic by its posts in the window."""
        posts = [(window.posts[place].text, window.units[place]) for place in places]
        self.label, self.terms = label_and_terms(posts, baseline, window.own)

    def to_topic(self) -> Topic:
        """Return the topic as it is shown."""
        return Topic(
            number=self.number,
            label=self.label,
            terms=tuple(self.terms),
            categories=tuple(self.categories),
            reasons=tuple(self.reasons),
            start=self.first.published,
            at=self.at,
            mentions=round(self.mentions),
            authors=self.authors(),
            channels=len(self.channels),
            ratio=self.share / self.usual if self.usual > _NEW_BELOW else None,
            surprisal=self.surprisal,
            trend=self.growth.trend(self.at),
            doubling_minutes=self.growth.doubling_minutes(self.at),
            negative_share=self.negative / self.scored if self.scored else 0.0,
            share_of_negative=self.negative / self.all_negative if self.all_negative else 0.0,
            first=self.first,
            largest=self.largest,
            groups=tuple(self.groups),
        )

    def _add_voice(self, voice: int) -> None:
        if len(self.voices) < EXACT_VOICES and voice not in self.voices:
            self.voices.append(voice)
        place = (voice * 0x9E3779B1 >> 7) % _SKETCH_BITS
        bits = int.from_bytes(self.sketch, "big") | 1 << place
        self.sketch = bits.to_bytes(_SKETCH_BITS // 8, "big")

    def _add_to_group(self, post: Post) -> None:
        """Count a post in its near-duplicate group; the smallest group of too many is dropped."""
        if post.text_key in self.keys:
            place = self.keys.index(post.text_key)
            known = self.groups[place]
            self.groups[place] = CopiedPost(known.count + 1, known.post)
        else:
            if len(self.groups) >= GROUPS:
                place = min(range(len(self.groups)), key=lambda i: (self.groups[i].count, i))
                if self.groups[place].count > 1:
                    return
                del self.groups[place], self.keys[place]
            self.groups.append(CopiedPost(1, _topic_post(post)))
            self.keys.append(post.text_key)
        order = sorted(range(len(self.groups)), key=lambda i: -self.groups[i].count)
        self.groups, self.keys = [self.groups[i] for i in order], [self.keys[i] for i in order]


def _topic_post(post: Post) -> TopicPost:
    return TopicPost(post.text, post.channel, post.published, post.reach, post.compound / 100, post.key)
