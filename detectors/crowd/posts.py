"""Recent posts of a brand: author, text and link of the mentions of the last hours, by which a crowd is described.

At most MAX_POSTS of the last day are kept, and of a minute the first ROWS_PER_MINUTE: what is kept does not depend on
how mentions are divided into batches. They are stored in segments, each written once (`seal`), as the ids of
`detectors.engine.dedup` are.
"""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import islice, repeat
from typing import TYPE_CHECKING, Final, Self

import msgspec

from detectors.crowd.post import NO_KEY, Post, author_key, flags_of, link_key, text_key
from detectors.crowd.segments import TYPES, Segment, Tail, columns_of
from detectors.model.correction import mention_key
from detectors.model.packing import pack_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mentions.model.batches import Batch, Change

MAX_POSTS: Final = 4_096
MAX_AGE: Final = 24 * 3_600  # seconds
ROWS_PER_MINUTE: Final = 240
SEALED_AT: Final = 32
"""Posts from which the open segment is closed, to be written once and never again."""

NAMED_FROM: Final = 3
"""Posts from which an account's name is kept beside its key."""

_NAME_CHARS: Final = 40

READ_AT: Final = 64
"""Runs of rows that wait from which they are read: read together they cost least."""


class RecentPosts:
    """The latest posts, oldest first. Calls change it in place; `read_waiting` goes before all that reads it."""

    def __init__(self) -> None:
        self._columns = [array(kind) for kind in TYPES]
        self._first = 0  # sequence number of the first row of the columns
        self._oldest = 0  # sequence number of the oldest post that is kept
        self._minute, self._taken, self._latest = -1, 0, 0
        self._per_author: dict[int, int] = {}
        self._names: dict[int, str] = {}  # sequence number → name of the author of that post
        self._starts: dict[int, int] = {0: 0}  # number of a segment → sequence number of its first post
        self._last = 0  # number of the open segment
        self._unwritten: set[int] = set()
        self._waiting: list[tuple[Batch, int, int, int, int]] = []  # rows, first, end, minute, reach that is high

    def __len__(self) -> int:
        """Return how many posts are kept."""
        return self._next - self._oldest

    @property
    def _next(self) -> int:
        return self._first + len(self._columns[0])

    def take(self, rows: Batch, start: int, end: int, minute: int, high_reach_from: int) -> bool:
        """Keep rows counted in `minute`, as far as there is room; return whether enough wait to be read."""
        if minute > self._minute:
            self._minute, self._taken = minute, 0
        end = min(end, start + ROWS_PER_MINUTE - self._taken)
        if end <= start:
            return False
        self._taken += end - start
        waiting = self._waiting
        if waiting and waiting[-1][0] is rows and waiting[-1][2:] == (start, minute, high_reach_from):
            waiting[-1] = (rows, waiting[-1][1], end, minute, high_reach_from)
        else:
            waiting.append((rows, start, end, minute, high_reach_from))
        return len(waiting) >= READ_AT

    def read_waiting(self) -> list[tuple[int, list[int]]]:
        """Read the rows that wait, and return the keys of their known authors by minute, in order."""
        found: list[tuple[int, list[int]]] = []
        for rows, start, end, minute, high_reach_from in self._waiting:
            keys = self._add(rows, start, end, high_reach_from)
            if found and found[-1][0] == minute:
                found[-1][1].extend(keys)
            else:
                found.append((minute, keys))
        self._waiting = []
        return found

    def _add(self, rows: Batch, start: int, end: int, high_reach_from: int) -> list[int]:
        """Add rows, and return the keys of their known authors."""
        here = slice(start, end)
        names, texts, labels, reaches = rows.authors[here], rows.excerpts[here], rows.labels[here], rows.reaches[here]
        ats = [max(0, published // 1000) for published in rows.published[here]]
        keys = [author_key(name) for name in names]
        first = self._next
        columns = (
            ats,
            keys,
            map(text_key, texts, rows.text_hashes[here]),
            map(link_key, texts),
            labels,
            [round(10_000 * compound) for compound in rows.compounds[here]],
            map(flags_of, labels, rows.abuses[here], reaches, repeat(high_reach_from)),
            map(mention_key, rows.ids[here]),
        )
        for column, values in zip(self._columns, columns, strict=True):
            column.extend(values)
        per_author, kept = self._per_author, self._columns[0]
        for number, (key, at) in enumerate(zip(keys, ats, strict=True), first):
            if key != NO_KEY:
                count = per_author[key] = per_author.get(key, 0) + 1
                if count >= NAMED_FROM:
                    self._names[number] = names[number - first][:_NAME_CHARS]
            self._latest = max(self._latest, at)
            if number - self._oldest >= MAX_POSTS or kept[self._oldest - self._first] < self._latest - MAX_AGE:
                self._drop(number + 1)
        self._shorten()
        return [key for key in keys if key != NO_KEY]

    def _drop(self, end: int) -> None:
        """Let the posts go that are too many or too old, of those with a sequence number below `end`."""
        ats, authors, oldest = self._columns[0], self._columns[1], self._latest - MAX_AGE
        while self._oldest < end and (end - self._oldest > MAX_POSTS or ats[self._oldest - self._first] < oldest):
            key = authors[self._oldest - self._first]
            if key != NO_KEY:
                self._per_author[key] -= 1
                if not self._per_author[key]:
                    del self._per_author[key]
            self._names.pop(self._oldest, None)
            self._oldest += 1

    def _shorten(self) -> None:
        """Let go of the segments of which no post is kept."""
        while len(self._starts) > 1 and (end := next(islice(self._starts.values(), 1, None))) <= self._oldest:
            number = next(iter(self._starts))
            del self._starts[number]
            self._unwritten.add(number)
            for column in self._columns:
                del column[: end - self._first]
            self._first = end

    def correct(self, change: Change, high_reach_from: int) -> None:
        """Replace the text and the figures of a post that was edited; of a deleted one the text and the link."""
        ids, number = self._columns[-1], mention_key(change.id)
        if number not in ids:
            return
        place = len(ids) - 1 - ids[::-1].index(number)
        texts, links, labels, compounds, flagged = self._columns[2:7]
        texts[place], links[place] = NO_KEY, NO_KEY
        if not change.deleted:
            texts[place], links[place] = text_key(change.excerpt, change.text_hash), link_key(change.excerpt)
            labels[place], compounds[place] = change.label, round(10_000 * change.compound)
            flagged[place] = flags_of(change.label, change.abuse, change.reach, high_reach_from)
        segment = max(name for name, first in self._starts.items() if first <= self._first + place)
        if segment != self._last:
            self._unwritten.add(segment)

    def erase(self, authors: Collection[int], ids: Collection[int]) -> bool:
        """Take authors out, by their keys and by the ids of further posts; return whether any post was theirs."""
        _, keys, texts, links, *_, numbers = self._columns
        places = [at for at, key in enumerate(keys) if key in authors or (numbers[at] and numbers[at] in ids)]
        for place in places:
            self._names.pop(self._first + place, None)
            keys[place] = texts[place] = links[place] = numbers[place] = NO_KEY
        self._count_authors()
        self._unwritten |= set(self._starts) - {self._last} if places else set()
        return bool(places)

    def _count_authors(self) -> None:
        self._per_author = dict(Counter(filter(None, self._columns[1][self._oldest - self._first :])))

    def between(self, start: int, end: int) -> list[Post]:
        """Return the posts of [start, end) in ms of event time, in the order in which they came."""
        first, last = -(-start // 1000), -(-end // 1000)  # seconds
        return self._posts([place for place, at in self._enumerated(0) if first <= at < last])

    def by(self, authors: Collection[int]) -> list[Post]:
        """Return the posts of some authors."""
        return self._posts([place for place, author in self._enumerated(1) if author in authors])

    def names(self, authors: Collection[int]) -> dict[int, str]:
        """Return the names of authors, as far as they are known, by key."""
        keys = self._columns[1]
        return {
            keys[place - self._first]: name
            for place, name in self._names.items()
            if keys[place - self._first] in authors
        }

    def clear(self) -> None:
        """Let all posts go."""
        self._latest, self._oldest, self._waiting = 0, self._next, []
        self._per_author, self._names, self._minute, self._taken = {}, {}, -1, 0
        self._shorten()

    def _enumerated(self, column: int) -> Iterator[tuple[int, int]]:
        skipped = self._oldest - self._first
        return enumerate(self._columns[column][skipped:], skipped)

    def _posts(self, places: Sequence[int]) -> list[Post]:
        if places and places[-1] - places[0] == len(places) - 1:  # all of a stretch
            stretch = slice(places[0], places[-1] + 1)
            return list(map(Post._make, zip(*(column[stretch] for column in self._columns), strict=True)))
        return [Post(*[column[place] for column in self._columns]) for place in places]

    def seal(self) -> dict[int, bytes | None]:
        """Close the open segment if it is full, and return what storage must hold again: None stands for delete."""
        if self._next - self._starts[self._last] >= SEALED_AT:
            self._unwritten.add(self._last)
            self._last += 1
            self._starts[self._last] = self._next
        changed = {number: self._pack(number) if number in self._starts else None for number in sorted(self._unwritten)}
        self._unwritten = set()
        return changed

    def sealed(self) -> dict[int, bytes]:
        """Return the stored form of every segment but the open one."""
        return {number: self._pack(number) for number in self._starts if number != self._last}

    def encode_tail(self) -> bytes:
        """Return the stored form of the open segment."""
        tail = Tail(self._oldest, self._last, self._minute, self._taken, self._latest, self._segment(self._last))
        return msgspec.msgpack.encode(tail)

    def _pack(self, number: int) -> bytes:
        return msgspec.msgpack.encode(self._segment(number))

    def _segment(self, number: int) -> Segment:
        """Return a segment to store: packed, but for the open one, which is written again and again."""
        numbers = list(self._starts)
        place = numbers.index(number) + 1
        first, end = self._starts[number], self._starts[numbers[place]] if place < len(numbers) else self._next
        columns = [column[first - self._first : end - self._first] for column in self._columns]
        names = {at: name for at, name in self._names.items() if first <= at < end}
        if number == self._last:
            return Segment(first, [column.tobytes() for column in columns], names)
        return Segment(first, pack_columns(columns), names, end - first)

    @classmethod
    def restore(cls, tail: bytes, sealed: dict[int, bytes]) -> Self:
        """Return the posts from their stored parts; a segment that is missing costs its posts and those before it.

        Raises:
            msgspec.DecodeError: the bytes are no such parts.
        """
        found = cls()
        if not tail:
            return found
        stored = msgspec.msgpack.decode(tail, type=Tail)
        found._oldest, found._last = stored.oldest, stored.last
        found._minute, found._taken, found._latest = stored.minute, stored.taken, stored.latest
        segments = {stored.last: stored.segment}
        for number in range(stored.last - 1, -1, -1):
            if number not in sealed:
                break
            segments[number] = msgspec.msgpack.decode(sealed[number], type=Segment)
        found._starts = {number: segments[number].first for number in sorted(segments)}
        found._unwritten = {number for number in sealed if number < stored.last and number not in segments}
        for number in found._starts:
            for column, values in zip(found._columns, columns_of(segments[number]), strict=True):
                column.extend(values)
            found._names.update(segments[number].names)
        found._first = next(iter(found._starts.values()))
        found._oldest = max(found._oldest, found._first)
        found._names = {at: name for at, name in found._names.items() if at >= found._oldest}
        found._count_authors()
        return found
