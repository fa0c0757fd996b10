"""Chart kit: the geometry that every chart of ours shares (PNG for Slack, SVG of pictures and pages, terminal).

It turns a series, its lines and its annotations into coordinates; each renderer draws them in its own medium. The
interactive charts of reports are plotly's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True)
class Scale:
    """Maps positions and values to a plot area whose y grows downward."""

    left: float
    right: float
    top: float
    bottom: float
    start: float  # position at the left edge
    end: float  # position at the right edge
    highest: float  # value at the top edge
    lowest: float = 0.0  # value at the bottom edge

    def x(self, position: float) -> float:
        """Return where a position is."""
        return self.left + (self.right - self.left) * (position - self.start) / ((self.end - self.start) or 1)

    def y(self, value: float) -> float:
        """Return where a value is."""
        return self.bottom - (self.bottom - self.top) * (value - self.lowest) / (self.highest - self.lowest)


class Bar(NamedTuple):
    """One bar of a series."""

    left: float
    right: float
    y: float  # its head
    bottom: float


class Tick(NamedTuple):
    """One tick of an axis."""

    at: float  # x or y
    value: float


def bars(scale: Scale, values: Sequence[float], *, gap: float = 0.0, least: float = 0.0) -> Iterator[Bar]:
    """Yield a bar for each value that is not 0, one position wide.

    `gap` is left free at either side of a bar; `least` is the height of the smallest one, so that it can be seen.
    """
    for place, value in enumerate(values):
        if value:
            y = min(scale.y(value), scale.bottom - least)
            yield Bar(scale.x(scale.start + place) + gap, scale.x(scale.start + place + 1) - gap, y, scale.bottom)


def value_ticks(scale: Scale, parts: int) -> list[Tick]:
    """Return the ticks that divide the value axis into equal parts, from the bottom.

    >>> [tick.value for tick in value_ticks(Scale(0, 1, 0, 1, 0, 1, 40.0), 4)]
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    values = [scale.lowest + (scale.highest - scale.lowest) * part / parts for part in range(parts + 1)]
    return [Tick(scale.y(value), value) for value in values]


def position_ticks(scale: Scale, parts: int) -> list[Tick]:
    """Return the ticks that divide the position axis into equal parts, from the left."""
    positions = [scale.start + (scale.end - scale.start) * part / parts for part in range(parts + 1)]
    return [Tick(scale.x(position), position) for position in positions]


def spread(places: Iterable[float], distance: float) -> list[float]:
    """Return ascending places moved to the right where they are closer than a distance.

    >>> spread([0, 5, 50], 22)
    [0, 22, 50]
    """
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + distance) if moved else place)
    return moved


def round_up(value: float, steps: tuple[int, ...] = (4, 8, 20)) -> int:
    """Return the first round number no smaller: a step times a power of ten.

    >>> [round_up(value) for value in (1, 7, 23, 118, 581)]
    [4, 8, 40, 200, 800]
    """
    rounded: Iterator[int] = (step * 10**power for power in count() for step in steps)
    return next(one for one in rounded if value <= one)


def short(value: float) -> str:
    """Return a round number in few characters.

    >>> [short(value) for value in (0, 400, 8000, 20_000, 4_000_000)]
    ['0', '400', '8000', '20k', '4M']
    """
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if value >= max(size, 10_000):
            return f"{value / size:g}{letter}"
    return f"{value:g}"
