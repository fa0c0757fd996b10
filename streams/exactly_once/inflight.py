"""In-flight offsets: up to which offset every record is done, when records finish out of order."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

P = TypeVar("P")


class InflightOffsets(Generic[P]):
    """Offsets taken on but not finished, per partition; what lies below the lowest of them may be committed.

    >>> inflight = InflightOffsets()
    >>> for offset in (4, 5, 6):
    ...     inflight.add("p", offset)
    >>> inflight.complete("p", 6), inflight.complete("p", 4), inflight.complete("p", 5)
    (None, 4, 6)
    """

    def __init__(self) -> None:
        self._begun: dict[P, list[int]] = {}
        self._finished: dict[P, set[int]] = {}

    def add(self, partition: P, offset: int) -> None:
        """Note that the record at `offset` is taken on."""
        heapq.heappush(self._begun.setdefault(partition, []), offset)

    def complete(self, partition: P, offset: int) -> int | None:
        """Note that it is done; return the offset up to which all is done now, None where that did not move."""
        begun, finished = self._begun.get(partition, []), self._finished.setdefault(partition, set())
        finished.add(offset)
        reached = None
        while begun and begun[0] in finished:
            reached = heapq.heappop(begun)
            if not begun or begun[0] != reached:
                finished.discard(reached)
        return reached

    def reset(self) -> None:
        """Forget everything: the partitions are being reassigned."""
        self._begun.clear()
        self._finished.clear()

    def __len__(self) -> int:
        """Return how many records are under way."""
        return sum(map(len, self._begun.values()))
