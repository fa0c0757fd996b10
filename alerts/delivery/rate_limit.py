"""Rate limit by channel, retry delays, and the clock of delivery."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from random import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.delivery.ports import DeliveryError

MIN_RETRY_DELAY: Final = 0.5
MAX_RETRY_DELAY: Final = 60.0
UNCERTAIN_WAIT: Final = 1.0
"""Seconds before a message is searched for that may be on its way."""


def _wall() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Clock:
    """The clocks and the randomness of delivery; tests bring their own."""

    monotonic: Callable[[], float] = time.monotonic  # s
    wall: Callable[[], int] = _wall  # ms since the epoch
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random  # in [0, 1)


class RateLimiter:
    """Lets one message a lane through every `min_interval` seconds, first come first served; a lane can be paused."""

    def __init__(self, min_interval: float, clock: Clock) -> None:
        self._min_interval = min_interval
        self._clock = clock
        self._free_at: defaultdict[str, float] = defaultdict(float)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def acquire(self, lane: str) -> None:
        """Wait until the lane is free."""
        async with self._locks[lane]:
            while (rest := self._free_at[lane] - self._clock.monotonic()) > 0:
                await self._clock.sleep(rest)
            self._free_at[lane] = self._clock.monotonic() + self._min_interval

    def pause(self, lane: str, seconds: float) -> None:
        """Let nothing through for some seconds, as the other side asked for."""
        self._free_at[lane] = max(self._free_at[lane], self._clock.monotonic() + seconds)


def retry_delay(error: DeliveryError, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after the `attempt`-th failure (from 1), spread by `jitter` in [0, 1).

    What the other side asks for is the least; what no retry cures is tried again at the slowest pace.
    """
    if error.retry_after is not None:
        return error.retry_after + 0.1 * jitter
    if not error.retryable:
        return MAX_RETRY_DELAY
    wait = min(MAX_RETRY_DELAY, MIN_RETRY_DELAY * 2.0 ** min(attempt - 1, 16)) * (1 + jitter) / 2
    return max(wait, UNCERTAIN_WAIT) if error.uncertain else wait
