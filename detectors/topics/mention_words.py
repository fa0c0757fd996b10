"""Words of mentions: what a finding is about while no topic is known, as when four people complain each in their way.

The mentions are those of the topic window that were published in the time of the finding. A copied text and a further
post of an author are left out. First go words and phrases that several of the mentions share that the finding counts,
such as the negative ones, and that are unusual for the brand, by log-odds (`log_odds`). Where fewer than ENOUGH are
found, those that several mentions of any mood share follow, and then words of one mention, the strongest: those of a
risk category first, then those that are the least usual. Links, handles, numbers, function words, the brand's own
words and empty ones (`text.empty_words`) are left out.

Nothing is stored: the words follow from the window and the baseline.
Blind spot: late mentions, and those beyond the sample of a minute, are not in the window.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain, islice
from math import ceil, log10
from typing import TYPE_CHECKING, Final

from detectors.model.topic import MentionWords, TopicPost
from detectors.topics.label import phrase, spelling
from detectors.topics.log_odds import distinctive, log_odds
from detectors.topics.text.empty_words import is_empty
from detectors.topics.text.units import stem_of, tokens
from detectors.topics.window import is_word
from mentions.model.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from detectors.topics.risk.terms import RiskTerms
    from detectors.topics.stats.baseline import UnitBaseline
    from detectors.topics.window import Window

SHOWN: Final = 5
ENOUGH: Final = 2
"""Shared words that say what mentions are about; with fewer, words of one mention are added."""

WITH_ONE: Final = 3
"""Words that are shown then."""

MIN_SHARE: Final = 0.1
"""Smallest share of the mentions that hold a shared word."""

MAX_USUAL: Final = 0.1
"""Share of the brand's posts that usually hold a word from which it says nothing of one mention."""

MIN_SCORE: Final = 0.5
"""Least z score of a shared word: of a handful of mentions none is far above the usual."""

COPIED: Final = 0.7
"""Share of their words, function words among them, that makes two mentions copies of each other."""

MIN_COPIED: Final = 5
"""Fewest words that copies share: two short texts about one thing are no copies."""

COMPARED: Final = 16
"""With how many of the mentions before it one is compared for that: copies follow each other."""

_PRIOR_POSTS: Final = 20.0
_LINK: Final = re.compile(r"https?://\S+|www\.\S+")


def words_of_mentions(
    window: Window, counted: Sequence[int], every: Sequence[int], baseline: UnitBaseline, risks: RiskTerms
) -> MentionWords | None:
    """Return the words of the mentions of a finding; None where they hold none. Their order makes no difference.

    Args:
        window: the latest posts.
        counted: places of the mentions that the finding counts.
        every: places of all mentions of its time, those among them.
        baseline: what is usual.
        risks: the risk terms.
    """
    counted = _distinct(window, counted)
    every = _distinct(window, every, counted)
    if not counted:
        return None
    found = _Words(window, every, baseline)
    for places in (counted, every):
        if len(found.terms) < ENOUGH:
            found.add_shared(places)
    ranked = sorted(every if found.terms else counted, key=found.rank)
    if len(found.terms) >= ENOUGH:
        return found.quoting(ranked[0])
    for place in ranked:
        found.add_words_of(place, risks)
        if found.terms:
            return found.quoting(place)
    return None


class _Words:
    """Words as they are found. `terms` are spelled as people write them, with how many of `every` hold them."""

    def __init__(self, window: Window, every: Sequence[int], baseline: UnitBaseline) -> None:
        self._window, self._baseline = window, baseline
        self._texts = {place: _LINK.sub(" ", window.posts[place].text) for place in every}
        self._voices = self._count(every)
        self._units: list[str] = []
        self._known: set[str] = set()  # words of `terms`
        self.terms: list[tuple[str, int]] = []

    def add_shared(self, places: Sequence[int]) -> None:
        """Add what several of the mentions share, each as the phrase that half of those have around it."""
        least = max(2, ceil(MIN_SHARE * len(places)))
        for unit, _ in distinctive(self._count(places, least), len(places), self._baseline, least, MIN_SCORE):
            if len(self.terms) < SHOWN and self._known.isdisjoint(unit.split(" ")):
                here = [text for place, text in self._texts.items() if unit in self._window.units[place]]
                spelled = phrase(unit, here, self._window.own)
                again = not self._known.isdisjoint(map(stem_of, tokens(spelled)))
                self._add(unit, spelling(unit, here) if again else spelled)

    def add_words_of(self, place: int, risks: RiskTerms) -> None:
        """Add words of one mention, up to WITH_ONE in all."""
        window, baseline = self._window, self._baseline
        of = max(_PRIOR_POSTS, baseline.posts_learned())
        ranked: dict[str, tuple[bool, float, int]] = {}
        for position, word in enumerate(risks.words_of(self._texts[place])):
            unit = word.stem
            if unit in self._voices and unit not in self._known and baseline.posts_with(unit) < MAX_USUAL * of:
                odds = log_odds(window.counts[unit], len(window.posts), baseline.posts_with(unit), of)
                ranked.setdefault(unit, (not word.risks, -odds, position))
        for unit in sorted(ranked, key=ranked.__getitem__):
            if len(self.terms) < WITH_ONE:
                self._add(unit, spelling(unit, [self._texts[place]]))

    def rank(self, place: int) -> tuple[int, bool, float]:
        """Return a key for sorting: most of the words go first, then a risk category, then what says it shortest.

        Where no words are shared, the strongest goes first: ten times the reach weighs as much as 0.2 of compound.
        """
        post, units = self._window.posts[place], self._window.units[place]
        shared = sum(unit in units for unit in self._units)
        weakness = post.compound / 100 - 0.2 * log10(1 + post.reach)
        return -shared, not self._window.bits[place], len(units) if shared else weakness

    def quoting(self, place: int) -> MentionWords:
        """Return the words with a mention that holds them."""
        post = self._window.posts[place]
        quoted = TopicPost(post.text, post.channel, post.published, post.reach, post.compound / 100, post.key)
        return MentionWords(tuple(self.terms), len(self._texts), quoted)

    def _add(self, unit: str, spelled: str) -> None:
        self._units.append(unit)
        self._known.update(unit.split(" "), map(stem_of, tokens(spelled)))
        self._known.discard("")
        self.terms.append((spelled, self._voices[unit]))

    def _count(self, places: Iterable[int], least: int = 1) -> dict[str, int]:
        """Return the units that say something and that `least` of the mentions hold or more, with how many do."""
        counts = Counter(chain.from_iterable([self._window.units[place] for place in places]))
        return {unit: count for unit, count in counts.items() if count >= least and _says_something(unit)}


def _distinct(window: Window, places: Iterable[int], first: Sequence[int] = ()) -> list[int]:
    """Return the places of one post for each author and each text, in order of publication, without placeholders.

    Those of `first` are distinct already and go before the others.
    """
    posts = window.posts
    authors, texts = {posts[place].author for place in first}, {posts[place].text_key for place in first}
    kept = {place: _word_set(posts[place].text) for place in first}
    ordered = sorted(places, key=lambda at: (posts[at].published, posts[at].text_key, posts[at].author, posts[at].text))
    for place in ordered:
        post = posts[place]
        if post.author not in authors and post.text_key not in texts and not is_placeholder(post.text):
            words = _word_set(post.text)
            if not any(_are_copies(words, other) for other in islice(reversed(kept.values()), COMPARED)):
                kept[place] = words
        authors.add(post.author)
        texts.add(post.text_key)
    return list(kept)


@lru_cache(1_024)
def _word_set(text: str) -> frozenset[str]:
    """Return all words of a text, function words among them."""
    return frozenset(tokens(_LINK.sub(" ", text)))


def _are_copies(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Return whether two mentions share most of their words."""
    if len(one) < COPIED * len(other) or len(other) < COPIED * len(one):
        return False
    shared = len(one & other)
    return shared >= MIN_COPIED and shared >= COPIED * (len(one) + len(other) - shared)


@lru_cache(8_192)
def _says_something(unit: str) -> bool:
    """Return whether a unit is of the text, no link, and not made of empty words."""
    return is_word(unit) and "/" not in unit and not all(map(is_empty, unit.split(" ")))
