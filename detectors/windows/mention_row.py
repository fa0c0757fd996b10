"""What one mention adds to the counts of its minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.windows.buckets import ABUSIVE, COLUMNS, COMPOUND, HIGH_REACH, MENTIONS, NEGATIVE, POSITIVE, UNKNOWN
from mentions.model import batches

if TYPE_CHECKING:
    from detectors.windows.buckets import Row

_LABEL_COLUMNS: Final = {batches.NEGATIVE: NEGATIVE, batches.POSITIVE: POSITIVE, batches.UNKNOWN: UNKNOWN}


def is_high_reach(label: int, reach: int, least: int) -> bool:
    """Return whether a mention is negative and reached at least so many people."""
    return reach >= least and label == batches.NEGATIVE


def mention_row(label: int, compound: int, *, abusive: bool, high_reach: bool) -> Row:
    """Return what one mention adds to its minute, its compound in ten-thousandths; that it is a copy is left out."""
    row = [0] * COLUMNS
    row[MENTIONS], row[COMPOUND], row[ABUSIVE], row[HIGH_REACH] = 1, compound, int(abusive), int(high_reach)
    if label in _LABEL_COLUMNS:
        row[_LABEL_COLUMNS[label]] = 1
    return row
