"""Collector of the demo's events: follows the worker's topics and feeds the display."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from alerts.incidents.model import decode_notification
from alerts.rendering import text
from mentions.model.batches import Batch, decode
from streams.kafka.embedded import PARTITIONS
from streams.kafka.tail import TopicTail
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from alerts.incidents.model import Notification
    from streams.kafka.tail import TailedRecord
    from tocsin.demo.environment import DemoEnvironment
    from tocsin.demo.live_display import LiveDisplay

START_TIMEOUT: Final = 120.0
"""Seconds for the worker to start and to process the warm-up."""

QUIET_SECONDS: Final = 1.5
"""Seconds without an event after which the demo is over, if the worker has processed all that was sent."""

END_TIMEOUT: Final = 60.0
"""Seconds without an event after which the demo is over in any case."""

POLL_SECONDS: Final = 0.1
"""Seconds between two polls."""


class EventCollector:
    """Follows the demo's topics, feeds the display, and starts the scenario once the viewer is `ready`."""

    def __init__(
        self, environment: DemoEnvironment, display: LiveDisplay, ready: Callable[[], bool] = lambda: True
    ) -> None:
        self._environment = environment
        self._display = display
        self._ready = ready
        topics = environment.topics
        self._outbox = topics.notifications.name
        self._tail = TopicTail(environment.connection, [topics.scored.name, self._outbox])
        self._read_up_to: dict[int, int] = {}
        self._fresh: list[Notification] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tail.close()

    def follow(self) -> Iterator[int]:
        """Yield the event time reached [ms], a few times a second, until the scenario is over.

        Raises:
            CommandError: the worker ended, or was not ready in time.
        """
        started = latest = time.monotonic()
        while not self._is_over(time.monotonic() - latest):
            self._environment.check()
            if self._poll():
                latest = time.monotonic()
            if not self._environment.is_started:
                self._start_when_ready(started)
            yield self._clock()

    def lines(self) -> Iterator[str]:
        """Yield one line for each notification, for output that is no terminal."""
        for _ in self.follow():
            yield from (_line(note) for note in self._fresh if note.reason != "updated")
            self._fresh.clear()

    def _is_over(self, quiet: float) -> bool:
        read = self._environment.is_sent and self._clock() >= self._environment.ends_at
        return read and quiet > QUIET_SECONDS and (quiet > END_TIMEOUT or self._environment.is_processed())

    def _start_when_ready(self, started: float) -> None:
        """Start the scenario once the warm-up is processed."""
        if self._clock() >= self._environment.warm_up_ends_at:
            if self._ready():
                self._environment.start_scenario()
        elif time.monotonic() - started > START_TIMEOUT:
            raise CommandError(
                f"the demo's worker was not ready within {START_TIMEOUT:.0f} s: is the machine very busy?"
            )

    def _poll(self) -> bool:
        """Handle the records written since the last poll; return whether there were any."""
        written = self._tail.poll(POLL_SECONDS)
        for record in written:
            self._take(record)
        return bool(written)

    def _take(self, record: TailedRecord) -> None:
        if record.topic == self._outbox:
            note = decode_notification(record.value or b"")
            self._display.add(note)
            self._fresh.append(note)
            return
        for part in decode(record.value or b""):
            if isinstance(part, Batch):
                self._display.event_log.count(part)
            else:
                self._read_up_to[part.partition] = max(part.read_up_to, self._read_up_to.get(part.partition, 0))

    def _clock(self) -> int:
        """Return the event time up to which every source partition is read [ms]."""
        return min(self._read_up_to.values()) if len(self._read_up_to) == PARTITIONS else 0


def _line(note: Notification) -> str:
    at = datetime.fromtimestamp(note.happened_at / 1000, UTC)
    return f"{at:%H:%M}  {note.reason.replace('_', ' '):15}  {text.headline(note.incident, 'en')}"
