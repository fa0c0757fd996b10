"""Window of the latest posts of a brand, and how many of them hold each unit.

A post stays while it is among the last `posts` of a scale and no older than its `hours`: one scale for busy brands,
one for quiet ones. In a firestorm the window is minutes long, in a trickle a week.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.model.topic import POST_CHARS
from detectors.topics.reader import read
from detectors.topics.risk.categories import category_names
from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from detectors.topics.risk.terms import RiskTerms

HOUR: Final = 3_600_000


class Scale(NamedTuple):
    """How far a scale looks back: so many posts, and so many hours."""

    posts: int
    hours: int


SCALES: Final = (Scale(60, 24), Scale(30, 168))
_SCALES: Final = tuple((scale.posts, scale.hours * HOUR) for scale in SCALES)
TEXT_CHARS: Final = POST_CHARS

POSITIVE_FROM: Final = 50
"""Compound, in hundredths, from which a risk term is praise ("never a problem with the server")."""

NEGATIVE_UNIT: Final = "-"
"""Stands for a negative post, so that the usual share of these is known."""

_CATEGORY_MARK: Final = "!"


class Post(msgspec.Struct, array_like=True, gc=False):
    """A post as the window stores it."""

    published: int  # ms
    author: int  # 32-bit key of the author, or of the text where the author is unknown
    text_key: int  # 32-bit key of the text: equal for near-duplicates
    channel: str
    label: int
    compound: int  # hundredths
    reach: int  # 0 when unknown
    text: str  # its first TEXT_CHARS
    key: int = 0  # of the mention, see `detectors.model.correction.mention_key`; 0 when unknown


class Window:
    """The posts in order of arrival, and how many hold each unit: computed again from the posts after a restart."""

    def __init__(self, posts: Sequence[Post], own: frozenset[str], risks: RiskTerms) -> None:
        self.posts: list[Post] = []
        self.units: list[AbstractSet[str]] = []
        self._authors: list[int] = []
        self._text_keys: list[int] = []
        self.bits: list[int] = []  # risk categories
        self.starts: tuple[int, ...] = ()  # place of the first post of each scale, ascending
        self.counts: dict[str, int] = {}  # unit → posts that hold it
        self.repeated: list[str] = []  # units of the latest post that other posts hold, too
        self.own, self._risks = own, risks
        self._voices: dict[int, int] = {}  # place → voices from there on, until the next post
        for post in posts:
            self.add(post)

    def add(self, post: Post) -> AbstractSet[str]:
        """Add a post, drop those that are out of every scale, and return the post's units."""
        units, bits = self._read(post)
        self.posts.append(post)
        self._authors.append(post.author)
        self._text_keys.append(post.text_key)
        self.units.append(units)
        self.bits.append(bits)
        self._drop(post.published)
        counts, repeated = self.counts, []
        for unit in units:
            if unit in counts:
                counts[unit] += 1
                repeated.append(unit)
            else:
                counts[unit] = 1
        self.repeated = repeated
        self._voices = {}
        return units

    def replace(self, place: int, post: Post) -> None:
        """Put a post in another one's place, as if it had stood there from the beginning."""
        for unit in self.units[place]:
            self.counts[unit] -= 1
            if not self.counts[unit]:
                del self.counts[unit]
        units, self.bits[place] = self._read(post)
        self.posts[place], self.units[place] = post, units
        self._authors[place], self._text_keys[place] = post.author, post.text_key
        for unit in units:
            self.counts[unit] = self.counts.get(unit, 0) + 1
        self._voices = {}

    def units_of(self, post: Post) -> AbstractSet[str]:
        """Return the units of a post that is not added."""
        return self._read(post)[0]

    def _read(self, post: Post) -> tuple[AbstractSet[str], int]:
        """Return the units and the risk categories of a post."""
        units, bits = read(post.text, self.own, self._risks)
        if post.compound >= POSITIVE_FROM:
            bits = 0
        negative = post.label == NEGATIVE
        return (units | marker_units(bits, negative=negative) if bits or negative else units), bits

    def places(self, unit: str) -> list[int]:
        """Return the places of the posts that hold `unit`."""
        return [place for place, units in enumerate(self.units) if unit in units]

    def places_of_any(self, units: AbstractSet[str]) -> list[int]:
        """Return the places of the posts that hold one of `units`."""
        return [place for place, here in enumerate(self.units) if not units.isdisjoint(here)]

    def voices(self, places: Sequence[int]) -> int:
        """Return for how many people the posts speak: the smaller of distinct authors and distinct texts."""
        authors = set(map(self._authors.__getitem__, places))
        return min(len(authors), len(set(map(self._text_keys.__getitem__, places))))

    def voices_from(self, start: int) -> int:
        """Return for how many people the posts from a place on speak."""
        voices = self._voices.get(start)
        if voices is None:
            voices = min(len(set(self._authors[start:])), len(set(self._text_keys[start:])))
            self._voices[start] = voices
        return voices

    def _drop(self, now: int) -> None:
        """Drop what is out of every scale at `now`, when the latest post was published."""
        posts, length = self.posts, len(self.posts)
        starts = []
        for most, age in _SCALES:
            place = length - most if length > most else 0
            oldest = now - age
            while posts[place].published < oldest:
                place += 1
            starts.append(place)
        gone, later = sorted(starts)
        self.starts = (0, later - gone) if later > gone else (0,)
        if not gone:
            return
        counts = self.counts
        for units in self.units[:gone]:
            for unit in units:
                left = counts[unit] - 1
                if left:
                    counts[unit] = left
                else:
                    del counts[unit]
        del posts[:gone], self.units[:gone], self.bits[:gone], self._authors[:gone], self._text_keys[:gone]


@cache
def marker_units(bits: int, *, negative: bool) -> frozenset[str]:
    """Return the units that stand for risk categories, where synonyms add up, and for a negative post."""
    return frozenset(map(category_unit, category_names(bits))) | ({NEGATIVE_UNIT} if negative else set())


def category_unit(category: str) -> str:
    """Return the unit that stands for a category."""
    return _CATEGORY_MARK + category


def category_of(unit: str) -> str:
    """Return the category that a unit stands for, "" for a unit of the text."""
    return unit[1:] if unit[0] == _CATEGORY_MARK else ""


def is_word(unit: str) -> bool:
    """Return whether a unit is of the text, and stands for neither a category nor a negative post."""
    return unit[0] != _CATEGORY_MARK and unit != NEGATIVE_UNIT
