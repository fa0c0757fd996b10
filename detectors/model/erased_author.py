"""Erased author: by which names, keys and mentions somebody is found, and what is quoted without them. Pure.

Counts stay: that somebody wrote is part of figures that people were notified of, and says nothing of who it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final
from zlib import crc32

from msgspec.structs import replace

from detectors.model.correction import Correction, correct_post, mention_key
from detectors.model.topic import map_posts, map_words
from mentions.watchlist.normalise import normalise_handle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detectors.model.signal import Contributors, Example, Signal
    from detectors.model.topic import TopicPost

SHOWN_CHARS: Final = 40
"""Characters of a name that states and signals keep."""


@dataclass
class ErasedAuthor:
    """Somebody to be erased: the accounts as they are spelled, and the mentions that they wrote."""

    spelled: frozenset[str]
    mentions: frozenset[int] = frozenset()
    """Digests of channel and id."""
    further_keys: frozenset[int] = frozenset()
    """32 bits of the ids of mentions of theirs whose digest is not known."""

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(normalise_handle(cut) for name in self.spelled for cut in (name, name[:SHOWN_CHARS])) - {""}

    @cached_property
    def author_keys(self) -> frozenset[int]:
        """Return the 32 bits that states keep in place of a name."""
        return frozenset(crc32(name.encode("utf-8", "surrogatepass")) for name in self.spelled)

    @cached_property
    def keys(self) -> frozenset[int]:
        """Return the 32 bits that quoted texts carry of their mention's id."""
        return self.further_keys.union(map(mention_key, self.mentions))

    @cached_property
    def _handle(self) -> re.Pattern[str]:
        return re.compile(rf"@(?:{self.alternatives})(?!\w)", re.IGNORECASE)

    @property
    def alternatives(self) -> str:
        """Return the names as alternatives of a pattern; one that matches nothing without any."""
        names = sorted({name.lstrip("@ ") for name in self.spelled}, key=len, reverse=True)
        return "|".join(re.escape(name) for name in names if name) or "(?!)"

    def blanked(self, text: str) -> str:
        """Return a text of somebody else with their @handle blanked."""
        return self._handle.sub("@…", text) if "@" in text else text

    def is_named(self, name: str) -> bool:
        """Return whether a name is theirs; case, accents and @ do not matter."""
        return bool(name) and normalise_handle(name) in self._names


def erase_from_signal(signal: Signal, author: ErasedAuthor) -> Signal:
    """Return a signal that neither names somebody nor quotes them; the same object where it does not anyway."""
    shown = erase_from_contributors(signal.contributors, author)
    change = partial(erase_from_post, author=author)
    topic = None if signal.topic is None else map_posts(signal.topic, change)
    words = None if signal.words is None else map_words(signal.words, change)
    crowd = signal.crowd
    if crowd is not None and any(author.is_named(name) for name, _ in crowd.busiest):
        crowd = replace(crowd, busiest=tuple(row for row in crowd.busiest if not author.is_named(row[0])))
    before = (signal.contributors, signal.topic, signal.words, signal.crowd)
    if all(one is old for one, old in zip((shown, topic, words, crowd), before, strict=True)):
        return signal
    return replace(signal, contributors=shown, topic=topic, words=words, crowd=crowd)


def erase_from_contributors(shown: Contributors, author: ErasedAuthor) -> Contributors:
    """Return the contributors without somebody; the same object where they are not among them."""
    authors = tuple(row for row in shown.authors if not author.is_named(row[0]))
    examples = tuple(erase_from_examples(shown.examples, author))
    if len(authors) == len(shown.authors) and examples == shown.examples:
        return shown
    return replace(shown, authors=authors, examples=examples)


def erase_from_examples(examples: Iterable[Example], author: ErasedAuthor) -> Iterator[Example]:
    """Yield the examples of others; their handle in those is blanked."""
    for one in examples:
        if one.key not in author.keys and not author.is_named(one.author):
            text = author.blanked(one.text)
            yield one if text == one.text else replace(one, text=text)


def erase_from_post(post: TopicPost, author: ErasedAuthor) -> TopicPost:
    """Return a topic's post without their text, or without their handle in the text of another."""
    if post.key and post.key in author.keys:
        return correct_post(post, deletion("", post.key))
    text = author.blanked(post.text)
    return post if text == post.text else replace(post, text=text)


def deletion(brand: str, key: int) -> Correction:
    """Return the correction that takes a mention's text away, as its deletion would."""
    return Correction(brand, key, at=0, published=0, deleted=True)
