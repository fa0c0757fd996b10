"""Clocks of a worker: the wall clock, or none where event time advances with the records alone."""

from __future__ import annotations

import time
from typing import Literal, Protocol

ClockName = Literal["wall", "arrival"]


def wall_ms() -> int:
    """Return milliseconds since the epoch, as the machine has it."""
    return time.time_ns() // 1_000_000


class Clock(Protocol):
    """The arrival clock of a worker."""

    def now(self) -> int | None:
        """Return milliseconds since the epoch, or None: time advances with the records alone."""


class WallClock:
    """The machine's clock: what a live worker uses."""

    def now(self) -> int | None:
        """Return milliseconds since the epoch."""
        return wall_ms()


class ArrivalClock:
    """No clock: an old incident runs through Kafka as if it were live, as fast as it can be read."""

    def now(self) -> int | None:
        """Return None."""
        return None


def clock(name: ClockName) -> Clock:
    """Return the clock called `name`."""
    return WallClock() if name == "wall" else ArrivalClock()
