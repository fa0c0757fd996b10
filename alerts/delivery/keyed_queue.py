"""Keyed worker queue: items of one key are processed in order, and a failing key delays no other."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Sized


class HasPending(Protocol):
    """A queue of items, the next one first."""

    @property
    def pending(self) -> Sized:
        """Items that are not done yet."""
        ...


L = TypeVar("L", bound=HasPending)


class KeyedWorkerQueue(ABC, Generic[L]):
    """Queues by key, each with a task while it has items."""

    def __init__(self) -> None:
        self._queues: dict[str, L] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @abstractmethod
    async def _process(self, queue: L) -> None:
        """Process a queue until it is empty."""

    @property
    def pending_count(self) -> int:
        """Return how many items are not done yet."""
        return sum(len(queue.pending) for queue in self._queues.values())

    async def drain(self) -> None:
        """Wait until everything submitted is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Stop: what is not done stays undone, for the worker that takes over."""
        tasks = list(self._tasks.values())
        self._queues.clear()
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _drop(self, names: Collection[str]) -> list[L]:
        """Give queues up, and return them."""
        dropped = [(self._queues.pop(name), self._tasks.pop(name)) for name in names if name in self._queues]
        for _, task in dropped:
            task.cancel()
        await asyncio.gather(*(task for _, task in dropped), return_exceptions=True)
        return [queue for queue, _ in dropped]

    def _start(self, name: str, queue: L) -> None:
        """Start processing a queue unless it is under way; call within the running event loop."""
        self._queues[name] = queue
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._run(name, queue), name=f"serve {name}")

    async def _run(self, name: str, queue: L) -> None:
        try:
            await self._process(queue)
        finally:
            if self._queues.get(name) is queue:
                del self._queues[name], self._tasks[name]
