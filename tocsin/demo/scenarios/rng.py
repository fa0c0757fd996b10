"""Random numbers of the demo: the same on every machine and version of Python."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence


Option = TypeVar("Option")


class Rng:
    """Reproducible random numbers: uses only `Random.random`, whose sequence Python guarantees for a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311  a demo, no secret

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options, all equally likely."""
        return options[int(self._random() * len(options))]

    def bernoulli(self, probability: float) -> bool:
        """Return True with this probability."""
        return self._random() < probability

    def uniform(self, low: float, high: float) -> float:
        """Return a number from [low, high), uniformly distributed."""
        return low + (high - low) * self._random()

    def poisson(self, expected: float) -> int:
        """Return a Poisson-distributed count with this expectation."""
        limit, product, count = math.exp(-expected), self._random(), 0
        while product > limit:
            product *= self._random()
            count += 1
        return count
