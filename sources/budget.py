"""Daily budget: how many requests a source may still make today."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

DAY: Final = 86_400.0


class DailyBudget:
    """Requests of a day (UTC). What was spent outlives a restart if it is handed on.

    A clock that is set back does not give the day's requests a second time.
    """

    def __init__(
        self,
        limit: int,
        spent: int = 0,
        day: int | None = None,
        clock: Callable[[], float] = time.time,  # noqa: TID251  the default of what takes a clock
    ) -> None:
        self._clock = clock
        self.limit = limit
        self.day = int(clock() // DAY) if day is None else day
        self._spent = spent

    @property
    def spent(self) -> int:
        """Return how many requests were made today."""
        return self._spent if self.day == self._today() else 0

    @property
    def left(self) -> int:
        """Return how many requests are left today."""
        return max(0, self.limit - self.spent)

    def spend(self) -> None:
        """Take one request off.

        Raises:
            SourceError: none is left until tomorrow.
        """
        if not self.left:
            tomorrow = (self._today() + 1) * DAY - self._clock()
            raise SourceError(
                f"has used its {self.limit} requests of today: raise `requests_per_day`, or wait until 00:00 UTC",
                retry_after=tomorrow,
            )
        self.day, self._spent = self._today(), self.spent + 1

    def _today(self) -> int:
        today = int(self._clock() // DAY)
        return self.day if today == self.day - 1 else today
