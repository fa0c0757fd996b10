"""Growth of a count: a histogram over time with few slots, whose width doubles when they are used up.

Memory is bounded for a topic of minutes or of weeks. The trend compares the last three slots with the three before
them: rising or falling is a difference of more than two standard deviations of a Poisson count. The time to double is
that of the exponential through both.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from detectors.model.topic import Trend

SLOTS: Final = 12
FIRST_WIDTH: Final = 5 * 60_000
_COMPARED: Final = 3


class Growth(msgspec.Struct, array_like=True):
    """Counts by slot since `start`."""

    start: int  # ms
    width: int = FIRST_WIDTH  # ms
    counts: list[int] = []

    def add(self, at: int, count: int = 1) -> None:
        """Count at an instant [ms]; what is before the start counts in the first slot."""
        place = max(0, at - self.start) // self.width
        while place >= SLOTS:
            whole = [*self.counts, 0]
            self.counts = [whole[i] + whole[i + 1] for i in range(0, len(whole) - 1, 2)]
            self.width *= 2
            place = max(0, at - self.start) // self.width
        self.counts += [0] * (place + 1 - len(self.counts))
        self.counts[place] += count

    def trend(self, now: int) -> Trend:
        """Return how the count changes at `now` [ms]."""
        before, after = self._halves(now)
        spread = 2 * sqrt(before + after)
        if after - before > spread:
            return "rising"
        return "falling" if before - after > spread else "steady"

    def doubling_minutes(self, now: int) -> int | None:
        """Return the time to double at `now` [ms], None unless the count is rising."""
        before, after = self._halves(now)
        if self.trend(now) != "rising":
            return None
        minutes = _COMPARED * self.width / 60_000
        return max(1, round(minutes * log(2) / log(after / max(before, 0.5))))

    def _halves(self, now: int) -> tuple[int, int]:
        """Return the sums of the earlier and the later slots that are compared; the current slot is a later one."""
        end = max(0, now - self.start) // self.width + 1
        counts = self.counts + [0] * max(0, end - len(self.counts))
        later = counts[max(0, end - _COMPARED) : end]
        earlier = counts[max(0, end - 2 * _COMPARED) : max(0, end - _COMPARED)]
        return sum(earlier), sum(later)
