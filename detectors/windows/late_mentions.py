"""Mentions that came much later than they were published: how many of a window, so that an alert can say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.windows.buckets import Counts, MinuteBuckets

LATE_MINUTES: Final = 10
"""Minutes after its own in which a mention comes that is called late where it is shown."""


class LateMentions(NamedTuple):
    """Late mentions of a window."""

    mentions: int
    negative: int
    first: int  # minute of publication
    last: int
    arrived: int  # minute in which the last of them came


def insert_late(minutes: MinuteBuckets, minute: int, counts: Counts, arrived: int) -> None:
    """Add counts to a closed minute that came in minute `arrived`."""
    minutes.insert(minute, counts)
    if arrived - minute >= LATE_MINUTES:
        mentions, negative, last = minutes.late.get(minute, (0, 0, 0))
        minutes.late[minute] = [mentions + counts[MENTIONS], negative + counts[NEGATIVE], max(last, arrived)]


def late_within(minutes: MinuteBuckets, end: int, length: int) -> LateMentions | None:
    """Return what came late of the `length` minutes that end with minute `end`; None where nothing did."""
    found = {minute: row for minute, row in minutes.late.items() if end - length < minute <= end}
    if not found:
        return None
    mentions, negative, arrived = zip(*found.values(), strict=True)
    return LateMentions(sum(mentions), sum(negative), min(found), max(found), max(arrived))
