"""State of an agent per owned partition, restored when the first record of the partition arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = TypeVar("P")


class PerPartition(Generic[P]):
    """What an agent holds of each partition, made from its table when the first record of the partition comes."""

    def __init__(self, make: Callable[[int], P]) -> None:
        self._make = make
        self._states: dict[int, P] = {}

    def __getitem__(self, number: int) -> P:
        """Return what is held of a partition."""
        if number not in self._states:
            self._states[number] = self._make(number)
        return self._states[number]

    def __iter__(self) -> Iterator[P]:
        """Return what is held of all partitions."""
        return iter(self._states.values())

    def reset(self) -> None:
        """Let all go: partitions are being reassigned."""
        self._states.clear()
