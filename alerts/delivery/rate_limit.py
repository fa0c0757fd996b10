"""When may the next message go out, and how long is a failed one to wait?"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.delivery.ports import DeliveryError

FIRST_RETRY: Final = 0.5
LAST_RETRY: Final = 60.0
UNCERTAIN_WAIT: Final = 1.0
"""Seconds to give a message that may be on its way, before it is looked for."""


def _wall() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Timing:
    """The clocks and the chance of delivery, so that tests bring their own."""

    monotonic: Callable[[], float] = time.monotonic  # s
    wall: Callable[[], int] = _wall  # ms since the epoch
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random  # in [0, 1)


class Pacer:
    """Lets one message a `gap` (seconds) through for each lane, first come first served, and holds a lane on demand."""

    def __init__(self, gap: float, timing: Timing) -> None:
        self._gap = gap
        self._timing = timing
        self._free_at: defaultdict[str, float] = defaultdict(float)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def turn(self, lane: str) -> None:
        """Wait for one's turn."""
        async with self._locks[lane]:
            while (rest := self._free_at[lane] - self._timing.monotonic()) > 0:
                await self._timing.sleep(rest)
            self._free_at[lane] = self._timing.monotonic() + self._gap

    def hold(self, lane: str, seconds: float) -> None:
        """Let nothing through for so long: the other side asked for it."""
        self._free_at[lane] = max(self._free_at[lane], self._timing.monotonic() + seconds)


def delay(error: DeliveryError, attempt: int, chance: float) -> float:
    """Return the seconds to wait after the `attempt`-th failure (from 1), spread by `chance` in [0, 1).

    What the other side asks for is the least; what no retry cures is tried again at the slowest pace.
    """
    if error.retry_after is not None:
        return error.retry_after + 0.1 * chance
    if not error.retryable:
        return LAST_RETRY
    wait = min(LAST_RETRY, FIRST_RETRY * 2.0 ** min(attempt - 1, 16)) * (1 + chance) / 2
    return max(wait, UNCERTAIN_WAIT) if error.uncertain else wait
