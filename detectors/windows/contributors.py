"""Contributors: the largest channels, terms and authors of the last hours, and example mentions.

Tables are bounded in size (`top_counts`). Only the first ROWS_PER_MINUTE mentions of a minute are sampled, and the
words of the first TEXTS_PER_MINUTE: enough to name what is large, at a cost that does not grow with the brand.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Final, Self

import msgspec

from detectors.model.compression import compress, decompress
from detectors.model.correction import mention_key
from detectors.model.signal import Contributors, Example
from detectors.windows.contributor_tables import NAME_CHARS, ContributorTables, HourTables, Snapshot
from detectors.windows.top_counts import largest, merged
from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from detectors.model.correction import Correction
    from mentions.model.batches import Batch

ROWS_PER_MINUTE: Final = 40
TEXTS_PER_MINUTE: Final = 10
EXAMPLES: Final = 3
KEPT_HOURS: Final = 4
"""Hours whose authors are kept, the current one included: a window of three hours is judged by all its authors."""

DETAILED_HOURS: Final = 2
"""Hours of which channels and terms are kept too."""

_HOUR_MINUTES: Final = 60
URL_CHARS: Final = 200


class ContributorSample:
    """Sample of the first mentions of each minute of the last hours. The tables are filled on use.

    A calm brand never needs its tables, and mentions older than four hours are dropped without counting.
    """

    def __init__(self, tables: ContributorTables | None = None) -> None:
        self._tables = tables or ContributorTables()
        self._waiting: list[list[Snapshot]] = [[] for _ in self._tables.everyone]
        self._encoded: bytes | None = None  # the tables as stored, until a mention is sampled
        self.unknown_authors = self._tables.regulars.implausible()  # names that are no person

    @property
    def tables(self) -> ContributorTables:
        """Return the tables with every sampled mention, to read or to store."""
        stored = self._tables
        hours = zip(stored.everyone, stored.negative, self._waiting, strict=True)
        for age, (everyone, negative, waiting) in enumerate(hours):
            for snapshot in waiting:
                snapshot.add_to(everyone, negative, with_terms=age < DETAILED_HOURS)
            waiting.clear()
            if age >= DETAILED_HOURS:
                everyone.keep_authors_only()
                negative.keep_authors_only()
        return stored

    def encode(self) -> bytes:
        """Return the tables as `decode` takes them; encoded again only after a mention was sampled."""
        if self._encoded is None:
            self._encoded = compress(msgspec.msgpack.encode(self.tables))
        return self._encoded

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Return the sample that `encode` wrote."""
        return cls(msgspec.msgpack.decode(decompress(raw), type=ContributorTables))

    @property
    def has_room(self) -> bool:
        """Return whether the next mention of the current minute is sampled."""
        return self._tables.taken < ROWS_PER_MINUTE

    def is_unknown(self, author: str) -> bool:
        """Return whether a name is no person's."""
        return author[:NAME_CHARS] in self.unknown_authors

    def begin_minute(self, minute: int) -> None:
        """Note that mentions of `minute` follow; `take` does so, too."""
        stored = self._tables
        if minute > stored.minute:
            stored.minute, stored.taken = minute, 0
            self._start_hour(minute // 60)

    def take(self, rows: Batch, start: int, end: int, minute: int, brand: str) -> bool:
        """Sample rows counted in `minute`, in order, up to the limit; return whether any was sampled."""
        stored = self._tables
        self.begin_minute(minute)
        end = min(end, start + ROWS_PER_MINUTE - stored.taken)
        if end <= start:
            return False
        self._encoded = None
        here, read = slice(start, end), slice(start, min(end, max(start, start + TEXTS_PER_MINUTE - stored.taken)))
        labels = rows.labels[here]
        snapshot = Snapshot(
            brand, rows.channels[here], rows.authors[here], rows.reaches[here], labels, rows.excerpts[read]
        )
        self._waiting[0].append(snapshot)
        stored.regulars.add([author[:NAME_CHARS] for author in snapshot.authors])
        stored.taken += len(labels)
        for row, label in enumerate(labels, start):
            if label == NEGATIVE:
                self._keep_example(rows, row)
        return True

    def _start_hour(self, hour: int) -> None:
        stored = self._tables
        if hour > stored.hour:
            stored.regulars.end_hour()
            self.unknown_authors = stored.regulars.implausible()
            for _ in range(min(KEPT_HOURS, hour - stored.hour) if stored.everyone else 1):
                for tables in (stored.everyone, stored.negative):
                    tables.insert(0, HourTables.empty())
                    del tables[KEPT_HOURS:]
                self._waiting.insert(0, [])
                del self._waiting[KEPT_HOURS:]
            since = (hour - 2) * 3_600_000
            stored.examples = [example for example in stored.examples if example.published >= since]
            stored.hour = hour

    def _keep_example(self, rows: Batch, row: int) -> None:
        shown, weight = self._tables.examples, _weight(rows.compounds[row], rows.reaches[row])
        if len(shown) == EXAMPLES and weight <= example_weight(shown[-1]):
            return
        example = Example(
            text=rows.excerpts[row],
            author=rows.authors[row][:NAME_CHARS],
            channel=rows.channels[row][:NAME_CHARS],
            url=rows.urls[row][:URL_CHARS],
            reach=rows.reaches[row],
            compound=rows.compounds[row],
            published=rows.published[row],
            key=mention_key(rows.ids[row]),
        )
        self._show(example)

    def correct(self, correction: Correction, replacement: Example | None) -> bool:
        """Take an edited or deleted mention from the examples, and show what it says now if that is an example.

        Returns whether anything changed. Counts of words, channels and authors stay.
        """
        before = list(self._tables.examples)
        self._tables.examples[:] = [example for example in before if example.key != correction.key]
        if replacement is not None and replacement.published >= (self._tables.hour - 2) * 3_600_000:
            self._show(replacement)
        self._encoded = None if self._tables.examples != before else self._encoded
        return self._tables.examples != before

    def _show(self, example: Example) -> None:
        """Show an example among the others if its weight is among the largest; one for each author."""
        shown = self._tables.examples
        if len(shown) == EXAMPLES and example_weight(example) <= example_weight(shown[-1]):
            return
        same = next((other for other in shown if other.author == example.author), None)
        if same is not None:
            if example_weight(same) >= example_weight(example):
                return
            shown.remove(same)
        shown.append(example)
        shown.sort(key=example_weight, reverse=True)
        del shown[EXAMPLES:]

    def summarise(self, *, negative: bool) -> Contributors:
        """Return the largest contributors of the last one to two hours, to all mentions or the negative ones."""
        tables = (self.tables.negative if negative else self.tables.everyone)[:DETAILED_HOURS]
        reaches = {
            name: max(table.reaches.get(name, 0) for table in tables) for table in tables for name in table.reaches
        }
        authors = largest([table.authors for table in tables], reaches)
        return Contributors(
            channels=largest([table.channels for table in tables]),
            terms=largest([table.terms for table in tables]),
            authors=tuple((name, count, reaches.get(name, 0)) for name, count in authors),
            examples=tuple(self._tables.examples),
        )

    def author_diversity(self, *, negative: bool = False, hours: int = DETAILED_HOURS) -> float:
        """Return an upper bound of the share of sampled (negative) mentions by different authors, 1 without mentions.

        The sample covers the last `hours` hours, the current one included.

        Mentions beyond an author's first are subtracted; a mention without an author counts as a new author.
        """
        tables = (self.tables.negative if negative else self.tables.everyone)[:hours]
        sampled = sum(table.sampled for table in tables)
        return 1.0 - sum(count - 1 for count in self._counts_of_known(tables)) / sampled if sampled else 1.0

    def top_author_share(self, authors: int) -> float:
        """Return the share of the sampled mentions that the `authors` busiest authors wrote, 0 without mentions."""
        tables = self.tables.everyone[:DETAILED_HOURS]
        sampled = sum(table.sampled for table in tables)
        busiest = sorted(self._counts_of_known(tables), reverse=True)[:authors]
        return min(1.0, sum(busiest) / sampled) if sampled else 0.0

    def _counts_of_known(self, tables: list[HourTables]) -> list[int]:
        """Return the mentions of each author who is known to be one."""
        counts = merged([table.authors for table in tables]).items()
        return [count for author, count in counts if count and author not in self.unknown_authors]


def sampled_hours(window: int, minute: int) -> int:
    """Return how many hours of the sample a window of minutes that ends with `minute` needs, DETAILED_HOURS to KEPT."""
    before = window - minute % _HOUR_MINUTES - 1
    return min(KEPT_HOURS, max(DETAILED_HOURS, 1 - -before // _HOUR_MINUTES))


def example_weight(example: Example) -> float:
    """Return the weight of an example, which rises with its negativity and its reach.

    Ten times the reach weighs as much as 0.2 of compound.
    """
    return _weight(example.compound, example.reach)


def _weight(compound: float, reach: int) -> float:
    return -compound + 0.2 * log10(1 + reach)
