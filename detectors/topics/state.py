"""State of a brand's topics: what is stored, and what is computed again from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from detectors.topics import rating
from detectors.topics.active_topic import ActiveTopic
from detectors.topics.mention_words import words_of_mentions
from detectors.topics.stats.baseline import UnitBaseline
from detectors.topics.voices import text_key
from detectors.topics.window import TEXT_CHARS, Post, Window

if TYPE_CHECKING:
    from detectors.model.correction import Correction
    from detectors.model.topic import MentionWords
    from detectors.topics.risk.terms import RiskTerms

WARM_UP_DAYS: Final = 3.0
_CACHED_SHARES: Final = 4_000


class StoredTopics(msgspec.Struct, array_like=True):
    """What is stored of a brand's topics."""

    posts: list[Post] = []
    baseline: UnitBaseline = msgspec.field(default_factory=UnitBaseline)
    active: list[ActiveTopic] = []
    last_bursts: dict[str, int] = {}  # unit of a topic → when it last was a burst [ms]
    latest_number: int = 0
    minute: int = -1
    sampled: int = 0  # posts of this minute that were read
    seen: int = 0  # posts of this minute


class TopicState:
    """Topics of one brand. Linear use: `tracker.step` and `tracker.expire` change it in place.

    Args:
        own: the words that name the brand, from `text.units.own_words`.
        risks: the risk terms that hold for it, from `risk.terms`.
        stored: what was stored, as `stored` of another state; None for a new brand. With other `own` or `risks` the
            posts of the window are read again.
    """

    def __init__(self, own: frozenset[str], risks: RiskTerms, stored: StoredTopics | None = None) -> None:
        self.stored = stored or StoredTopics()
        self._own, self._risks = own, risks
        self.window = Window(self.stored.posts, own, risks)
        self.stored.posts = self.window.posts
        self.encoded: bytes | None = None  # stored form of all of it, until it changes, for storage
        self.packed_tables: dict[tuple[int, int, int], bytes] = {}  # version of a table → stored form, for storage
        self._shares: dict[str, float] = {}  # of recent units, while the baseline is the same
        self._shares_of = (-1, False)
        self._words: dict[tuple[int, ...], MentionWords | None] = {}  # by places, while no post comes
        self._words_until: Post | None = None

    def reads_with(self, own: frozenset[str], risks: RiskTerms) -> bool:
        """Return whether posts are read with these words and terms."""
        return self._own == own and self._risks is risks

    def warming_up(self, at: int) -> bool:
        """Return whether at `at` [ms] the brand has too little history: then only risk categories are looked at."""
        return self.stored.baseline.days(at) < WARM_UP_DAYS

    def words_of(self, start: int, end: int, label: int | None, min_reach: int = 0) -> MentionWords | None:
        """Return the words of the window's mentions of [start, end) ms; None where none of those that count are in it.

        Args:
            start: of publication.
            end: of publication.
            label: the sentiment label of the mentions that count, None for all.
            min_reach: their smallest reach.
        """
        posts = self.window.posts
        every = [place for place, post in enumerate(posts) if start <= post.published < end]
        counted = [place for place in every if label in (None, posts[place].label) and posts[place].reach >= min_reach]
        if not counted:
            return None
        if self._words_until is not posts[-1]:
            self._words, self._words_until = {}, posts[-1]
        key = (*counted, -1, *every)
        if key not in self._words:
            self._words[key] = words_of_mentions(self.window, counted, every, self.stored.baseline, self._risks)
        return self._words[key]

    def correct(self, correction: Correction, label: int, text_hash: int) -> None:
        """Read a mention of the window again, and let the topics quote what it says now; they count what they counted.

        Args:
            correction: what the mention says now.
            label: how that reads; of a deletion, of no importance.
            text_hash: of the new text.
        """
        self.encoded, self._words_until = None, None
        for topic in self.stored.active:
            topic.correct(correction)
        for place, post in enumerate(self.window.posts):
            if post.key == correction.key:
                self.window.replace(place, _corrected(post, correction, label, text_hash))

    def usual_share(self, unit: str, *, warming_up: bool) -> float:
        """Return the usual share of posts with a unit, in (0, 1)."""
        key = (self.stored.baseline.decayed_to, warming_up)
        if key != self._shares_of or len(self._shares) > _CACHED_SHARES:
            self._shares, self._shares_of = {}, key
        share = self._shares.get(unit)
        if share is None:
            share = self._shares[unit] = rating.usual_share(unit, self.stored.baseline, warming_up=warming_up)
        return share

    def learn_past(self, post: Post) -> None:
        """Learn what was usual when a post was written that is too old to be part of the window."""
        units = self.window.units_of(post)
        self.stored.baseline.learn_past(post.published, units)
        self.encoded, self._shares, self._words = None, {}, {}

    def places(self, topic: ActiveTopic) -> list[int]:
        """Return the places of a topic's posts in the window."""
        return self.window.places_of_any(frozenset(topic.units))


def _corrected(post: Post, correction: Correction, label: int, text_hash: int) -> Post:
    """Return a post as it is now; one that was deleted has no words, and keeps its voice and its label."""
    if correction.deleted:
        return msgspec.structs.replace(post, text="")
    key = text_key(text_hash)
    return msgspec.structs.replace(
        post,
        author=key if post.author == post.text_key else post.author,
        text_key=key,
        label=label,
        compound=round(100 * correction.compound),
        reach=correction.reach,
        text=correction.text[:TEXT_CHARS],
    )
