"""Limit on what libraries log: while a broker is away, Kafka's clients repeat themselves hundreds of times a second."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERVAL: Final = 5.0
"""Seconds between two lines of one logger of a library."""


STARTUP: Final = 30.0
"""Seconds in which a broker that has just started elects the coordinator of a group: asked again, it answers."""

_STARTS: Final = "GroupCoordinatorNotAvailableError"


class StartupLog(logging.Filter):
    """Leaves out what a library calls an error while a broker and this process start."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._started = clock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record passes."""
        return self._clock() - self._started > STARTUP or _STARTS not in record.getMessage()


class LogLimit(logging.Filter):
    """Lets one record of each logger of some libraries through in an INTERVAL, with a count of those before it.

    What is not of these libraries passes.
    """

    def __init__(self, libraries: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._libraries = frozenset(libraries)
        self._clock = clock
        self._next: dict[str, float] = {}  # logger → when its next record passes
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record passes; one that does after others were left out says how many."""
        if not self._is_limited(record.name):
            return True
        now = self._clock()
        if now < self._next.get(record.name, now):
            self._left_out[record.name] = self._left_out.get(record.name, 0) + 1
            return False
        self._next[record.name] = now + INTERVAL
        if left_out := self._left_out.pop(record.name, 0):
            record.msg, record.args = f"{record.getMessage()} ({left_out:,} more lines of {record.name} left out)", ()
        return True

    def _is_limited(self, name: str) -> bool:
        return name in self._libraries or name.partition(".")[0] in self._libraries
