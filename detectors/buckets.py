"""How many mentions fell into each minute and each hour? Counts only; nothing here decides."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import add, sub
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

MENTIONS: Final = 0
NEGATIVE: Final = 1
POSITIVE: Final = 2
UNKNOWN: Final = 3
COMPOUND: Final = 4  # sum of compounds in ten-thousandths: integers add up the same in any order
AMPLIFIED: Final = 5  # retweets and near-copies: texts seen before, counted apart
ABUSIVE: Final = 6
LOUD: Final = 7  # negative mentions that reached many
COLUMNS: Final = 8

MINUTE: Final = 60_000  # ms
KEPT_MINUTES: Final = 240  # minutes behind the frontier
KEPT_HOURS: Final = 21 * 24  # of peaks
LEVEL_HOURS: Final = 14 * 24  # of counts: what teaches the level
DAY: Final = 24

SLIDING: Final = 180
"""Longest window, in minutes, that slides by the minute; longer ones slide by the hour."""

_SPARE_MINUTES: Final = 30  # forgetting is done in one go for so many minutes

GAP_HOURS: Final = 3
"""An hour is judged against the hours up to this many before it: what may be an incident does not judge itself."""

PEAK: Final = 4  # first of the four peak columns of an hour: see Hours
HOUR_COLUMNS: Final = 8

Row = list[int]
Counts = tuple[int, ...]
NOTHING: Final[Counts] = (0,) * COLUMNS


class Minutes(msgspec.Struct):
    """Contiguous one-minute buckets of what detection counts: closed up to the frontier, open after it.

    An empty minute is a zero that takes no space, so stepping over a silence of any length costs nothing. The closed
    minutes are kept as running totals: a sum over any window is two look-ups, whatever its length.
    """

    opened: dict[int, Row] = {}
    closed: list[int] = []  # minutes with a mention, ascending
    totals: list[Counts] = []  # running totals through the minute in `closed` at the same place
    ahead: dict[int, Row] = {}  # counted long before their time, for want of room to hold them back
    moved: dict[int, Row] = {}  # ledger less counts: a mention that only teaches is counted in no minute

    def open(self, minute: int) -> Row:
        """Return the row of a minute beyond the frontier, to be added to."""
        row = self.opened.get(minute)
        if row is None:
            row = self.opened[minute] = [0] * COLUMNS
        return row

    def sort(self) -> None:
        """Put what was counted ahead in order, so that the next of it is at hand."""
        self.ahead = dict(sorted(self.ahead.items()))

    def reach(self, until: int) -> bool:
        """Open the minutes to `until` that were counted ahead, which are in order, and tell whether there was any."""
        reached = False
        while self.ahead and (minute := next(iter(self.ahead))) <= until:
            self.opened[minute] = list(map(add, self.opened.get(minute, NOTHING), self.ahead.pop(minute)))
            reached = True
        return reached

    def close(self, minute: int) -> Counts:
        """Close a minute, which must be later than every closed one, and return its counts."""
        row = self.opened.pop(minute, None)
        if row is None:
            return NOTHING
        before = self.totals[-1] if self.totals else NOTHING
        self.closed.append(minute)
        self.totals.append(tuple(map(add, before, row)))
        if self.closed[0] < minute - KEPT_MINUTES - _SPARE_MINUTES:
            self.forget(minute - KEPT_MINUTES)
        return tuple(row)

    def insert(self, minute: int, counts: Counts) -> None:
        """Add counts to a minute that is closed."""
        place = bisect_left(self.closed, minute)
        if place == len(self.closed) or self.closed[place] != minute:
            self.closed.insert(place, minute)
            self.totals.insert(place, self.totals[place - 1] if place else NOTHING)
        self.totals[place:] = [tuple(map(add, total, counts)) for total in self.totals[place:]]

    def forget(self, minute: int) -> None:
        """Drop what is known of the closed minutes before `minute`."""
        cut = bisect_left(self.closed, minute)
        if cut:
            base = self.totals[cut - 1]
            self.closed = self.closed[cut:]
            self.totals = [tuple(map(sub, total, base)) for total in self.totals[cut:]]
        for late in [m for m in self.moved if m < minute]:
            del self.moved[late]

    def through(self, minute: int) -> Counts:
        """Return the running totals of the closed minutes up to and including `minute`."""
        place = bisect_right(self.closed, minute)
        return self.totals[place - 1] if place else NOTHING

    def window(self, end: int, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with minute `end`, open ones included."""
        closed, totals = self.closed, self.totals
        if not closed:
            sums = NOTHING
        else:
            now = totals[-1] if closed[-1] <= end else self.through(end)
            before = bisect_right(closed, end - length)
            sums = tuple(map(sub, now, totals[before - 1])) if before else now
        for minute, row in self.opened.items():
            if end - length < minute <= end:
                sums = tuple(map(add, sums, row))
        return sums

    def latest(self, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with the last one closed that has a mention."""
        now, before = self.totals[-1], bisect_right(self.closed, self.closed[-1] - length)
        return tuple(map(sub, now, self.totals[before - 1])) if before else now

    def move(self, published: int, row: Counts) -> None:
        """Note for the ledger that mentions published in a minute were counted in none."""
        self.moved[published] = list(map(add, self.moved.get(published, NOTHING), row))

    def ledger(self, frontier: int | None) -> list[tuple[int, int, int, int, int]]:
        """Return (minute ms, mentions, negative, positive, unknown) by minute of publication, zeros left out.

        Kept for the last KEPT_MINUTES before the frontier, and everything after it.
        """
        rows: dict[int, Counts] = {minute: tuple(row) for minute, row in self.opened.items()}
        before = NOTHING
        for minute, total in zip(self.closed, self.totals, strict=True):
            rows[minute] = tuple(map(sub, total, before))
            before = total
        for minute, row in [*self.ahead.items(), *self.moved.items()]:
            rows[minute] = tuple(map(add, rows.get(minute, NOTHING), row))
        oldest = -1 if frontier is None else frontier - KEPT_MINUTES
        return [(m * MINUTE, r[0], r[1], r[2], r[3]) for m, r in sorted(rows.items()) if r[0] and m > oldest]


class Hours(msgspec.Struct):
    """Coarser history: per hour the counts, LEVEL_HOURS long, and the peaks of sliding windows, KEPT_HOURS long.

    Columns: mentions, negative, positive, unknown, then the largest sliding sum that ended in the hour of mentions
    (short window, main window) and of negative mentions (short, main). An hour that is absent is an hour of zeros; a
    peak of zero is one that others outdo, see `_level`; hours of a crisis are apart, and keep theirs.
    """

    rows: dict[int, Row] = {}
    taught: dict[int, Row] = {}  # backfill: it teaches, and no window of detection sees it
    held: set[int] = set()  # hours in breach, which teach only once the breach has become the usual
    since: int | None = None  # first hour known
    level_since: int | None = None  # first hour of the present level, after a lasting change
    crisis: set[int] = set()  # of a breach that pages, whose peaks count for no more than a third of the days reach
    levelled: int | None = None  # hour up to which peaks are levelled; not stored
    higher: list[list[int]] = []  # by peak column, hours whose peaks fall from first to last; not stored
    top: int = 0  # most mentions of any hour since `topped`; not stored
    topped: int | None = None

    def add(self, minute: int, counts: Counts, peaks: Iterable[int]) -> None:
        """Add a closed minute with the window sums that end in it."""
        hour = minute // 60
        row = self.rows.get(hour)
        if row is None:
            row = self.rows[hour] = [0] * HOUR_COLUMNS
            self.know(hour)
            self._forget(hour)
            self._level(hour - GAP_HOURS)
        for column in range(PEAK):
            row[column] += counts[column]
        for column, peak in enumerate(peaks, PEAK):
            row[column] = max(row[column], peak)
        self.top = max(self.top, row[MENTIONS])

    def insert(self, hour: int, counts: Counts) -> None:
        """Add what was found late to an hour that is over; it sets no peak."""
        row = self.rows.setdefault(hour, [0] * HOUR_COLUMNS)
        for column in range(PEAK):
            row[column] += counts[column]
        self.top = max(self.top, row[MENTIONS])
        self.know(hour)

    def teach(self, hour: int, counts: Counts) -> None:
        """Add backfilled mentions of an hour long closed."""
        row = self.taught.setdefault(hour, [0] * PEAK)
        for column in range(PEAK):
            row[column] += counts[column]
        self.know(hour)

    def relearn(self, hour: int) -> None:
        """Let all that was counted since an hour teach, breach or not: it is the level now."""
        self.level_since = hour
        self.held = {held for held in self.held if held < hour}
        self.crisis = {held for held in self.crisis if held < hour}
        self.levelled = None

    def know(self, hour: int) -> None:
        """Note that this hour was watched."""
        self.since = hour if self.since is None else min(self.since, hour)

    def sums(self, first: int, last: int) -> Counts:
        """Return mentions, negative, positive and unknown of the hours `first` to `last`, backfill left out."""
        total = (0,) * PEAK
        for hour in range(first, last + 1):
            row = self.rows.get(hour)
            if row is not None:
                total = tuple(map(add, total, row))
        return total

    def busiest(self) -> int:
        """Return a number of mentions that no hour taught more than; looked up anew once a day."""
        hour = max(self.rows, default=0)
        if self.topped is None or hour >= self.topped + DAY:
            self.top, self.topped = max((row[MENTIONS] for row in self.rows.values()), default=0), hour
        return self.top + max((row[MENTIONS] for row in self.taught.values()), default=0)

    def _level(self, last: int) -> None:
        """Set those peaks to zero that no day can have as its largest: a handful a day remains.

        Between two as high and no more than a day apart, a peak is never the largest of 24 hours in a row, wherever
        these begin, and never the largest once faded. Hours after `last` teach nothing yet and are left alone.
        """
        if self.levelled is None:
            self.higher = [[] for _ in range(PEAK, HOUR_COLUMNS)]
            known = sorted(hour for hour in self.rows if hour <= last)
        else:
            known = self._between(self.levelled + 1, last + 1)
        hours = [hour for hour in known if hour not in self.crisis]
        for column, higher in enumerate(self.higher, PEAK):
            while higher and higher[0] not in self.rows:
                del higher[0]
            for hour in hours:
                peak = self.rows[hour][column]
                while peak and higher and self.rows[higher[-1]][column] <= peak:
                    low = higher.pop()
                    if higher and hour - higher[-1] <= DAY:
                        self.rows[low][column] = 0
                if peak:
                    higher.append(hour)
        self.levelled = last

    def _between(self, first: int, end: int) -> list[int]:
        """Return the hours from `first` until before `end` that have a row, ascending."""
        if end - first < len(self.rows):
            return [hour for hour in range(first, end) if hour in self.rows]
        return sorted(hour for hour in self.rows if first <= hour < end)

    def _forget(self, hour: int) -> None:
        oldest, fresh = hour - GAP_HOURS - KEPT_HOURS, hour - GAP_HOURS - LEVEL_HOURS
        for past in [h for h in self.rows if h < fresh]:
            row = self.rows[past]
            row[:PEAK] = [0] * PEAK
            if past < oldest or not any(row):
                del self.rows[past]
        self.taught = {h: row for h, row in self.taught.items() if h >= fresh}
        self.held = {h for h in self.held if h >= fresh}
        self.crisis = {h for h in self.crisis if h >= oldest}
        if self.since is not None:
            self.since = max(self.since, oldest)
