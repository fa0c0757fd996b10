"""What reaches the demo's audience? What the worker writes to its topics, as it writes it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from alerts.incidents.model import decode_notification
from alerts.rendering import text
from mentions.model.batches import Batch, decode
from streams.kafka.embedded import PARTITIONS
from streams.kafka.tail import Follower
from tocsin.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from alerts.incidents.model import Notification
    from streams.kafka.tail import Written
    from tocsin.demo.environment import DemoEnvironment
    from tocsin.demo.live_display import LiveDisplay

START_TIMEOUT: Final = 60.0
"""Seconds for the worker to start and to read the calm day before."""

QUIET_SECONDS: Final = 1.5
"""Seconds without news after which it is over, if the worker is through with all that was sent."""

END_TIMEOUT: Final = 60.0
"""Seconds without news after which it is over all the same."""

POLL_SECONDS: Final = 0.1
"""Seconds between two looks."""


class EventCollector:
    """Follows the demo's topics and puts on the board what is to be seen; gives the sign when all are `seated`."""

    def __init__(
        self, environment: DemoEnvironment, display: LiveDisplay, ready: Callable[[], bool] = lambda: True
    ) -> None:
        self._environment = environment
        self._display = display
        self._ready = ready
        topics = environment.topics
        self._outbox = topics.notifications.name
        self._tail = Follower(environment.connection, [topics.scored.name, self._outbox])
        self._read_up_to: dict[int, int] = {}
        self._fresh: list[Notification] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tail.close()

    def follow(self) -> Iterator[int]:
        """Yield the event time reached [ms], a few times a second, until the story is over.

        Raises:
            Failure: the worker ended, or did not get ready in time.
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
        """Yield one line for each piece of news, for where there is no terminal to draw on."""
        for _ in self.follow():
            yield from (_line(note) for note in self._fresh if note.reason != "updated")
            self._fresh.clear()

    def _is_over(self, quiet: float) -> bool:
        read = self._environment.is_sent and self._clock() >= self._environment.ends_at
        return read and quiet > QUIET_SECONDS and (quiet > END_TIMEOUT or self._environment.is_processed())

    def _start_when_ready(self, started: float) -> None:
        """Let the story begin once the calm day before has been read."""
        if self._clock() >= self._environment.warm_up_ends_at:
            if self._ready():
                self._environment.start_scenario()
        elif time.monotonic() - started > START_TIMEOUT:
            raise CommandError(
                f"the demo's worker was not ready within {START_TIMEOUT:.0f} s: is the machine very busy?"
            )

    def _poll(self) -> bool:
        """Take up what was written since the last look; tell whether there was anything."""
        written = self._tail.poll(POLL_SECONDS)
        for record in written:
            self._take(record)
        return bool(written)

    def _take(self, record: Written) -> None:
        if record.topic == self._outbox:
            note = decode_notification(record.value or b"")
            self._display.add(note)
            self._fresh.append(note)
            return
        entry = decode(record.value or b"")
        if isinstance(entry, Batch):
            self._display.chronicle.count(entry)
        else:
            self._read_up_to[entry.partition] = max(entry.read_up_to, self._read_up_to.get(entry.partition, 0))

    def _clock(self) -> int:
        """Return the event time up to which every source partition is read [ms]."""
        return min(self._read_up_to.values()) if len(self._read_up_to) == PARTITIONS else 0


def _line(note: Notification) -> str:
    at = datetime.fromtimestamp(note.happened_at / 1000, UTC)
    return f"{at:%H:%M}  {note.reason.replace('_', ' '):15}  {text.line(note.incident, 'en')}"
