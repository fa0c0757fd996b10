"""Sparkline: a short series of values as block characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BARS: Final = "▁▂▃▄▅▆▇█"
SPARKLINE_BARS: Final = 16


def sparkline(values: Sequence[float]) -> str:
    """Return the values as bars from nothing to the highest, few enough for half the width of a card.

    A series that stays where it is has no bars: they would say nothing.

    >>> sparkline([1, 2, 4]), sparkline([3, 3])
    ('▃▅█', '')
    """
    each = max(1, -(-len(values) // SPARKLINE_BARS))  # values that one bar stands for: the highest of them
    highest = [max(values[max(0, end - each) : end]) for end in range(len(values), 0, -each)][::-1]
    top = max(highest, default=0.0) or 1.0
    bars = "".join(bar(value, top) for value in highest)
    return bars if len(set(bars)) > 1 else ""


def bar(value: float, top: float) -> str:
    """Return one bar, as high as its value's share of the top."""
    return BARS[min(len(BARS) - 1, int(value / top * len(BARS)))]
