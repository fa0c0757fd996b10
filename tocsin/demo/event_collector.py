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
from tocsin.cli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from alerts.incidents.model import Notification
    from streams.kafka.tail import Written
    from tocsin.demo.environment import Backstage
    from tocsin.demo.live_display import Board

START_PATIENCE: Final = 60.0
"""Seconds for the worker to start and to read the calm day before."""

SETTLED: Final = 1.5
"""Seconds without news after which it is over, if the worker is through with all that was sent."""

END_PATIENCE: Final = 60.0
"""Seconds without news after which it is over all the same."""

GLANCE: Final = 0.1
"""Seconds between two looks."""


class Audience:
    """Follows the demo's topics and puts on the board what is to be seen; gives the sign when all are `seated`."""

    def __init__(self, backstage: Backstage, board: Board, seated: Callable[[], bool] = lambda: True) -> None:
        self._backstage = backstage
        self._board = board
        self._seated = seated
        topics = backstage.topics
        self._outbox = topics.notifications.name
        self._follower = Follower(backstage.connection, [topics.scored.name, self._outbox])
        self._read_up_to: dict[int, int] = {}
        self._fresh: list[Notification] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._follower.close()

    def watch(self) -> Iterator[int]:
        """Yield the event time reached [ms], a few times a second, until the story is over.

        Raises:
            Failure: the worker ended, or did not get ready in time.
        """
        started = latest = time.monotonic()
        while not self._over(time.monotonic() - latest):
            self._backstage.check()
            if self._look():
                latest = time.monotonic()
            if not self._backstage.begun:
                self._seat(started)
            yield self._clock()

    def lines(self) -> Iterator[str]:
        """Yield one line for each piece of news, for where there is no terminal to draw on."""
        for _ in self.watch():
            yield from (_line(note) for note in self._fresh if note.reason != "updated")
            self._fresh.clear()

    def _over(self, quiet: float) -> bool:
        read = self._backstage.sent and self._clock() >= self._backstage.over_at
        return read and quiet > SETTLED and (quiet > END_PATIENCE or self._backstage.done())

    def _seat(self, started: float) -> None:
        """Let the story begin once the calm day before has been read."""
        if self._clock() >= self._backstage.warm_at:
            if self._seated():
                self._backstage.begin()
        elif time.monotonic() - started > START_PATIENCE:
            raise Failure(f"the demo's worker was not ready within {START_PATIENCE:.0f} s: is the machine very busy?")

    def _look(self) -> bool:
        """Take up what was written since the last look; tell whether there was anything."""
        written = self._follower.poll(GLANCE)
        for record in written:
            self._take(record)
        return bool(written)

    def _take(self, record: Written) -> None:
        if record.topic == self._outbox:
            note = decode_notification(record.value or b"")
            self._board.hear(note)
            self._fresh.append(note)
            return
        entry = decode(record.value or b"")
        if isinstance(entry, Batch):
            self._board.chronicle.count(entry)
        else:
            self._read_up_to[entry.partition] = max(entry.read_up_to, self._read_up_to.get(entry.partition, 0))

    def _clock(self) -> int:
        """Return the event time up to which every source partition is read [ms]."""
        return min(self._read_up_to.values()) if len(self._read_up_to) == PARTITIONS else 0


def _line(note: Notification) -> str:
    at = datetime.fromtimestamp(note.happened_at / 1000, UTC)
    return f"{at:%H:%M}  {note.reason.replace('_', ' '):15}  {text.line(note.incident, 'en')}"
