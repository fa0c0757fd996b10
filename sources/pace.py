"""Pace: when a source is asked again. Soon while there is news, later in quiet hours, and ever later while it fails."""

from __future__ import annotations

import random
from typing import Final

SLOWEST: Final = 6
"""A quiet source is asked this many times less often than a busy one."""

GROWTH: Final = 1.5
FIRST: Final = 10.0
"""Seconds before a source that has just failed is tried again, at most."""

LONGEST: Final = 3_600.0
"""Seconds between two tries of a source that fails."""

RARELY: Final = 1_800.0
"""Seconds before a source that only a person can mend is tried again, at least."""

MUSTER: Final = 30.0
"""Seconds over which sources that begin a new budget are spread."""


class Pace:
    """The waits of one source."""

    def __init__(self, every: float, chance: random.Random | None = None, slowest: float = SLOWEST) -> None:
        """Take the seconds between two requests while there is news, and how many times as long it may be."""
        self._every = every
        self._wait = every
        self._slowest = slowest
        self._chance = chance or random.Random()  # noqa: S311  no secret hangs together with a wait
        self.failures = 0

    def after_success(self, *, news: bool, asked: float = 0.0) -> float:
        """Return the seconds to wait after an answer; `asked` is what the source wants at least."""
        self.failures = 0
        self._wait = self._every if news else min(self._wait * GROWTH, self._every * self._slowest)
        return max(self._wait * self._chance.uniform(0.9, 1.1), asked)

    def after_failure(self, *, asked: float = 0.0, permanent: bool = False) -> float:
        """Return the seconds to wait after a failure: doubled each time, with full jitter in the upper half."""
        self.failures += 1
        longest = min(min(self._every, FIRST) * 2.0 ** min(self.failures - 1, 12), LONGEST)
        wait = longest * self._chance.uniform(0.5, 1.0)
        return max(wait, asked, RARELY if permanent else 0.0)

    def after_rest(self, until: float) -> float:
        """Return the seconds to wait for a new budget: those that it takes, and some more, since others wait, too."""
        return until + self._chance.uniform(1.0, MUSTER)
