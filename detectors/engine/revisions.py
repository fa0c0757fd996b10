"""Counted mentions: how the latest mentions of a brand were counted, so that an edit can be counted in their place.

The last MAX_COUNTED mentions are kept, eleven bytes each. An edit of one of them moves it from one label to another in
its minute, exactly. Of an edit of an older mention only the text is replaced: its figures stay what they were.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import msgspec

from detectors.windows.buckets import ABUSIVE, COLUMNS, COMPOUND, HIGH_REACH, NEGATIVE, POSITIVE, UNKNOWN, Counts
from mentions.model import batches

if TYPE_CHECKING:
    from mentions.model.batches import Batch

MAX_COUNTED: Final = 500
"""Mentions of a brand that are scored again when they are edited, the latest."""

MAX_NUMBERS: Final = 200
"""Edited and deleted mentions whose latest revision is remembered, so that an older one changes nothing."""

ABUSIVE_FROM: Final = 0.5
DELETED: Final = -1
"""Stands for the revision of a mention that was deleted."""

_LABELS: Final = {batches.NEGATIVE: NEGATIVE, batches.POSITIVE: POSITIVE, batches.UNKNOWN: UNKNOWN}
_LABEL_BITS: Final = 3
_ABUSIVE: Final = 4
_HIGH_REACH: Final = 8


class Figures(NamedTuple):
    """What a mention adds to the counts of its minute besides itself."""

    compound: int  # ten-thousandths
    label: int
    abusive: bool
    high_reach: bool

    @classmethod
    def of(cls, compound: float, label: int, abuse: float, reach: int, high_reach_from: int) -> Self:
        """Return the figures of a scored mention."""
        high = reach >= high_reach_from and label == batches.NEGATIVE
        return cls(round(10_000 * compound), label, abuse >= ABUSIVE_FROM, high)

    def counts(self) -> list[int]:
        """Return them as the columns of a minute bucket, without the mention itself."""
        row = [0] * COLUMNS
        row[COMPOUND], row[ABUSIVE], row[HIGH_REACH] = self.compound, int(self.abusive), int(self.high_reach)
        if self.label in _LABELS:
            row[_LABELS[self.label]] = 1
        return row


def difference(before: Figures, after: Figures) -> Counts:
    """Return what to add to a minute so that it holds `after` in place of `before`."""
    return tuple(new - old for new, old in zip(after.counts(), before.counts(), strict=True))


class _Rows(NamedTuple):
    """Mentions counted together in one minute, as columns of a batch."""

    minute: int
    ids: list[int]
    compounds: list[float]
    labels: list[int]
    abuses: list[float]
    reaches: list[int]
    high_reach_from: int


class _Stored(msgspec.Struct, array_like=True):
    minutes: list[tuple[int, int]]  # minute, mentions
    ids: bytes
    compounds: bytes
    flags: bytes
    numbers: dict[int, int]


class CountedMentions:
    """The latest counted mentions, oldest first, and the latest revision of those that were changed."""

    def __init__(self) -> None:
        self._fresh: list[_Rows] = []  # not packed yet
        self._fresh_size = 0
        self._minutes: list[tuple[int, int]] = []  # minute, mentions
        self._ids, self._compounds, self._flags = array("q"), array("h"), bytearray()
        self._numbers: dict[int, int] = {}  # id → revision, DELETED; latest last

    def add(self, rows: Batch, start: int, end: int, minute: int, high_reach_from: int) -> None:
        """Remember rows that are counted in a minute. Costs a few slices: they are packed when they are needed."""
        here = slice(max(start, end - MAX_COUNTED), end)
        labels, abuses, reaches = rows.labels[here], rows.abuses[here], rows.reaches[here]
        self._fresh.append(
            _Rows(minute, rows.ids[here], rows.compounds[here], labels, abuses, reaches, high_reach_from)
        )
        self._fresh_size += end - start
        if self._fresh_size > 4 * MAX_COUNTED:
            self._pack()

    def _pack(self) -> None:
        for rows in self._fresh:
            self._ids.extend(rows.ids)
            self._compounds.extend([round(10_000 * compound) for compound in rows.compounds])
            scores = zip(rows.labels, rows.abuses, rows.reaches, strict=True)
            self._flags.extend([_flags(*score, rows.high_reach_from) for score in scores])
            if self._minutes and self._minutes[-1][0] == rows.minute:
                self._minutes[-1] = (rows.minute, self._minutes[-1][1] + len(rows.ids))
            else:
                self._minutes.append((rows.minute, len(rows.ids)))
        self._fresh, self._fresh_size = [], 0
        surplus = len(self._ids) - MAX_COUNTED
        if surplus > 0:
            del self._ids[:surplus], self._compounds[:surplus], self._flags[:surplus]
            while surplus >= self._minutes[0][1]:
                surplus -= self._minutes.pop(0)[1]
            self._minutes[0] = (self._minutes[0][0], self._minutes[0][1] - surplus)

    def revision(self, number: int) -> int | None:
        """Return the latest revision of a mention that is known, DELETED, or None."""
        return self._numbers.get(number)

    def note(self, number: int, revision: int) -> None:
        """Remember the latest revision of a mention, or DELETED."""
        self._numbers.pop(number, None)
        self._numbers[number] = revision
        while len(self._numbers) > MAX_NUMBERS:
            del self._numbers[next(iter(self._numbers))]

    def replace(self, number: int, figures: Figures) -> tuple[int, Figures] | None:
        """Return the minute and the figures of a mention, and remember others; None where it is not remembered."""
        self._pack()
        if number not in self._ids:
            return None
        place = end = self._ids.index(number)
        before = _unpacked(self._compounds[place], self._flags[place])
        self._compounds[place], self._flags[place] = figures.compound, _packed(figures)
        for minute, size in self._minutes:
            end -= size
            if end < 0:
                return minute, before
        raise AssertionError("a counted mention has a minute")

    def encode(self) -> bytes:
        """Return it as bytes, empty where there is nothing."""
        self._pack()
        if not self._ids and not self._numbers:
            return b""
        columns = self._ids.tobytes(), self._compounds.tobytes(), bytes(self._flags)
        return msgspec.msgpack.encode(_Stored(self._minutes, *columns, self._numbers))

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Return what `encode` wrote.

        Raises:
            msgspec.DecodeError: the bytes are not such a record.
        """
        counted = cls()
        if raw:
            stored = msgspec.msgpack.decode(raw, type=_Stored)
            counted._minutes, counted._numbers = stored.minutes, stored.numbers
            counted._ids.frombytes(stored.ids)
            counted._compounds.frombytes(stored.compounds)
            counted._flags.extend(stored.flags)
        return counted


def _flags(label: int, abuse: float, reach: int, high_reach_from: int) -> int:
    high = reach >= high_reach_from and label == batches.NEGATIVE
    return label & _LABEL_BITS | _ABUSIVE * (abuse >= ABUSIVE_FROM) | _HIGH_REACH * high


def _packed(figures: Figures) -> int:
    return figures.label & _LABEL_BITS | _ABUSIVE * figures.abusive | _HIGH_REACH * figures.high_reach


def _unpacked(compound: int, flags: int) -> Figures:
    label = flags & _LABEL_BITS
    signed = label - _LABEL_BITS - 1 if label == _LABEL_BITS else label  # two's complement: -1 is negative
    return Figures(compound, signed, bool(flags & _ABUSIVE), bool(flags & _HIGH_REACH))
