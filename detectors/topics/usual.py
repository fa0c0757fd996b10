"""What people usually write about a brand: decayed counts of posts by unit, of bounded size.

Posts are learnt half a day to a day after they were written, so that a burst does not teach itself: counts gather by
half days, and a half day is folded in when the next but one begins. Old counts halve in `HALF_LIFE_HALVES` half days.
Each table keeps its largest counts; a unit that has none was in fewer posts than the smallest kept. Counts are
integers (ONE a post), so that a restart changes nothing. Blind to: what less than one post in a thousand says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE: Final = 64
"""A post, in the unit of the counts."""

HALF_DAY: Final = 12 * 3600 * 1000
HALF_LIFE_HALVES: Final = 28
"""14 days."""

KEPT: Final = 600
"""Units of the folded table."""

KEPT_FRESH: Final = 240
"""Units of each half day that is not folded in yet."""

LEARNT_AN_HOUR: Final = 12
"""Posts of an hour that teach: their shares are what counts, and 288 a day tell these well."""


def key(unit: str) -> int:
    """Return the number that stands for a unit in the tables."""
    return crc32(unit.encode("utf-8", "surrogatepass")) >> 8


class Half(msgspec.Struct, array_like=True):
    """Posts of one half day by unit."""

    index: int
    posts: int = 0  # that taught
    counts: dict[int, int] = {}


class Usual(msgspec.Struct, array_like=True):
    """The folded table, and the half days that wait."""

    begin: int = -1  # half day of the first post
    folded: int = -1  # half day that the table is decayed to
    posts: int = 0  # times ONE
    counts: dict[int, int] = {}  # key → posts times ONE
    fresh: list[Half] = []
    hour: int = -1
    learnt: int = 0  # posts of this hour
    halves: int = 0  # half days, times ONE

    def learn(self, at: int, units: Iterable[str]) -> None:
        """Take a post written at `at` [ms], as far as the hour's posts still teach."""
        hour = at // 3_600_000
        if hour > self.hour:
            self.hour, self.learnt = hour, 0
        if self.learnt >= LEARNT_AN_HOUR:
            return
        self.learnt += 1
        index = at // HALF_DAY
        if self.begin < 0:
            self.begin, self.folded = index, index - 1
        if not self.fresh or index > self.fresh[-1].index:
            self._turn(index)
        half = self.fresh[-1]  # what comes late teaches now
        half.posts += 1
        counts = half.counts
        for unit in units:
            number = key(unit)
            counts[number] = counts.get(number, 0) + 1
        if len(counts) > 2 * KEPT_FRESH:
            half.counts = _largest(counts, KEPT_FRESH)

    def share(self, unit: str, prior_posts: float, prior: float) -> float:
        """Return the share of posts that usually hold `unit`; the prior is `prior` of `prior_posts` posts."""
        return (self.counts.get(key(unit), 0) / ONE + prior) / (self.posts / ONE + prior_posts)

    def posts_with(self, unit: str) -> float:
        """Return how many usual posts hold `unit`."""
        return self.counts.get(key(unit), 0) / ONE

    def posts_learnt(self) -> float:
        """Return how many usual posts there are."""
        return self.posts / ONE

    def half_days(self) -> float:
        """Return over how many half days they were learnt."""
        return self.halves / ONE

    def days(self, at: int) -> float:
        """Return for how long posts have been seen at `at` [ms], in days."""
        return 0.0 if self.begin < 0 else max(0.0, at / HALF_DAY - self.begin) / 2

    def _turn(self, index: int) -> None:
        """Begin a half day: fold in what is older than the one before it."""
        for half in [half for half in self.fresh if half.index <= index - 2]:
            self.fresh.remove(half)
            self._fold(half)
        for half in self.fresh:
            half.counts = _largest(half.counts, KEPT_FRESH)
        self.fresh.append(Half(index))

    def _fold(self, half: Half) -> None:
        passed = max(0, half.index - self.folded)
        factor = 0.5 ** (passed / HALF_LIFE_HALVES)
        self.folded += passed
        counts = {number: kept for number, count in self.counts.items() if (kept := int(count * factor)) >= ONE // 16}
        for number, count in half.counts.items():
            counts[number] = counts.get(number, 0) + ONE * count
        self.counts = _largest(counts, KEPT)
        self.posts = int(self.posts * factor) + ONE * half.posts
        self.halves = int(self.halves * factor + ONE * (1 - factor) / (1 - 0.5 ** (1 / HALF_LIFE_HALVES)))


def _largest(counts: dict[int, int], room: int) -> dict[int, int]:
    if len(counts) <= room:
        return counts
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:room])
