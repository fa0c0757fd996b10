"""Sparkline of a brand's mentions: bars as SVG, without a script or a file to fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.rendering.charts.chart_kit import Scale, bars

if TYPE_CHECKING:
    from tocsin.web.sources.rate_counter import RateSeries

WIDTH: Final = 240
HEIGHT: Final = 44


class Bar(NamedTuple):
    """One bar in SVG units: all mentions, and the negative ones in front."""

    x: float
    width: float
    y: float
    height: float
    negative_y: float  # top of the negative part
    negative_height: float  # its height


class Sparkline(NamedTuple):
    """The sparkline: bars, the height of the baseline, and the figures of its text alternative."""

    bars: list[Bar]
    expected_y: float | None
    peak: int
    total: int


def build_sparkline(series: RateSeries, expected: float | None) -> Sparkline:
    """Return the sparkline of a brand's hours; `expected` is the baseline of a bar."""
    most = max(series.mentions)
    full = max(most, (expected or 0) * 1.5, 1)
    scale = Scale(0, WIDTH, 0, HEIGHT, 0, len(series.mentions), full)
    negative = [bad for count, bad in zip(series.mentions, series.negative, strict=True) if count]
    found = []
    for bar, bad in zip(bars(scale, series.mentions, least=1.0), negative, strict=True):
        y = scale.y(bad)
        parts = (bar.left, bar.right - bar.left - 1, bar.y, HEIGHT - bar.y, y, HEIGHT - y)
        found.append(Bar(*(round(part, 1) for part in parts)))
    level = None if expected is None else round(scale.y(expected), 1)
    return Sparkline(found, level, most, sum(series.mentions))
