"""How a mention was counted, in four bytes beside its id, and the latest revisions of those that were changed.

With it an edit moves its mention from one label to another, in its own minute, exactly: for as long as the id is
remembered and its minute is kept, four hours. Of an edit of an older mention only the text is replaced.
"""

from __future__ import annotations

from array import array
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from detectors.windows.buckets import MINUTE
from detectors.windows.mention_row import is_high_reach, mention_row
from mentions.model import batches

if TYPE_CHECKING:
    from detectors.windows.buckets import Counts, Row
    from mentions.model.batches import Batch

MAX_NUMBERS: Final = 200
"""Edited and deleted mentions of a brand whose latest revision is remembered, so that an older one changes nothing."""

DELETED: Final = -1
"""Stands for the revision of a mention that was deleted."""

FIGURES: Final = Struct("<hBB")
"""Compound in ten-thousandths; label and flags; the last eight bits of the minute of publication."""

MINUTE_RANGE: Final = 256
NOT_COUNTED: Final = 0x80
"""Flag of a mention that is in no minute: it only entered the baseline, or an older version counted it."""

UNKNOWN_FIGURES: Final = FIGURES.pack(0, NOT_COUNTED, 0)
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
        high = is_high_reach(label, reach, high_reach_from)
        return cls(round(10_000 * compound), label, abuse >= batches.ABUSIVE_FROM, high)

    @classmethod
    def unpacked(cls, compound: int, flags: int) -> Self:
        """Return the figures that were packed."""
        label = flags & _LABEL_BITS
        signed = label - _LABEL_BITS - 1 if label == _LABEL_BITS else label  # two's complement: -1 is negative
        return cls(compound, signed, bool(flags & _ABUSIVE), bool(flags & _HIGH_REACH))

    @property
    def flags(self) -> int:
        """Return label and flags in one byte."""
        return self.label & _LABEL_BITS | _ABUSIVE * self.abusive | _HIGH_REACH * self.high_reach

    def counts(self) -> Row:
        """Return them as the columns of a minute bucket."""
        return mention_row(self.label, self.compound, abusive=self.abusive, high_reach=self.high_reach)


def difference(before: Figures, after: Figures) -> Counts:
    """Return what to add to a minute so that it holds `after` in place of `before`."""
    return tuple(new - old for new, old in zip(after.counts(), before.counts(), strict=True))


def pack_figures(rows: Batch, high_reach_from: int, latest: int) -> bytearray:
    """Return how rows are counted, packed; `latest` is the minute in which the last mention before them arrived.

    Costs a quarter of a microsecond a row.
    """
    compounds = array("h", [round(10_000 * compound) for compound in rows.compounds]).tobytes()
    flags = bytearray([label & _LABEL_BITS for label in rows.labels])
    if rows.abuses and max(rows.abuses) >= batches.ABUSIVE_FROM:
        for place, abuse in enumerate(rows.abuses):
            flags[place] |= _ABUSIVE * (abuse >= batches.ABUSIVE_FROM)
    if rows.reaches and max(rows.reaches) >= high_reach_from:
        for place, reach in enumerate(rows.reaches):
            flags[place] |= _HIGH_REACH * is_high_reach(rows.labels[place], reach, high_reach_from)
    minutes = [published // MINUTE for published in rows.published]
    if minutes and max(latest, max(rows.arrived) // MINUTE) - min(minutes) >= MINUTE_RANGE:
        for place, (minute, arrived) in enumerate(zip(minutes, rows.arrived, strict=True)):
            latest = max(latest, arrived // MINUTE)
            flags[place] |= NOT_COUNTED * (latest - minute >= MINUTE_RANGE)
    packed = bytearray(FIGURES.size * len(minutes))
    packed[0::4], packed[1::4] = compounds[0::2], compounds[1::2]
    packed[2::4], packed[3::4] = flags, bytes([minute % MINUTE_RANGE for minute in minutes])
    return packed


class LatestRevisions:
    """The latest revision of each mention that was edited or deleted lately; bounded."""

    def __init__(self, known: dict[int, int] | None = None) -> None:
        self.numbers = known or {}  # id → revision, DELETED; latest last

    def of(self, number: int) -> int | None:
        """Return the latest revision of a mention that is known, DELETED, or None."""
        return self.numbers.get(number)

    def note(self, number: int, revision: int) -> None:
        """Remember the latest revision of a mention, or DELETED."""
        self.numbers.pop(number, None)
        self.numbers[number] = revision
        while len(self.numbers) > MAX_NUMBERS:
            del self.numbers[next(iter(self.numbers))]
