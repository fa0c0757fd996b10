"""Evaluation skipper: leaves out detectors that cannot breach yet in this hour.

A detector reports its headroom; every counted row takes from it, and the detector is skipped until it is used up or the
hour ends. In a calm hour all detectors are skipped, and a minute is counted and closed without evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detectors.windows.buckets import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.base import Detector
    from detectors.model.finding import Headroom
    from detectors.windows.buckets import Counts, MinuteBuckets

_NONE: Final = -1


class EvaluationSkipper:
    """Until which count each detector is skipped, in counts since the state was restored. Never stored."""

    def __init__(self) -> None:
        self.counted = [0] * COLUMNS
        self.reset()

    def reset(self) -> None:
        """Skip no detector any longer."""
        self._hour = _NONE
        self._until: dict[Detector[Any], tuple[int, int]] = {}  # column, and the count that ends the skip
        self._all: dict[int, int] | None = None  # the same for all of them, by column; None: some are not skipped

    def count(self, added: Counts) -> None:
        """Add counted rows of any minute."""
        counted = self.counted
        for column, value in enumerate(added):
            counted[column] += value

    def on_minute(self, minute: int) -> None:
        """Reset when the hour of `minute` is a new one."""
        if minute // 60 != self._hour:
            self.reset()
            self._hour = minute // 60

    def try_skip(self, detector: Detector[Any], headroom: Headroom, minutes: MinuteBuckets, minute: int) -> bool:
        """Skip a detector with headroom beyond the rows already counted after `minute`; return whether it is."""
        column, left = headroom
        left -= sum(row[column] for later, row in minutes.opened.items() if later > minute)
        if left <= 0:
            return False
        self._until[detector] = column, self.counted[column] + left
        return True

    def skips(self, detector: Detector[Any]) -> bool:
        """Return whether a detector is skipped."""
        column, until = self._until.get(detector, (0, 0))
        return self.counted[column] < until

    def note_all(self, detectors: Iterable[Detector[Any]]) -> None:
        """Keep the lowest count by column, if all of `detectors` are skipped."""
        asked = list(detectors)
        self._all = None
        if all(self.skips(detector) for detector in asked):
            self._all = {}
            for column, until in (self._until[detector] for detector in asked):
                self._all[column] = min(until, self._all.get(column, until))

    def all_skipped(self, minute: int) -> bool:
        """Return whether all detectors are skipped at `minute`."""
        if self._all is None or minute // 60 != self._hour:
            return False
        counted = self.counted
        return all(counted[column] < until for column, until in self._all.items())
