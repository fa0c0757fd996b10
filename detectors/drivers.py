"""Who and what drives a finding? The largest channels, terms and authors of the last hours, and mentions to show.

Tables are Space-Saving summaries (Metwally, Agrawal, El Abbadi, ICDT 2005): of bounded size, exact while they are not
full, else too high by what a name took over from the one it replaced. That is known and taken off again: what is told
is what a name has at least, never more. Only the first SAMPLED mentions of a minute are looked at, the
words of the first READ: enough to name what is large, and a hot brand costs no more than a lukewarm one.
"""

from __future__ import annotations

import re
from itertools import chain, repeat
from math import log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

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
KEPT: Final = 4
"""Hours whose authors are known, the present one included: a window of three hours is judged by who wrote in it."""

LATEST: Final = 2
"""Hours of which channels and terms are known too."""

_HOUR: Final = 60  # minutes
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

    def take(self, channel: str, author: str, reach: int, terms: tuple[str, ...]) -> None:
        """Count a mention."""
        self.sampled += 1
        self.channels.add(channel[:_NAME_CHARS])
        for term in terms:
            self.terms.add(term)
        author = author[:_NAME_CHARS]
        if author:
            self.authors.add(author)
            self.reaches[author] = max(reach, self.reaches.get(author, 0))
            if len(self.reaches) > 2 * self.authors.room:
                self.reaches = {name: self.reaches[name] for name in self.authors.counts}

    def thin(self) -> None:
        """Keep the authors only."""
        self.channels, self.terms, self.reaches = Top(6), Top(20), {}


def _hour() -> Hour:
    return Hour(Top(6), Top(20), Top(10))


class Tables(msgspec.Struct, array_like=True):
    """What a sample holds, as it is stored: the tables of the present and the past hour, and what is worth showing."""

    hour: int = -1
    minute: int = -1
    taken: int = 0  # mentions of this minute looked at
    everyone: list[Hour] = []  # the present hour first; of those beyond LATEST the authors only
    negative: list[Hour] = []
    examples: list[Example] = []  # most telling first, one an author


class Glimpse(NamedTuple):
    """Mentions that were looked at and are not yet in the tables, by column."""

    brand: str
    channels: list[str]
    authors: list[str]
    reaches: list[int]
    labels: list[int]
    excerpts: list[str]  # of the first, as many as are read

    def pour(self, everyone: Hour, negative: Hour, *, texts: bool) -> None:
        """Put them into the tables, with the words of their texts where these are still told."""
        read = (terms_of(text, self.brand) for text in self.excerpts) if texts else ()
        terms = chain(read, repeat(()))
        for row in zip(self.channels, self.authors, self.reaches, terms, self.labels, strict=False):
            everyone.take(*row[:4])
            if row[4] == NEGATIVE:
                negative.take(*row[:4])


class Sample:
    """The first mentions of each minute of the last hours. Tables are made of them when somebody asks.

    Nobody asks while a brand is calm, and what is two hours old is thrown away unread.
    """

    def __init__(self, tables: Tables | None = None) -> None:
        self._tables = tables or Tables()
        self._waiting: list[list[Glimpse]] = [[] for _ in self._tables.everyone]

    @property
    def tables(self) -> Tables:
        """Return all that is known, to be read or stored."""
        known = self._tables
        hours = zip(known.everyone, known.negative, self._waiting, strict=True)
        for place, (everyone, negative, waiting) in enumerate(hours):
            for glimpse in waiting:
                glimpse.pour(everyone, negative, texts=place < LATEST)
            waiting.clear()
            if place >= LATEST:
                everyone.thin()
                negative.thin()
        return known

    @property
    def open(self) -> bool:
        """Tell whether the next mention of the present minute is looked at."""
        return self._tables.taken < SAMPLED

    def take(self, rows: Batch, start: int, end: int, minute: int, brand: str) -> bool:
        """Look at rows counted in `minute`, in order, as far as the sample goes; tell whether any was looked at."""
        known = self._tables
        if minute > known.minute:
            known.minute, known.taken = minute, 0
            self._turn(minute // 60)
        end = min(end, start + SAMPLED - known.taken)
        if end <= start:
            return False
        here, read = slice(start, end), slice(start, min(end, max(start, start + READ - known.taken)))
        labels = rows.labels[here]
        glimpse = Glimpse(
            brand, rows.channels[here], rows.authors[here], rows.reaches[here], labels, rows.excerpts[read]
        )
        self._waiting[0].append(glimpse)
        known.taken += end - start
        for row, label in enumerate(labels, start):
            if label == NEGATIVE:
                self._show(rows, row)
        return True

    def _turn(self, hour: int) -> None:
        known = self._tables
        if hour > known.hour:
            for _ in range(min(KEPT, hour - known.hour) if known.everyone else 1):
                for tables in (known.everyone, known.negative):
                    tables.insert(0, _hour())
                    del tables[KEPT:]
                self._waiting.insert(0, [])
                del self._waiting[KEPT:]
            since = (hour - 2) * 3_600_000
            known.examples = [example for example in known.examples if example.published >= since]
            known.hour = hour

    def _show(self, rows: Batch, row: int) -> None:
        shown, telling = self._tables.examples, _weight(rows.compounds[row], rows.reaches[row])
        if len(shown) == EXAMPLES and telling <= weight(shown[-1]):
            return
        example = Example(
            text=rows.excerpts[row],
            author=rows.authors[row][:_NAME_CHARS],
            channel=rows.channels[row][:_NAME_CHARS],
            url=rows.urls[row][:_URL_CHARS],
            reach=rows.reaches[row],
            compound=rows.compounds[row],
            published=rows.published[row],
        )
        same = next((other for other in shown if other.author == example.author), None)
        if same is not None:
            if weight(same) >= weight(example):
                return
            shown.remove(same)
        shown.append(example)
        shown.sort(key=weight, reverse=True)
        del shown[EXAMPLES:]

    def summary(self, *, negative: bool) -> Drivers:
        """Return the largest of the last one to two hours, of all mentions or the negative ones."""
        tables = (self.tables.negative if negative else self.tables.everyone)[:LATEST]
        reaches = {
            name: max(table.reaches.get(name, 0) for table in tables) for table in tables for name in table.reaches
        }
        authors = _largest([table.authors for table in tables], reaches)
        return Drivers(
            channels=_largest([table.channels for table in tables]),
            terms=_largest([table.terms for table in tables]),
            authors=tuple((name, count, reaches.get(name, 0)) for name, count in authors),
            examples=tuple(self._tables.examples),
        )

    def crowd(self, *, negative: bool = False, hours: int = LATEST) -> float:
        """Return how large a share of the sampled (negative) mentions came from different authors, at most; else 1.

        What an author wrote beyond one mention is taken off; one without a name is another each time.
        """
        tables = (self.tables.negative if negative else self.tables.everyone)[:hours]
        sampled = sum(table.sampled for table in tables)
        counts = _merged([table.authors for table in tables]).values()
        return 1.0 - sum(count - 1 for count in counts if count > 1) / sampled if sampled else 1.0

    def concentration(self, authors: int) -> float:
        """Return the share of the sampled mentions that the `authors` busiest authors wrote, 0 without mentions."""
        tables = self.tables.everyone[:LATEST]
        sampled = sum(table.sampled for table in tables)
        counts = sorted(_merged([table.authors for table in tables]).values(), reverse=True)
        return min(1.0, sum(counts[:authors]) / sampled) if sampled else 0.0


def hours_of(window: int, minute: int) -> int:
    """Return how many hours a window of so many minutes that ends with a minute reaches into, LATEST to KEPT."""
    before = window - minute % _HOUR - 1
    return min(KEPT, max(LATEST, 1 - -before // _HOUR))


def weight(example: Example) -> float:
    """Return how telling an example is: the more negative and the further it reached the more.

    Ten times the reach weighs as much as 0.2 of compound.
    """
    return _weight(example.compound, example.reach)


def _weight(compound: float, reach: int) -> float:
    return -compound + 0.2 * log10(1 + reach)


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
