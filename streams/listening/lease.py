"""Lease of the active listener: until when it may write, by its own clock.

A listener that was frozen does not know that another has taken over. It may therefore write only for a short time after
Kafka confirmed that it is a member of the group, and that time is over before the group lets another one begin.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION: Final = 6.0
"""Seconds without a sign of life after which the group takes a listener for dead."""

LEASE: Final = 3.5
"""Seconds for which it may write after a confirmation: what it has sent by then has arrived before the session ends."""

LOOK_INTERVAL: Final = 0.05
"""Seconds between two looks at a lease that does not hold."""


def boot_seconds() -> float:
    """Return seconds that go on while the process is frozen or the computer sleeps, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Lease:
    """The right to write as the active listener. It ends once, and does not come back.

    >>> now = [100.0]
    >>> lease = Lease(100.0, lambda: now[0])
    >>> lease.holds
    True
    >>> now[0] += LEASE
    >>> lease.holds
    False
    """

    def __init__(self, confirmed_at: float, clock: Callable[[], float] = boot_seconds) -> None:
        """Take when the group was asked, in seconds of `clock`."""
        self._clock = clock
        self._confirmed_at = confirmed_at
        self._suspended = False
        self.ended = asyncio.Event()

    @property
    def holds(self) -> bool:
        """Return whether it may write now."""
        fresh = self._clock() - self._confirmed_at < LEASE
        return fresh and not self._suspended and not self.ended.is_set()

    def renew(self, asked_at: float) -> None:
        """Note that the group confirmed what it was asked at an instant."""
        self._confirmed_at = max(self._confirmed_at, asked_at)

    def suspend(self) -> None:
        """Write nothing while the members of the group change."""
        self._suspended = True

    def resume(self, asked_at: float) -> None:
        """Go on: it is still the active one."""
        self._suspended = False
        self.renew(asked_at)

    def end(self) -> None:
        """Write nothing any more."""
        self.ended.set()

    async def held(self) -> None:
        """Return once it may write.

        Raises:
            asyncio.CancelledError: it has ended.
        """
        while not self.holds:
            if self.ended.is_set():
                raise asyncio.CancelledError
            await asyncio.sleep(LOOK_INTERVAL)
