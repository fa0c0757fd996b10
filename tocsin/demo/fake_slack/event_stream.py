"""Who watches what happens in the fake Slack? Each watcher gets every event from when it began to watch."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = dict[str, Any]


class EventStream:
    """Hands each event to all who watch, within one event loop."""

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
        """Let those who watch go: nothing follows the event `end`."""
        self.publish("end")

    def publish(self, kind: str, **what: Any) -> None:
        """Tell everybody who watches."""
        for queue in self._watchers:
            queue.put_nowait({"kind": kind} | what)
