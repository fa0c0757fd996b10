"""Who and what drives a finding? The largest channels, terms and authors of the last hours, and mentions to show.

Tables are Space-Saving summaries (Metwally, Agrawal, El Abbadi, ICDT 2005): of bounded size, exact while they are not
full, else too high by what a name took over from the one it replaced. That is known and taken off again: what is told
is what a name has at least, never more. Only the first SAMPLED mentions of a minute are looked at, the
words of the first READ: enough to name what is large, and a hot brand costs no more than a lukewarm one.
"""

from __future__ import annotations

import re
from math import log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.signal import Drivers, Example
from detectors.stopwords import WORDS
from mentions.scored import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentions.scored import Batch

SAMPLED: Final = 40
READ: Final = 10
SHOWN: Final = 5
EXAMPLES: Final = 3
_TERMS_OF_ONE: Final = 12
_NAME_CHARS: Final = 40
_URL_CHARS: Final = 200

_WORD: Final = re.compile(r"#?[^\W\d_][\w'’-]{2,31}")
_NOISE: Final = re.compile(r"https?://\S+|@\w+")


class Top(msgspec.Struct, array_like=True):
    """The largest counts by name, no more than `room` of them."""

    room: int
    counts: dict[str, int] = {}
    inherited: dict[str, int] = {}  # of the count, what may be another's

    def add(self, name: str) -> None:
        """Count a name; when there is no room the smallest, of equals the one met first, gives way to it."""
        counts = self.counts
        if name in counts:
            counts[name] += 1
        elif len(counts) < self.room:
            counts[name] = 1
        else:
            least = min(counts, key=counts.__getitem__)
            self.inherited.pop(least, None)
            self.inherited[name] = counts.pop(least)
            counts[name] = self.inherited[name] + 1

    def certain(self) -> dict[str, int]:
        """Return what each name has at least."""
        return {name: count - self.inherited.get(name, 0) for name, count in self.counts.items()}


class Hour(msgspec.Struct, array_like=True):
    """Tables of one hour, of all mentions or of the negative ones."""

    channels: Top
    terms: Top
    authors: Top
    reaches: dict[str, int] = {}  # of the authors in the table
    sampled: int = 0


def _hour() -> Hour:
    return Hour(Top(6), Top(20), Top(10))


class Sample(msgspec.Struct, array_like=True):
    """The tables of the present and the past hour, and the mentions worth showing."""

    hour: int = -1
    minute: int = -1
    taken: int = 0  # mentions of this minute looked at
    everyone: list[Hour] = []  # present hour, past hour
    negative: list[Hour] = []
    examples: list[Example] = []  # most telling first, one an author

    def take(self, rows: Batch, start: int, end: int, minute: int, brand: str) -> bool:
        """Look at rows counted in `minute`, in order, as far as the sample goes; tell whether any was looked at."""
        if minute > self.minute:
            self.minute, self.taken = minute, 0
            self._turn(minute // 60)
        end = min(end, start + SAMPLED - self.taken)
        for row in range(start, end):
            self.taken += 1
            terms = terms_of(rows.excerpts[row], brand) if self.taken <= READ else ()
            self._take(self.everyone[0], rows, row, terms)
            if rows.labels[row] == NEGATIVE:
                self._take(self.negative[0], rows, row, terms)
                self._show(rows, row)
        return end > start

    def _turn(self, hour: int) -> None:
        if hour > self.hour:
            for tables in (self.everyone, self.negative):
                tables.insert(0, _hour())
                del tables[2:]
            if hour > self.hour + 1:
                self.everyone[1:], self.negative[1:] = [], []
            since = (hour - 2) * 3_600_000
            self.examples = [example for example in self.examples if example.published >= since]
            self.hour = hour

    def _take(self, table: Hour, rows: Batch, row: int, terms: tuple[str, ...]) -> None:
        table.sampled += 1
        table.channels.add(rows.channels[row][:_NAME_CHARS])
        for term in terms:
            table.terms.add(term)
        author = rows.authors[row][:_NAME_CHARS]
        if author:
            table.authors.add(author)
            table.reaches[author] = max(rows.reaches[row], table.reaches.get(author, 0))
            if len(table.reaches) > 2 * table.authors.room:
                table.reaches = {name: table.reaches[name] for name in table.authors.counts}

    def _show(self, rows: Batch, row: int) -> None:
        example = Example(
            text=rows.excerpts[row],
            author=rows.authors[row][:_NAME_CHARS],
            channel=rows.channels[row][:_NAME_CHARS],
            url=rows.urls[row][:_URL_CHARS],
            reach=rows.reaches[row],
            compound=rows.compounds[row],
            published=rows.published[row],
        )
        if len(self.examples) == EXAMPLES and weight(example) <= weight(self.examples[-1]):
            return
        same = next((other for other in self.examples if other.author == example.author), None)
        if same is not None:
            if weight(same) >= weight(example):
                return
            self.examples.remove(same)
        self.examples.append(example)
        self.examples.sort(key=weight, reverse=True)
        del self.examples[EXAMPLES:]

    def summary(self, *, negative: bool) -> Drivers:
        """Return the largest of the last one to two hours, of all mentions or the negative ones."""
        tables = self.negative if negative else self.everyone
        reaches = {
            name: max(table.reaches.get(name, 0) for table in tables) for table in tables for name in table.reaches
        }
        authors = _largest([table.authors for table in tables], reaches)
        return Drivers(
            channels=_largest([table.channels for table in tables]),
            terms=_largest([table.terms for table in tables]),
            authors=tuple((name, count, reaches.get(name, 0)) for name, count in authors),
            examples=tuple(self.examples),
        )

    def crowd(self, *, negative: bool = False) -> float:
        """Return how large a share of the sampled (negative) mentions came from different authors, at most; else 1.

        What an author wrote beyond one mention is taken off; one without a name is another each time.
        """
        tables = self.negative if negative else self.everyone
        sampled = sum(table.sampled for table in tables)
        counts = _merged([table.authors for table in tables]).values()
        return 1.0 - sum(count - 1 for count in counts if count > 1) / sampled if sampled else 1.0

    def concentration(self, authors: int) -> float:
        """Return the share of the sampled mentions that the `authors` busiest authors wrote, 0 without mentions."""
        sampled = sum(table.sampled for table in self.everyone)
        counts = sorted(_merged([table.authors for table in self.everyone]).values(), reverse=True)
        return min(1.0, sum(counts[:authors]) / sampled) if sampled else 0.0


def weight(example: Example) -> float:
    """Return how telling an example is: the more negative and the further it reached the more.

    Ten times the reach weighs as much as 0.2 of compound.
    """
    return -example.compound + 0.2 * log10(1 + example.reach)


def terms_of(text: str, brand: str) -> tuple[str, ...]:
    """Return the telling words of a text, each once: no function words, links, handles, nor the brand's own name.

    >>> terms_of("The 8.15 train is late AGAIN, Acme! #shame https://x.test @acme", "Acme Rail")
    ('train', 'late', '#shame')
    """
    own = brand.casefold()
    words = _WORD.findall(_NOISE.sub(" ", text).casefold().replace("’", "'"))
    telling = dict.fromkeys(word for word in words if word not in WORDS and word.lstrip("#") not in own)
    return tuple(telling)[:_TERMS_OF_ONE]


def _merged(tops: list[Top]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for top in tops:
        for name, count in top.certain().items():
            counts[name] = counts.get(name, 0) + count
    return counts


def _largest(tops: list[Top], reaches: Mapping[str, int] = MappingProxyType({})) -> tuple[tuple[str, int], ...]:
    """Return the largest counts, of equals those with more reach first."""
    counts = _merged(tops)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], -reaches.get(item[0], 0), item[0]))[:SHOWN])
