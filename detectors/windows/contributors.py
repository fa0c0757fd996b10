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

from detectors.model.signal import Contributors, Example
from detectors.windows.stopwords import WORDS
from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentions.model.batches import Batch

ROWS_PER_MINUTE: Final = 40
TEXTS_PER_MINUTE: Final = 10
TOP: Final = 5
EXAMPLES: Final = 3
_TERMS_PER_TEXT: Final = 12
_NAME_CHARS: Final = 40
_URL_CHARS: Final = 200

_WORD: Final = re.compile(r"#?[^\W\d_][\w'’-]{2,31}")
_NOISE: Final = re.compile(r"https?://\S+|@\w+")


class TopCounts(msgspec.Struct, array_like=True):
    """The largest counts by name, no more than `room` of them."""

    capacity: int
    counts: dict[str, int] = {}
    overcounts: dict[str, int] = {}  # of the count, what may be another's

    def add(self, name: str) -> None:
        """Count a name; when there is no room the smallest, of equals the one met first, gives way to it."""
        counts = self.counts
        if name in counts:
            counts[name] += 1
        elif len(counts) < self.capacity:
            counts[name] = 1
        else:
            least = min(counts, key=counts.__getitem__)
            self.overcounts.pop(least, None)
            self.overcounts[name] = counts.pop(least)
            counts[name] = self.overcounts[name] + 1

    def lower_bounds(self) -> dict[str, int]:
        """Return what each name has at least."""
        return {name: count - self.overcounts.get(name, 0) for name, count in self.counts.items()}


class HourTables(msgspec.Struct, array_like=True):
    """Tables of one hour, of all mentions or of the negative ones."""

    channels: TopCounts
    terms: TopCounts
    authors: TopCounts
    reaches: dict[str, int] = {}  # of the authors in the table
    sampled: int = 0

    def add(self, channel: str, author: str, reach: int, terms: tuple[str, ...]) -> None:
        """Count a mention."""
        self.sampled += 1
        self.channels.add(channel[:_NAME_CHARS])
        for term in terms:
            self.terms.add(term)
        author = author[:_NAME_CHARS]
        if author:
            self.authors.add(author)
            self.reaches[author] = max(reach, self.reaches.get(author, 0))
            if len(self.reaches) > 2 * self.authors.capacity:
                self.reaches = {name: self.reaches[name] for name in self.authors.counts}


def _hour() -> HourTables:
    return HourTables(TopCounts(6), TopCounts(20), TopCounts(10))


class ContributorTables(msgspec.Struct, array_like=True):
    """What a sample holds, as it is stored: the tables of the present and the past hour, and what is worth showing."""

    hour: int = -1
    minute: int = -1
    taken: int = 0  # mentions of this minute looked at
    everyone: list[HourTables] = []  # present hour, past hour
    negative: list[HourTables] = []
    examples: list[Example] = []  # most telling first, one an author


class Snapshot(NamedTuple):
    """Mentions that were looked at and are not yet in the tables, by column."""

    brand: str
    channels: list[str]
    authors: list[str]
    reaches: list[int]
    labels: list[int]
    excerpts: list[str]  # of the first, as many as are read

    def add_to(self, everyone: HourTables, negative: HourTables) -> None:
        """Put them into the tables."""
        texts = chain((terms_of(text, self.brand) for text in self.excerpts), repeat(()))
        for row in zip(self.channels, self.authors, self.reaches, texts, self.labels, strict=False):
            everyone.add(*row[:4])
            if row[4] == NEGATIVE:
                negative.add(*row[:4])


class ContributorSample:
    """The first mentions of each minute of the last hours. Tables are made of them when somebody asks.

    Nobody asks while a brand is calm, and what is two hours old is thrown away unread.
    """

    def __init__(self, tables: ContributorTables | None = None) -> None:
        self._tables = tables or ContributorTables()
        self._waiting: list[list[Snapshot]] = [[] for _ in self._tables.everyone]

    @property
    def tables(self) -> ContributorTables:
        """Return all that is known, to be read or stored."""
        known = self._tables
        for everyone, negative, waiting in zip(known.everyone, known.negative, self._waiting, strict=True):
            for glimpse in waiting:
                glimpse.add_to(everyone, negative)
            waiting.clear()
        return known

    @property
    def has_room(self) -> bool:
        """Tell whether the next mention of the present minute is looked at."""
        return self._tables.taken < ROWS_PER_MINUTE

    def take(self, rows: Batch, start: int, end: int, minute: int, brand: str) -> bool:
        """Look at rows counted in `minute`, in order, as far as the sample goes; tell whether any was looked at."""
        known = self._tables
        if minute > known.minute:
            known.minute, known.taken = minute, 0
            self._start_hour(minute // 60)
        end = min(end, start + ROWS_PER_MINUTE - known.taken)
        if end <= start:
            return False
        here, read = slice(start, end), slice(start, min(end, max(start, start + TEXTS_PER_MINUTE - known.taken)))
        labels = rows.labels[here]
        glimpse = Snapshot(
            brand, rows.channels[here], rows.authors[here], rows.reaches[here], labels, rows.excerpts[read]
        )
        self._waiting[0].append(glimpse)
        known.taken += end - start
        for row, label in enumerate(labels, start):
            if label == NEGATIVE:
                self._keep_example(rows, row)
        return True

    def _start_hour(self, hour: int) -> None:
        known = self._tables
        if hour > known.hour:
            fresh = hour > known.hour + 1
            for tables in (known.everyone, known.negative):
                tables.insert(0, _hour())
                del tables[1 if fresh else 2 :]
            self._waiting.insert(0, [])
            del self._waiting[1 if fresh else 2 :]
            since = (hour - 2) * 3_600_000
            known.examples = [example for example in known.examples if example.published >= since]
            known.hour = hour

    def _keep_example(self, rows: Batch, row: int) -> None:
        shown, telling = self._tables.examples, _weight(rows.compounds[row], rows.reaches[row])
        if len(shown) == EXAMPLES and telling <= example_weight(shown[-1]):
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
            if example_weight(same) >= example_weight(example):
                return
            shown.remove(same)
        shown.append(example)
        shown.sort(key=example_weight, reverse=True)
        del shown[EXAMPLES:]

    def summarise(self, *, negative: bool) -> Contributors:
        """Return the largest of the last one to two hours, of all mentions or the negative ones."""
        tables = self.tables.negative if negative else self.tables.everyone
        reaches = {
            name: max(table.reaches.get(name, 0) for table in tables) for table in tables for name in table.reaches
        }
        authors = _largest([table.authors for table in tables], reaches)
        return Contributors(
            channels=_largest([table.channels for table in tables]),
            terms=_largest([table.terms for table in tables]),
            authors=tuple((name, count, reaches.get(name, 0)) for name, count in authors),
            examples=tuple(self._tables.examples),
        )

    def author_diversity(self, *, negative: bool = False) -> float:
        """Return how large a share of the sampled (negative) mentions came from different authors, at most; else 1.

        What an author wrote beyond one mention is taken off; one without a name is another each time.
        """
        tables = self.tables.negative if negative else self.tables.everyone
        sampled = sum(table.sampled for table in tables)
        counts = _merged([table.authors for table in tables]).values()
        return 1.0 - sum(count - 1 for count in counts if count > 1) / sampled if sampled else 1.0

    def top_author_share(self, authors: int) -> float:
        """Return the share of the sampled mentions that the `authors` busiest authors wrote, 0 without mentions."""
        sampled = sum(table.sampled for table in self.tables.everyone)
        counts = sorted(_merged([table.authors for table in self.tables.everyone]).values(), reverse=True)
        return min(1.0, sum(counts[:authors]) / sampled) if sampled else 0.0


def example_weight(example: Example) -> float:
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
    return tuple(telling)[:_TERMS_PER_TEXT]


def _merged(tops: list[TopCounts]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for top in tops:
        for name, count in top.lower_bounds().items():
            counts[name] = counts.get(name, 0) + count
    return counts


def _largest(tops: list[TopCounts], reaches: Mapping[str, int] = MappingProxyType({})) -> tuple[tuple[str, int], ...]:
    """Return the largest counts, of equals those with more reach first."""
    counts = _merged(tops)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], -reaches.get(item[0], 0), item[0]))[:TOP])
