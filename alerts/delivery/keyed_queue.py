"""How are orders served one line at a time, so that each keeps its order and a failing one holds up no other?"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sized


class HasOrders(Protocol):
    """A line of orders, the next one first."""

    @property
    def orders(self) -> Sized:
        """What is not done yet."""
        ...


L = TypeVar("L", bound=HasOrders)


class Lines(ABC, Generic[L]):
    """Lines by name, each with a task while there is something to serve."""

    def __init__(self) -> None:
        self._lines: dict[str, L] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @abstractmethod
    async def _serve(self, line: L) -> None:
        """Serve a line until nothing is left in it."""

    @property
    def pending(self) -> int:
        """Return how many orders are not done yet."""
        return sum(len(line.orders) for line in self._lines.values())

    async def drain(self) -> None:
        """Wait until everything submitted is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def abandon(self) -> None:
        """Stop: what is not done stays undone, for whoever takes over."""
        tasks = list(self._tasks.values())
        self._lines.clear()
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, name: str, line: L) -> None:
        """See to it that a line is being served; call within the running event loop."""
        self._lines[name] = line
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._run(name, line), name=f"serve {name}")

    async def _run(self, name: str, line: L) -> None:
        try:
            await self._serve(line)
        finally:
            if self._lines.get(name) is line:
                del self._lines[name], self._tasks[name]
