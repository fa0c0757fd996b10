"""Chart of a brand's mentions a minute as SVG, with its notifications as numbered flags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from alerts.rendering.charts.chart_kit import Scale, round_up, short, spread, value_ticks
from replay.pictures.event_log import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.pictures.event_log import MinuteCounts

WIDTH: Final = 960
HEIGHT: Final = 190
_TOP: Final = 34
_BASE: Final = 160
_LEFT: Final = 44
_RIGHT: Final = 16
_LABEL_SPACE: Final = 66
_FLAG: Final = 22
"""Distance of two flags."""

_STEPS: Final = (5, 10, 20)


@dataclass(frozen=True)
class Annotation:
    """A notification at an instant [ms]: a numbered flag that the text below the chart explains."""

    at: int
    number: int
    severity: str
    text: str


def render(brand: str, start: int, minutes: Sequence[MinuteCounts], annotations: Sequence[Annotation]) -> str:
    """Return the chart of `minutes`, the first of which begins at instant `start` [ms]."""
    highest = round_up(max((minute.mentions for minute in minutes), default=0), _STEPS)
    scale = Scale(_LEFT, WIDTH - _RIGHT, _TOP, _BASE, start, start + len(minutes) * MINUTE, highest)
    total, negative = sum(minute.mentions for minute in minutes), sum(minute.negative for minute in minutes)
    label = escape(f"{brand}: {total:,} mentions, {negative:,} of them negative; {len(annotations)} notifications")
    parts = [
        *_axes(scale),
        _area(scale, [minute.mentions for minute in minutes], "mentions"),
        _area(scale, [minute.negative for minute in minutes], "negative"),
        *_flags(scale, annotations),
    ]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )


def _axes(scale: Scale) -> list[str]:
    lines = []
    for tick in value_ticks(scale, 2):
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{tick.at:.1f}" y2="{tick.at:.1f}"/>')
        label = short(tick.value)
        lines.append(f'<text class="tick" x="{_LEFT - 6}" y="{tick.at + 4:.1f}" text-anchor="end">{label}</text>')
    return lines + [_hour(scale, at) for at in _hours(scale)]


def _hours(scale: Scale) -> range:
    hour, start, end = 60 * MINUTE, int(scale.start), int(scale.end)
    every = hour * max(1, round((end - start) / hour * _LABEL_SPACE / (WIDTH - _LEFT - _RIGHT)))
    return range(-(-start // hour) * hour, end, every)


def _hour(scale: Scale, at: int) -> str:
    return f'<text class="tick" x="{scale.x(at):.1f}" y="{_BASE + 18}" text-anchor="middle">{_clock(at)}</text>'


def _clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%H:%M}"


def _area(scale: Scale, counts: Sequence[int], name: str) -> str:
    """Return the counts as an area of one step a minute."""
    points = [f"M{_LEFT},{_BASE}"]
    for place, count in enumerate(counts, 1):
        points.append(f"V{scale.y(count):.1f}H{scale.x(scale.start + place * MINUTE):.1f}")
    return f'<path class="{name}" d="{"".join(points)}V{_BASE}Z"/>'


def _flags(scale: Scale, annotations: Sequence[Annotation]) -> list[str]:
    """Return the flags in the order of time, side by side where they would cover each other."""
    ordered = sorted(annotations, key=lambda one: (one.at, one.number))
    exact = [scale.x(min(max(one.at, scale.start), scale.end)) for one in ordered]
    drawn = []
    for one, x, place in zip(ordered, exact, spread(exact, _FLAG), strict=True):
        drawn.append(
            f'<g class="flag {escape(one.severity)}"><title>{_clock(one.at)} {escape(one.text)}</title>'
            f'<path d="M{x:.1f},{_BASE}V{_TOP}L{place:.1f},{_TOP - 8}"/>'
            f'<circle cx="{place:.1f}" cy="{_TOP - 17}" r="10"/>'
            f'<text x="{place:.1f}" y="{_TOP - 13}" text-anchor="middle">{one.number}</text></g>'
        )
    return drawn
