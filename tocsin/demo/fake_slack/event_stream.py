"""Event stream of the fake Slack: each subscriber gets every event from its subscription on."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = dict[str, Any]


class EventStream:
    """Delivers each event to all subscribers, within one event loop."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[Event]] = set()

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[Event]]:
        """Yield a queue that fills until the block ends."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    def close(self) -> None:
        """End all subscriptions with the event `end`."""
        self.publish("end")

    def publish(self, kind: str, **what: Any) -> None:
        """Deliver an event to every subscriber."""
        for queue in self._watchers:
            queue.put_nowait({"kind": kind} | what)
