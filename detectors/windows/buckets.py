"""Minute and hour buckets: counts per brand, sums over sliding windows, and the history behind the baseline."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from operator import add, sub
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.windows.judged_hours import JudgedHours

if TYPE_CHECKING:
    from collections.abc import Iterable

MENTIONS: Final = 0
NEGATIVE: Final = 1
POSITIVE: Final = 2
UNKNOWN: Final = 3
COMPOUND: Final = 4  # sum of compounds in ten-thousandths: integer sums do not depend on the order
COPIES: Final = 5  # retweets and near-copies of recent texts
ABUSIVE: Final = 6
HIGH_REACH: Final = 7  # negative mentions with at least `high_reach.min_reach`
COLUMNS: Final = 8

MINUTE: Final = 60_000  # ms
KEPT_MINUTES: Final = 240  # minutes behind the last closed one
KEPT_HOURS: Final = 21 * 24  # of peaks
LEVEL_HOURS: Final = 14 * 24  # of counts: what the level is learned from
DAY: Final = 24

MAX_SLIDING: Final = 180
"""Longest window, in minutes, that slides by the minute; longer ones slide by the hour."""

_SPARE_MINUTES: Final = 30  # old minutes are dropped in batches of this size

GAP_HOURS: Final = 3
"""The baseline of an hour ends this many hours before it, so that an incident is not compared with itself."""

PEAK: Final = 4  # first of the four peak columns of an hour: see HourBuckets
HOUR_COLUMNS: Final = 8

Row = list[int]
Counts = tuple[int, ...]
NO_COUNTS: Final[Counts] = (0,) * COLUMNS


class MinuteBuckets(msgspec.Struct):
    """One-minute buckets of counts: closed up to the last closed minute, open after it.

    An empty minute takes no space, so a pause of any length costs nothing. The closed minutes are running totals: a
    sum over any window takes two look-ups, whatever its length.
    """

    opened: dict[int, Row] = {}
    closed: list[int] = []  # minutes with a mention, ascending
    totals: list[Counts] = []  # running totals through the minute in `closed` at the same place
    ahead: dict[int, Row] = {}  # counted early because the buffer was full
    moved: dict[int, Row] = {}  # counts by publication of mentions that enter the baseline only, and no minute
    late: dict[int, Row] = {}  # of what came much later than it was published, see `late_mentions`

    def open(self, minute: int) -> Row:
        """Return the row of an open minute, to add to."""
        row = self.opened.get(minute)
        if row is None:
            row = self.opened[minute] = [0] * COLUMNS
        return row

    def sort_ahead(self) -> None:
        """Sort the minutes that were counted early, so that the next one comes first."""
        self.ahead = dict(sorted(self.ahead.items()))

    def open_ahead(self, until: int) -> bool:
        """Open the minutes up to `until` that were counted early (sorted before); return whether there was any."""
        reached = False
        while self.ahead and (minute := next(iter(self.ahead))) <= until:
            self.opened[minute] = list(map(add, self.opened.get(minute, NO_COUNTS), self.ahead.pop(minute)))
            reached = True
        return reached

    def close(self, minute: int) -> Counts:
        """Close a minute, later than every closed one, and return its counts."""
        row = self.opened.pop(minute, None)
        if row is None:
            return NO_COUNTS
        before = self.totals[-1] if self.totals else NO_COUNTS
        self.closed.append(minute)
        self.totals.append(tuple(map(add, before, row)))
        if self.closed[0] < minute - KEPT_MINUTES - _SPARE_MINUTES:
            self.forget(minute - KEPT_MINUTES)
        return tuple(row)

    def insert(self, minute: int, counts: Counts) -> None:
        """Add counts to a closed minute. Cost: linear in the closed minutes after it."""
        place = bisect_left(self.closed, minute)
        if place == len(self.closed) or self.closed[place] != minute:
            self.closed.insert(place, minute)
            self.totals.insert(place, self.totals[place - 1] if place else NO_COUNTS)
        self.totals[place:] = [tuple(map(add, total, counts)) for total in self.totals[place:]]

    def forget(self, minute: int) -> None:
        """Drop the closed minutes before `minute`."""
        cut = bisect_left(self.closed, minute)
        if cut:
            base = self.totals[cut - 1]
            self.closed = self.closed[cut:]
            self.totals = [tuple(map(sub, total, base)) for total in self.totals[cut:]]
        for past in [m for m in self.moved if m < minute]:
            del self.moved[past]
        for past in [m for m in self.late if m < minute]:
            del self.late[past]

    def totals_through(self, minute: int) -> Counts:
        """Return the running totals of the closed minutes up to and including `minute`."""
        place = bisect_right(self.closed, minute)
        return self.totals[place - 1] if place else NO_COUNTS

    def window(self, end: int, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with minute `end`, open ones included."""
        closed, totals = self.closed, self.totals
        if not closed:
            sums = NO_COUNTS
        else:
            now = totals[-1] if closed[-1] <= end else self.totals_through(end)
            before = bisect_right(closed, end - length)
            sums = tuple(map(sub, now, totals[before - 1])) if before else now
        for minute, row in self.opened.items():
            if end - length < minute <= end:
                sums = tuple(map(add, sums, row))
        return sums

    def each_minute(self, end: int, length: int, column: int) -> list[int]:
        """Return a column of each minute that has counts, of the `length` that end with `end`; open ones last."""
        closed, totals = self.closed, self.totals
        first, last = bisect_left(closed, end - length + 1), bisect_right(closed, end)
        sums = [row[column] for row in totals[max(0, first - 1) : last]]
        counts = [after - before for before, after in pairwise(sums if first else [0, *sums])]
        return counts + [row[column] for minute, row in self.opened.items() if end - length < minute <= end]

    def latest_window(self, length: int) -> Counts:
        """Return the sums over the `length` minutes that end with the last closed minute that has a mention."""
        now, before = self.totals[-1], bisect_right(self.closed, self.closed[-1] - length)
        return tuple(map(sub, now, self.totals[before - 1])) if before else now

    def move(self, published: int, row: Counts) -> None:
        """Record mentions that were published in a minute and are counted in none."""
        self.moved[published] = list(map(add, self.moved.get(published, NO_COUNTS), row))

    def by_publication(self, last_closed_minute: int | None) -> list[tuple[int, int, int, int, int]]:
        """Return (minute ms, mentions, negative, positive, unknown) by minute of publication, zeros left out.

        Covers the last KEPT_MINUTES before the last closed minute, and everything after it.
        """
        rows: dict[int, Counts] = {minute: tuple(row) for minute, row in self.opened.items()}
        before = NO_COUNTS
        for minute, total in zip(self.closed, self.totals, strict=True):
            rows[minute] = tuple(map(sub, total, before))
            before = total
        for minute, row in [*self.ahead.items(), *self.moved.items()]:
            rows[minute] = tuple(map(add, rows.get(minute, NO_COUNTS), row))
        oldest = -1 if last_closed_minute is None else last_closed_minute - KEPT_MINUTES
        return [(m * MINUTE, r[0], r[1], r[2], r[3]) for m, r in sorted(rows.items()) if r[0] and m > oldest]


class HourBuckets(msgspec.Struct):
    """Hourly history: counts of the last LEVEL_HOURS, and peaks of sliding windows of the last KEPT_HOURS.

    Columns: mentions, negative, positive, unknown, then the largest sliding sum that ended in the hour of mentions
    (short window, main window) and of negative mentions (short, main). An hour that is absent is an hour of zeros; a
    peak of zero is never the largest of its day, see `_prune_peaks`; hours of a crisis keep their peaks.
    """

    rows: dict[int, Row] = {}
    backfilled: dict[int, Row] = {}  # backfill: enters the baseline, but no window of detection
    excluded: set[int] = set()  # hours in breach, left out of the baseline until the breach counts as a new level
    first_hour: int | None = None  # first hour known
    level_since: int | None = None  # first hour of the current level, after a lasting change
    crisis_hours: set[int] = set()  # hours in a breach that pages; their peaks count in part, see `baseline`
    judged: list[JudgedHours] = []  # hours that people called a crisis, in the order in which that became known
    pruned_until: int | None = None  # hour up to which peaks are pruned; not stored
    falling_peaks: list[list[int]] = []  # by peak column, hours whose peaks fall from first to last; not stored
    busiest_count: int = 0  # most mentions of any hour since `busiest_at`; not stored
    busiest_at: int | None = None

    def add(self, minute: int, counts: Counts, peaks: Iterable[int]) -> None:
        """Add a closed minute with the window sums that end in it."""
        hour = minute // 60
        row = self.rows.get(hour)
        if row is None:
            row = self.rows[hour] = [0] * HOUR_COLUMNS
            self.mark_seen(hour)
            self._forget(hour)
            self._prune_peaks(hour - GAP_HOURS)
        for column in range(PEAK):
            row[column] += counts[column]
        for column, peak in enumerate(peaks, PEAK):
            row[column] = max(row[column], peak)
        self.busiest_count = max(self.busiest_count, row[MENTIONS])

    def insert(self, hour: int, counts: Counts) -> None:
        """Add late mentions to an hour that is over; they set no peak."""
        row = self.rows.setdefault(hour, [0] * HOUR_COLUMNS)
        for column in range(PEAK):
            row[column] += counts[column]
        self.busiest_count = max(self.busiest_count, row[MENTIONS])
        self.mark_seen(hour)

    def learn(self, hour: int, counts: Counts) -> None:
        """Add backfilled mentions of an hour that closed long ago."""
        row = self.backfilled.setdefault(hour, [0] * PEAK)
        for column in range(PEAK):
            row[column] += counts[column]
        self.mark_seen(hour)

    def start_level(self, hour: int) -> None:
        """Learn all hours from `hour` on, in breach or not: they are the new level."""
        self.level_since = hour
        self.excluded = {excluded for excluded in self.excluded if excluded < hour}
        self.crisis_hours = {excluded for excluded in self.crisis_hours if excluded < hour}
        self.pruned_until = None

    def mark_seen(self, hour: int) -> None:
        """Record that this hour has history."""
        self.first_hour = hour if self.first_hour is None else min(self.first_hour, hour)

    def sums(self, first: int, last: int) -> Counts:
        """Return mentions, negative, positive and unknown of the hours `first` to `last`, backfill left out."""
        total = (0,) * PEAK
        for hour in range(first, last + 1):
            row = self.rows.get(hour)
            if row is not None:
                total = tuple(map(add, total, row))
        return total

    def busiest(self) -> int:
        """Return an upper bound of the mentions of any known hour, computed again once a day."""
        hour = max(self.rows, default=0)
        if self.busiest_at is None or hour >= self.busiest_at + DAY:
            self.busiest_count, self.busiest_at = max((row[MENTIONS] for row in self.rows.values()), default=0), hour
        return self.busiest_count + max((row[MENTIONS] for row in self.backfilled.values()), default=0)

    def _prune_peaks(self, last: int) -> None:
        """Set peaks to zero that cannot be the largest of any day; a handful a day remains.

        A peak between two that are as high and at most a day apart is never the largest of 24 hours in a row, wherever
        these begin. Hours after `last` are not learned from yet and stay as they are.
        """
        if self.pruned_until is None:
            self.falling_peaks = [[] for _ in range(PEAK, HOUR_COLUMNS)]
            known = sorted(hour for hour in self.rows if hour <= last)
        else:
            known = self._between(self.pruned_until + 1, last + 1)
        hours = [hour for hour in known if hour not in self.crisis_hours]
        for column, higher in enumerate(self.falling_peaks, PEAK):
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
        self.pruned_until = last

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
        self.backfilled = {h: row for h, row in self.backfilled.items() if h >= fresh}
        self.excluded = {h for h in self.excluded if h >= fresh}
        self.crisis_hours = {h for h in self.crisis_hours if h >= oldest}
        self.judged = [one for one in self.judged if max(one.last, one.since // 60) >= oldest]
        if self.first_hour is not None:
            self.first_hour = max(self.first_hour, oldest)
