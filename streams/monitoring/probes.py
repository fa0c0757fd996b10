"""Probes of a process: whether it is alive, and whether it does its work, each with the reason if not.

Alive: its event loop turns. Ready: every condition that its kind of process has to meet is met, and a broker accepts
connections. They are asked from other threads, and over HTTP at `/livez` and `/readyz`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from streams.kafka import reachability
from streams.kafka.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.kafka.connection import Connection

MAX_PAUSE: Final = 60.0
"""Seconds without a turn of the event loop after which a process counts as hanging."""

BEAT_INTERVAL: Final = 1.0
BROKER_INTERVAL: Final = 5.0
"""Seconds between two looks at the broker."""

PATHS: Final = ("/livez", "/readyz")
OK, UNAVAILABLE = 200, 503


class ProbeAnswer(NamedTuple):
    """Answer to a probe: HTTP status, and the reasons against it, none where all is well."""

    status: int
    reasons: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Return the answer as JSON data."""
        return {"ok": self.status == OK, "reasons": list(self.reasons)}


class Probes:
    """What is known of this process; `conditions` are what it has to do first, in words that name what is missing."""

    def __init__(self, *conditions: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beat_at: float | None = None  # None: no loop is watched
        self._missing = dict.fromkeys(conditions)

    def meet(self, condition: str) -> None:
        """Note that a condition is met."""
        self._missing.pop(condition, None)

    def miss(self, condition: str) -> None:
        """Note that a condition is not met, or no longer."""
        self._missing[condition] = None

    def beat(self) -> None:
        """Note that the event loop turns."""
        self._beat_at = self._clock()

    def live(self) -> ProbeAnswer:
        """Return whether the process is alive."""
        pause = 0.0 if self._beat_at is None else self._clock() - self._beat_at
        if pause > MAX_PAUSE:
            return ProbeAnswer(UNAVAILABLE, (f"hangs for {pause:.0f} s",))
        return ProbeAnswer(OK, ())

    def ready(self) -> ProbeAnswer:
        """Return whether the process does its work."""
        reasons = (*self.live().reasons, *self._missing)
        return ProbeAnswer(UNAVAILABLE if reasons else OK, reasons)

    def answer(self, path: str) -> ProbeAnswer:
        """Return the answer to one of PATHS."""
        return self.live() if path == PATHS[0] else self.ready()

    async def run(self, connection: Connection | None = None) -> None:
        """Beat, and look whether a broker is there, until cancelled; without a connection only beat."""
        next_look = 0.0
        while True:
            self.beat()
            if connection is not None and self._clock() >= next_look:
                await self._look(connection)
                next_look = self._clock() + BROKER_INTERVAL
            await asyncio.sleep(BEAT_INTERVAL)

    async def _look(self, connection: Connection) -> None:
        try:
            await asyncio.to_thread(reachability.check, connection)
        except BrokerError:
            self.miss(NO_BROKER)
        else:
            self.meet(NO_BROKER)


NO_BROKER: Final = "no broker accepts a connection"
