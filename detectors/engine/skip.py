"""Which detectors need not be asked in this hour, since too little has come for any of them to find anything?

Once a detector has said how much room it has, every row that is counted takes from it; until it is used up, or the hour
is over, the detector rests. In a brand's calm hours all of them do, and a minute is counted and closed without a look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.windows.buckets import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.base import Detector, Headroom
    from detectors.windows.buckets import Counts, MinuteBuckets

_NONE: Final = -1


class EvaluationSkipper:
    """How far each detector may rest, in counts since the watch was read back. Never stored."""

    def __init__(self) -> None:
        self.counted = [0] * COLUMNS
        self.reset()

    def reset(self) -> None:
        """Let nobody rest any longer."""
        self._hour = _NONE
        self._until: dict[Detector, tuple[int, int]] = {}  # column, and the count at which it wakes
        self._all: dict[int, int] | None = None  # the same for all of them, by column; None: some are awake

    def count(self, added: Counts) -> None:
        """Take note of rows that were counted, in whichever minute."""
        counted = self.counted
        for column, value in enumerate(added):
            counted[column] += value

    def on_minute(self, minute: int) -> None:
        """Wake all when the hour of `minute` is another."""
        if minute // 60 != self._hour:
            self.reset()
            self._hour = minute // 60

    def try_skip(self, detector: Detector, headroom: Headroom, minutes: MinuteBuckets, minute: int) -> bool:
        """Let a detector rest that has room beyond what is counted already after `minute`; tell whether it does."""
        column, left = headroom
        left -= sum(row[column] for later, row in minutes.opened.items() if later > minute)
        if left <= 0:
            return False
        self._until[detector] = column, self.counted[column] + left
        return True

    def skips(self, detector: Detector) -> bool:
        """Tell whether a detector rests."""
        column, until = self._until.get(detector, (0, 0))
        return self.counted[column] < until

    def note_all(self, detectors: Iterable[Detector]) -> None:
        """Note that it is enough to look at the least of all, where all of `detectors` rest."""
        asked = list(detectors)
        self._all = None
        if all(self.skips(detector) for detector in asked):
            self._all = {}
            for column, until in (self._until[detector] for detector in asked):
                self._all[column] = min(until, self._all.get(column, until))

    def all_skipped(self, minute: int) -> bool:
        """Tell whether all rest at `minute`."""
        if self._all is None or minute // 60 != self._hour:
            return False
        counted = self.counted
        return all(counted[column] < until for column, until in self._all.items())
