"""Deduplication window: an exact, bounded memory of the ids of recent mentions."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine.edits.revisions import FIGURES, MINUTE_RANGE, NOT_COUNTED, UNKNOWN_FIGURES, Figures

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_IDS: Final = 1 << 18
"""Most ids remembered per brand. Beyond it the oldest go first: at 3 mentions a second that is a day, at 100,000 a
second it is 2.6 seconds. Redeliveries do not need this memory: the high-water marks are exact at any rate."""

SEALED_AT: Final = 64
"""Ids from which the open segment is closed, to be written once and never again."""


class Segment(msgspec.Struct, array_like=True):
    """Ids in the order they came, from sequence number `first` on; `runs` holds the minute of each stretch of ids."""

    first: int
    ids: list[int] = []
    runs: list[tuple[int, int]] = []  # (minute, sequence number after its last id), both ascending
    figures: bytearray = msgspec.field(default_factory=bytearray)  # of each id, as `revisions.FIGURES`


_LONG: Final = "q"
_SHORT: Final = "I"
"""Array types of ids of 63 bits, and of 32: those of authors are short."""


class _Stored(msgspec.Struct, array_like=True):
    first: int
    ids: bytes
    runs: list[tuple[int, int]]
    figures: bytes = b""
    kind: str = _LONG  # array type of the ids


class DedupWindow:
    """The last `capacity` ids that are not older than the horizon. Calls change it in place."""

    def __init__(self, capacity: int | None = None) -> None:
        self.capacity = MAX_IDS if capacity is None else capacity
        self.known: set[int] = set()
        self.latest = -1  # the latest minute in which a new id arrived
        self.oldest = 0  # sequence number of the oldest id remembered
        self.segments: dict[int, Segment] = {0: Segment(0)}
        self.last = 0  # number of the open segment
        self.unwritten: set[int] = set()

    @property
    def newest(self) -> int:
        """Return the sequence number of the next id."""
        return next_sequence(self.segments[self.last])

    def add(self, ids: list[int], minute: int) -> None:
        """Remember ids, none of them known, met in `minute`, or in the latest known where that is later."""
        tail = self.segments[self.last]
        tail.ids += ids
        self.known.update(ids)
        self.latest = max(self.latest, minute)
        runs = tail.runs
        if runs and runs[-1][0] >= minute:
            runs[-1] = (runs[-1][0], self.newest)
        else:
            runs.append((self.latest, self.newest))
        if len(self.known) > self.capacity:
            self._drop(self.newest - self.capacity)

    def describe(self, figures: bytearray) -> None:
        """Remember how the ids that were added last are counted, packed as `revisions.FIGURES`."""
        tail = self.segments[self.last]
        tail.figures += figures
        del tail.figures[: max(0, len(tail.figures) - FIGURES.size * len(tail.ids))]

    def mark_not_counted(self, place: int) -> None:
        """Note that one of the ids that were added last, counted from the end (-1), is in no minute."""
        figures = self.segments[self.last].figures
        if FIGURES.size * -place <= len(figures):
            figures[len(figures) + FIGURES.size * place + 2] |= NOT_COUNTED

    def replace(self, number: int, figures: Figures) -> tuple[int, Figures] | None:
        """Return the minute and the figures of a mention, and remember others; None where they are not known."""
        found = self._find(number)
        if found is None:
            return None
        segment, place, minute = found
        here = self.segments[segment].figures
        before = Figures.unpacked(*FIGURES.unpack_from(here, place)[:2])
        FIGURES.pack_into(here, place, figures.compound, figures.flags, minute % MINUTE_RANGE)
        if segment != self.last:
            self.unwritten.add(segment)
        return minute, before

    def minute_of(self, number: int) -> int | None:
        """Return the minute in which a mention is counted, None where it is not known."""
        found = self._find(number)
        return None if found is None else found[2]

    def _find(self, number: int) -> tuple[int, int, int] | None:
        """Return the segment of a mention, the place of its figures there, and its minute."""
        if number not in self.known:
            return None
        for name, segment in reversed(self.segments.items()):
            if number in segment.ids and len(segment.figures) == FIGURES.size * len(segment.ids):
                place = len(segment.ids) - 1 - segment.ids[::-1].index(number)
                run = segment.runs[bisect_right(segment.runs, segment.first + place, key=itemgetter(1))][0]
                _, flags, low = FIGURES.unpack_from(segment.figures, FIGURES.size * place)
                minute = run - (run - low) % MINUTE_RANGE
                return None if flags & NOT_COUNTED else (name, FIGURES.size * place, minute)
        return None

    def all_new(self, ids: list[int]) -> bool:
        """Return whether none of the ids is known, and no two are the same."""
        return self.known.isdisjoint(ids) and len(set(ids)) == len(ids)

    def check(self, ids: list[int], minute: int) -> list[int]:
        """Remember the ids that are not known, as one after the other, and return their places."""
        if len(self.known) + len(ids) <= self.capacity:
            first = {number: place for place, number in reversed(list(enumerate(ids))) if number not in self.known}
            places = sorted(first.values())
            if places:
                self.add([ids[place] for place in places], minute)
            return places
        places = []
        for place, number in enumerate(ids):
            if number not in self.known:
                self.add([number], minute)
                places.append(place)
        return places

    def erase(self, ids: Collection[int]) -> bool:
        """Put 0, which stands for nothing, in the place of some ids; return whether any was known."""
        if self.known.isdisjoint(ids):
            return False
        for number, segment in self.segments.items():
            if any(one in ids for one in segment.ids):
                segment.ids = [0 if one in ids else one for one in segment.ids]
                self.unwritten |= {number} - {self.last}
        self.known.difference_update(ids)
        return True

    def expire(self, minute: int) -> None:
        """Forget the ids met before `minute`. Costs one comparison while none is due."""
        while (segment := next(iter(self.segments.values()))).runs and segment.runs[0][0] < minute:
            due = bisect_left(segment.runs, (minute, 0))
            until = segment.runs[due - 1][1]
            del segment.runs[:due]
            self._drop(until)

    def sealed(self) -> dict[int, bytes]:
        """Return the stored form of every segment but the open one."""
        return {number: pack(segment) for number, segment in self.segments.items() if number != self.last}

    def since(self, minute: int) -> set[int]:
        """Return the ids that were first met in `minute` or later."""
        found: set[int] = set()
        for segment in reversed(self.segments.values()):
            place = bisect_left(segment.runs, (minute, 0))
            first = segment.runs[place - 1][1] if place else segment.first
            found.update(segment.ids[max(first, self.oldest) - segment.first :])
            if place:
                break
        return found

    @property
    def first_minute(self) -> int | None:
        """Return the minute in which the oldest id that is remembered was met; None without any."""
        runs = next((segment.runs for segment in self.segments.values() if segment.runs), None)
        return runs[0][0] if runs else None

    def mend(self, minute: int) -> None:
        """Take ids that were met after `minute`, by a clock that was wrong, as met in it."""
        self.latest = min(self.latest, minute)
        for number, segment in self.segments.items():
            if segment.runs and segment.runs[-1][0] > minute:
                kept = [run for run in segment.runs if run[0] < minute]
                segment.runs[:] = [*kept, (minute, segment.runs[-1][1])]
                if number != self.last:
                    self.unwritten.add(number)
            segment.figures = bytearray(UNKNOWN_FIGURES * len(segment.ids))

    def _drop(self, until: int) -> None:
        """Forget the ids with a sequence number below `until`."""
        for number in list(self.segments):
            segment = self.segments[number]
            low, high = max(self.oldest, segment.first), min(until, next_sequence(segment))
            if high > low:
                self.known.difference_update(segment.ids[low - segment.first : high - segment.first])
                self.oldest = high
            if number == self.last:
                self._shorten(segment)
            elif next_sequence(segment) <= until:
                del self.segments[number]
                self.unwritten.add(number)
            if next_sequence(segment) >= until:
                break

    def _shorten(self, segment: Segment) -> None:
        """Let go of the forgotten ids of the open segment, where nothing is stored and it is never sealed."""
        gone = self.oldest - segment.first
        if gone >= max(SEALED_AT, len(segment.ids) // 2):
            segment.ids, segment.first = segment.ids[gone:], self.oldest
            del segment.figures[: FIGURES.size * gone]

    def seal(self) -> dict[int, bytes | None]:
        """Close the open segment if it is full, and return what storage must hold again: None stands for delete."""
        tail = self.segments[self.last]
        if len(tail.ids) >= SEALED_AT:
            self.unwritten.add(self.last)
            self.last += 1
            self.segments[self.last] = Segment(next_sequence(tail))
        changed = {n: pack(self.segments[n]) if n in self.segments else None for n in sorted(self.unwritten)}
        self.unwritten = set()
        return changed

    @classmethod
    def restore(
        cls,
        oldest: int,
        last: int,
        tail: bytes,
        sealed: dict[int, bytes],
        capacity: int | None = None,
        *,
        described: bool = True,
    ) -> DedupWindow:
        """Return the memory from its stored parts; `described` where ids have figures.

        A sealed segment that is missing costs its ids, one from a later, lost write is ignored: so the sealed parts
        are to be written before the core that names them.
        """
        seen = cls(capacity)
        seen.segments = {n: unpack(sealed[n], described=described) for n in sorted(sealed) if n < last}
        seen.segments[last] = unpack(tail, described=described)
        seen.oldest, seen.last = oldest, last
        for number in list(seen.segments):
            segment = seen.segments[number]
            seen.known.update(segment.ids[max(0, oldest - segment.first) :])
            if number != last and next_sequence(segment) <= oldest:
                del seen.segments[number]
                seen.unwritten.add(number)
            elif segment.runs:
                seen.latest = segment.runs[-1][0]
        return seen


def next_sequence(segment: Segment) -> int:
    """Return the sequence number after a segment's last id."""
    return segment.first + len(segment.ids)


def pack(segment: Segment) -> bytes:
    """Return the stored form of a segment: twelve bytes an id, four an author."""
    kind = _LONG if max(segment.ids, default=0) >> 32 else _SHORT
    stored = _Stored(segment.first, array(kind, segment.ids).tobytes(), segment.runs, bytes(segment.figures), kind)
    return msgspec.msgpack.encode(stored)


def unpack(raw: bytes, *, described: bool = True) -> Segment:
    """Return the segment that `pack` wrote; `described` where ids have figures."""
    stored = msgspec.msgpack.decode(raw, type=_Stored)
    if stored.kind not in (_LONG, _SHORT):
        raise ValueError(f"ids of type {stored.kind!r}")
    ids = array(stored.kind)
    ids.frombytes(stored.ids)
    known = len(stored.figures) == FIGURES.size * len(ids)
    figures = bytearray(stored.figures if known or not described else UNKNOWN_FIGURES * len(ids))
    return Segment(stored.first, ids.tolist(), stored.runs, figures)
