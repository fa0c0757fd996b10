"""Top counts: the largest counts by name, bounded in size.

Space-Saving summaries (Metwally, Agrawal, El Abbadi, ICDT 2005), exact until they are full. Then a count is too high by
what its name took over from the one it replaced; that amount is known and subtracted, so a reported count is a lower
bound.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOP: Final = 5


class TopCounts(msgspec.Struct, array_like=True):
    """The largest counts by name, at most `capacity` of them."""

    capacity: int
    counts: dict[str, int] = {}
    overcounts: dict[str, int] = {}  # the part of a count that may belong to other names

    def add(self, name: str) -> None:
        """Count a name."""
        self.add_all((name,))

    def add_all(self, names: Iterable[str]) -> None:
        """Count names in order. A full table drops the smallest count, of equals the oldest."""
        counts, overcounts, capacity = self.counts, self.overcounts, self.capacity
        fewest = 0  # no count is smaller
        for name in names:
            if name in counts:
                counts[name] += 1
            elif len(counts) < capacity:
                counts[name] = 1
                fewest = 1
            else:
                fewest, least = _smallest(counts, fewest)
                overcounts.pop(least, None)
                overcounts[name] = counts.pop(least)
                counts[name] = fewest + 1

    def lower_bounds(self) -> dict[str, int]:
        """Return the lower bound of each name's count."""
        return {name: count - self.overcounts.get(name, 0) for name, count in self.counts.items()}


def _smallest(counts: dict[str, int], at_least: int) -> tuple[int, str]:
    """Return the smallest count and the first of the names that have it; no count is smaller than `at_least`."""
    for name, count in counts.items():
        if count == at_least:
            return count, name
    fewest = min(counts.values())
    return fewest, next(name for name, count in counts.items() if count == fewest)


def merged(tops: list[TopCounts]) -> dict[str, int]:
    """Return the lower bounds of several tables added up."""
    counts: dict[str, int] = {}
    for top in tops:
        for name, count in top.lower_bounds().items():
            counts[name] = counts.get(name, 0) + count
    return counts


def largest(tops: list[TopCounts], reaches: Mapping[str, int] = MappingProxyType({})) -> tuple[tuple[str, int], ...]:
    """Return the largest counts, of equals those with more reach first."""
    counts = merged(tops)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], -reaches.get(item[0], 0), item[0]))[:TOP])
