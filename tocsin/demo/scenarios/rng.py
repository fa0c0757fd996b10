"""How does the demo roll its dice? The same way on every machine and version of Python."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence


Option = TypeVar("Option")


class Rng:
    """Dice that fall the same for a seed: built on `Random.random` alone, whose sequence Python guarantees."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311  an invented story, no secret

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options, all equally likely."""
        return options[int(self._random() * len(options))]

    def bernoulli(self, probability: float) -> bool:
        """Say whether something of this probability happens."""
        return self._random() < probability

    def uniform(self, low: float, high: float) -> float:
        """Return a number from [low, high), evenly spread."""
        return low + (high - low) * self._random()

    def poisson(self, expected: float) -> int:
        """Return how many of a Poisson process's events happen where `expected` are expected."""
        limit, product, count = math.exp(-expected), self._random(), 0
        while product > limit:
            product *= self._random()
            count += 1
        return count
