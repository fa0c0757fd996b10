"""What does a line of mentions look like? Bars as SVG, drawn here: no script, no picture to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from tocsin.web.sources.rate_counter import Pulse

WIDTH: Final = 240
HEIGHT: Final = 44


class Bar(NamedTuple):
    """One bar, in the units of the picture: all mentions, and the negative ones in front."""

    x: float
    width: float
    y: float
    height: float
    low: float  # top of the negative part
    part: float  # its height


class Spark(NamedTuple):
    """The picture: its bars, the height of the usual, and the words for whoever does not see it."""

    bars: list[Bar]
    usual: float | None
    most: int
    total: int


def spark(pulse: Pulse, usual: float | None) -> Spark:
    """Return the picture of a brand's hours; `usual` is how many mentions a bar usually has."""
    most = max(pulse.mentions)
    full = max(most, (usual or 0) * 1.5, 1)
    step = WIDTH / len(pulse.mentions)
    bars = []
    for place, (count, bad) in enumerate(zip(pulse.mentions, pulse.negative, strict=True)):
        if count:
            tall, part = max(1.0, count / full * HEIGHT), bad / full * HEIGHT
            bars.append(Bar(*(round(v, 1) for v in (place * step, step - 1, HEIGHT - tall, tall, HEIGHT - part, part))))
    level = None if usual is None else round(HEIGHT - usual / full * HEIGHT, 1)
    return Spark(bars, level, most, sum(pulse.mentions))
