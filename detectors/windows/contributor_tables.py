"""Contributor tables: channels, terms and authors of an hour, bounded in size, and the terms of a text."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import msgspec

from detectors.model.signal import Example
from detectors.windows.regular_authors import RegularAuthors
from detectors.windows.stopwords import WORDS
from detectors.windows.top_counts import TopCounts
from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME_CHARS: Final = 40

_CHANNELS: Final = 6
_TERMS: Final = 20
_AUTHORS: Final = 10
_TERMS_PER_TEXT: Final = 12

_WORD: Final = re.compile(r"#?[^\W\d_][\w'’-]{2,31}")
_NOISE: Final = re.compile(r"https?://\S+|@\w+")


class HourTables(msgspec.Struct, array_like=True):
    """Tables of one hour, of all mentions or of the negative ones."""

    channels: TopCounts
    terms: TopCounts
    authors: TopCounts
    reaches: dict[str, int] = {}  # of the authors in the table
    sampled: int = 0

    def add(
        self, channels: Sequence[str], authors: Sequence[str], reaches: Sequence[int], terms: Iterable[tuple[str, ...]]
    ) -> None:
        """Count mentions in order, by column; `terms` are those of the first."""
        self.sampled += len(channels)
        self.channels.add_all([channel[:NAME_CHARS] for channel in channels])
        self.terms.add_all(chain.from_iterable(terms))
        known, most, waiting = self.reaches, 2 * self.authors.capacity, []
        for author, reach in zip(authors, reaches, strict=True):
            if author:
                name = author[:NAME_CHARS]
                waiting.append(name)
                known[name] = max(reach, known.get(name, 0))
                if len(known) > most:
                    self.authors.add_all(waiting)
                    known, waiting = {name: known[name] for name in self.authors.counts}, []
        self.authors.add_all(waiting)
        self.reaches = known

    @classmethod
    def empty(cls) -> Self:
        """Return the tables of an hour that begins."""
        return cls(TopCounts(_CHANNELS), TopCounts(_TERMS), TopCounts(_AUTHORS))

    def keep_authors_only(self) -> None:
        """Drop all but the authors."""
        self.channels, self.terms, self.reaches = TopCounts(_CHANNELS), TopCounts(_TERMS), {}


class ContributorTables(msgspec.Struct, array_like=True):
    """Stored form of a sample: the tables of the last hours, and the examples."""

    hour: int = -1
    minute: int = -1
    taken: int = 0  # mentions of this minute that were sampled
    everyone: list[HourTables] = []  # current hour first; the older ones hold authors only
    negative: list[HourTables] = []
    examples: list[Example] = []  # highest weight first, one per author
    regulars: RegularAuthors = msgspec.field(default_factory=RegularAuthors)


class Snapshot(NamedTuple):
    """Sampled mentions that are not in the tables yet, by column."""

    brand: str
    channels: list[str]
    authors: list[str]
    reaches: list[int]
    labels: list[int]
    excerpts: list[str]  # of the first TEXTS_PER_MINUTE

    def add_to(self, everyone: HourTables, negative: HourTables, *, with_terms: bool) -> None:
        """Add the mentions to the tables, and the terms of their texts."""
        terms = [terms_of(text, self.brand) for text in self.excerpts] if with_terms else []
        everyone.add(self.channels, self.authors, self.reaches, terms)
        rows = [row for row, label in enumerate(self.labels) if label == NEGATIVE]
        if rows:
            negative.add(
                [self.channels[row] for row in rows],
                [self.authors[row] for row in rows],
                [self.reaches[row] for row in rows],
                [terms[row] for row in rows if row < len(terms)],
            )


def terms_of(text: str, brand: str) -> tuple[str, ...]:
    """Return the content words of a text, each once: no function words, links, handles, or the brand's own name.

    >>> terms_of("The 8.15 train is late AGAIN, Acme! #shame https://x.test @acme", "Acme Rail")
    ('train', 'late', '#shame')
    """
    own = brand.casefold()
    words = _WORD.findall(_NOISE.sub(" ", text).casefold().replace("’", "'"))
    content = dict.fromkeys(word for word in words if word not in WORDS and word.lstrip("#") not in own)
    return tuple(content)[:_TERMS_PER_TEXT]
