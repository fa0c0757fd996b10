"""Baseline of units: what people usually write about a brand. Decayed counts of posts by unit, of bounded size.

Posts are learned half a day to a day after they were written, so that a burst does not teach itself: counts gather by
half days, and a half day enters the table when the next but one begins. Old counts halve in HALF_LIFE half days: new
posts weigh more instead (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009), and all counts are scaled once
in HALF_LIFE. Each table keeps its largest counts; a unit that has none was in fewer posts than the smallest kept.
Counts are integers, so that a restart changes nothing. A post that arrives long after it was written is learned as what
was usual then.

Blind spot: what less than one post in a thousand usually contains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE: Final = 64
"""Weight of a post when the counts have just been scaled."""

HALF_DAY: Final = 12 * 3600 * 1000
HALF_LIFE: Final = 28
"""14 days, in half days."""

KEPT: Final = 600
"""Units of the table."""

KEPT_RECENT: Final = 240
"""Units of each half day that has not entered the table yet."""

LEARNED_PER_HOUR: Final = 12
"""Posts of an hour that are learned: their shares are what counts, and 288 a day estimate these well."""


def unit_key(unit: str) -> int:
    """Return the 20-bit number that stands for a unit in the tables."""
    return crc32(unit.encode("utf-8", "surrogatepass")) >> 12


def unit_keys(units: Iterable[str]) -> list[int]:
    """Return `unit_key` of each of some units, which hold no line break."""
    encoded = "\n".join(units).encode("utf-8", "surrogatepass")
    return [key >> 12 for key in map(crc32, encoded.split(b"\n"))] if encoded else []


class HalfDay(msgspec.Struct, array_like=True):
    """Posts of one half day by unit."""

    index: int
    posts: int = 0  # that were learned
    counts: dict[int, int] = {}


class UnitBaseline(msgspec.Struct, array_like=True):
    """The table, and the half days that have not entered it yet."""

    first: int = -1  # half day of the first post
    decayed_to: int = -1  # half day
    age: int = 0  # half days since the counts were scaled
    posts: int = 0  # weighted
    counts: dict[int, int] = {}  # key → posts, weighted
    recent: list[HalfDay] = []
    hour: int = -1
    learned: int = 0  # posts of this hour
    length: int = 0  # half days, decayed, times ONE
    past_hour: int = -1  # of the last past post that entered the table at once
    past_learned: int = 0  # posts of that hour

    def learn(self, at: int, units: Iterable[str]) -> None:
        """Learn a post written at `at` [ms], unless enough of the hour's posts are learned; late ones count as now."""
        hour = at // 3_600_000
        if hour > self.hour:
            self.hour, self.learned = hour, 0
        if self.learned >= LEARNED_PER_HOUR:
            return
        self.learned += 1
        index = at // HALF_DAY
        if self.first < 0:
            self.first, self.decayed_to = index, index - 1
        if not self.recent or index > self.recent[-1].index:
            self._start_half_day(index)
        half = self.recent[-1]
        half.posts += 1
        counts = half.counts
        seen = counts.get
        for number in unit_keys(units):
            counts[number] = seen(number, 0) + 1
        if len(counts) > 2 * KEPT_RECENT:
            half.counts = _largest(counts, KEPT_RECENT)

    def takes_past(self, at: int) -> bool:
        """Return whether a post written at `at` [ms] that arrived late is learned: of an hour no more than live."""
        hour = at // 3_600_000
        if not self.recent or at // HALF_DAY >= self.recent[-1].index:
            return hour > self.hour or self.learned < LEARNED_PER_HOUR
        return hour != self.past_hour or self.past_learned < LEARNED_PER_HOUR

    def learn_past(self, at: int, units: Iterable[str]) -> None:
        """Learn a post that arrived long after it was written at `at` [ms], as what was usual then.

        A history in order of publication teaches what it would have taught as it came. Posts from before the half days
        that wait enter the table at once, with the weight of their age. Ask `takes_past` before.
        """
        index = at // HALF_DAY
        if not self.recent or index >= self.recent[-1].index:
            self.learn(at, units)
            return
        hour = at // 3_600_000
        if hour != self.past_hour:
            self.past_hour, self.past_learned = hour, 0
        self.past_learned += 1
        half = next((half for half in self.recent if half.index == index), None)
        if half is None and index > self.decayed_to:
            half = HalfDay(index)
            self.recent = sorted([*self.recent, half], key=lambda one: one.index)
        keys = unit_keys(units)
        if half is None:
            self._enter_past(index, keys)
            return
        half.posts += 1
        for number in keys:
            half.counts[number] = half.counts.get(number, 0) + 1
        half.counts = _largest(half.counts, 2 * KEPT_RECENT)

    def share(self, unit: str, prior_posts: float, prior: float) -> float:
        """Return the share of posts that usually hold `unit`; the prior is `prior` of `prior_posts` posts."""
        weight = self._weight()
        return (self.counts.get(unit_key(unit), 0) / weight + prior) / (self.posts / weight + prior_posts)

    def posts_with(self, unit: str) -> float:
        """Return how many learned posts hold `unit`, decayed."""
        return self.counts.get(unit_key(unit), 0) / self._weight()

    def posts_learned(self) -> float:
        """Return how many posts are learned, decayed."""
        return self.posts / self._weight()

    def half_days(self) -> float:
        """Return over how many half days they were learned, decayed."""
        return self.length / ONE

    def days(self, at: int) -> float:
        """Return for how long posts have come in at `at` [ms], in days."""
        return 0.0 if self.first < 0 else max(0.0, at / HALF_DAY - self.first) / 2

    def _enter_past(self, index: int, keys: Iterable[int]) -> None:
        """Enter a post of a half day that the table is past."""
        fading = 0.5 ** ((self.decayed_to - index) / HALF_LIFE)
        weight = round(self._weight() * fading)
        if not weight:
            return
        for number in keys:
            self.counts[number] = self.counts.get(number, 0) + weight
        if len(self.counts) > 2 * KEPT:
            self.counts = _largest(self.counts, KEPT)
        self.posts += weight
        if index < self.first:
            self.length += sum(
                round(ONE * 0.5 ** ((self.decayed_to - one) / HALF_LIFE)) for one in range(index, self.first)
            )
            self.first = index

    def _start_half_day(self, index: int) -> None:
        """Begin a half day; what is older than the one before it enters the table."""
        for half in [half for half in self.recent if half.index <= index - 2]:
            self.recent.remove(half)
            self._enter(half)
        for half in self.recent:
            half.counts = _largest(half.counts, KEPT_RECENT)
        self.recent.append(HalfDay(index))

    def _enter(self, half: HalfDay) -> None:
        passed = max(0, half.index - self.decayed_to)
        self.decayed_to += passed
        self.age += passed
        if self.age >= HALF_LIFE:
            factor = 0.5 ** (self.age / HALF_LIFE)
            self.counts = {number: kept for number, count in self.counts.items() if (kept := int(count * factor))}
            self.posts, self.age = int(self.posts * factor), 0
        weight, counts = self._weight(), self.counts
        for number, count in half.counts.items():
            counts[number] = counts.get(number, 0) + weight * count
        self.counts = _largest(counts, KEPT)
        self.posts += weight * half.posts
        factor = 0.5 ** (passed / HALF_LIFE)
        self.length = int(self.length * factor + ONE * (1 - factor) / (1 - 0.5 ** (1 / HALF_LIFE)))

    def _weight(self) -> int:
        """Return what a post of the latest half day of the table weighs."""
        return round(ONE * 2 ** (self.age / HALF_LIFE))


def _largest(counts: dict[int, int], room: int) -> dict[int, int]:
    """Return the largest counts; of equal ones those with the smallest keys."""
    if len(counts) <= room:
        return counts
    least = sorted(counts.values())[-room]
    kept = {number: count for number, count in counts.items() if count > least}
    equal = sorted(number for number, count in counts.items() if count == least)
    return kept | dict.fromkeys(equal[: room - len(kept)], least)
