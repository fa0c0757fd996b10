"""What does a line of mentions look like? Bars as SVG, drawn here: no script, no picture to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from tocsin.web.sources.rate_counter import RateSeries

WIDTH: Final = 240
HEIGHT: Final = 44


class Bar(NamedTuple):
    """One bar, in the units of the picture: all mentions, and the negative ones in front."""

    x: float
    width: float
    y: float
    height: float
    negative_y: float  # top of the negative part
    negative_height: float  # its height


class Sparkline(NamedTuple):
    """The picture: its bars, the height of the usual, and the words for people who do not see it."""

    bars: list[Bar]
    expected_y: float | None
    peak: int
    total: int


def build_sparkline(series: RateSeries, expected: float | None) -> Sparkline:
    """Return the picture of a brand's hours; `usual` is how many mentions a bar usually has."""
    most = max(series.mentions)
    full = max(most, (expected or 0) * 1.5, 1)
    step = WIDTH / len(series.mentions)
    bars = []
    for place, (count, bad) in enumerate(zip(series.mentions, series.negative, strict=True)):
        if count:
            tall, part = max(1.0, count / full * HEIGHT), bad / full * HEIGHT
            bars.append(Bar(*(round(v, 1) for v in (place * step, step - 1, HEIGHT - tall, tall, HEIGHT - part, part))))
    level = None if expected is None else round(HEIGHT - expected / full * HEIGHT, 1)
    return Sparkline(bars, level, most, sum(series.mentions))
