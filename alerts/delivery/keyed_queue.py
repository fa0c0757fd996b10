"""How are orders served one line at a time, so that each keeps its order and a failing one holds up no other?"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sized


class HasPending(Protocol):
    """A line of orders, the next one first."""

    @property
    def pending(self) -> Sized:
        """What is not done yet."""
        ...


L = TypeVar("L", bound=HasPending)


class KeyedWorkerQueue(ABC, Generic[L]):
    """Lines by name, each with a task while there is something to serve."""

    def __init__(self) -> None:
        self._queues: dict[str, L] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @abstractmethod
    async def _process(self, line: L) -> None:
        """Serve a line until nothing is left in it."""

    @property
    def pending_count(self) -> int:
        """Return how many orders are not done yet."""
        return sum(len(line.pending) for line in self._queues.values())

    async def drain(self) -> None:
        """Wait until everything submitted is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Stop: what is not done stays undone, for whoever takes over."""
        tasks = list(self._tasks.values())
        self._queues.clear()
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, name: str, line: L) -> None:
        """See to it that a line is being served; call within the running event loop."""
        self._queues[name] = line
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._run(name, line), name=f"serve {name}")

    async def _run(self, name: str, line: L) -> None:
        try:
            await self._process(line)
        finally:
            if self._queues.get(name) is line:
                del self._queues[name], self._tasks[name]
