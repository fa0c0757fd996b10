"""Chart of a brand's mentions a minute as SVG, with its notifications as numbered flags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from replay.snapshots.event_log import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.snapshots.event_log import MinuteCounts

WIDTH: Final = 960
HEIGHT: Final = 190
_TOP: Final = 34
_BASE: Final = 160
_LEFT: Final = 44
_RIGHT: Final = 16
_LABEL_SPACE: Final = 66


@dataclass(frozen=True)
class Annotation:
    """A notification at an instant [ms]: a numbered flag that the text below the chart explains."""

    at: int
    number: int
    severity: str
    text: str


@dataclass(frozen=True)
class _Scale:
    start: int
    end: int
    top: int

    def x(self, at: float) -> float:
        return _LEFT + (at - self.start) / max(self.end - self.start, 1) * (WIDTH - _LEFT - _RIGHT)

    def y(self, count: float) -> float:
        return _BASE - count / self.top * (_BASE - _TOP)


def render(brand: str, start: int, course: Sequence[MinuteCounts], marks: Sequence[Annotation]) -> str:
    """Return the chart of `course`, which begins at instant `start` [ms]."""
    scale = _Scale(
        start, start + len(course) * MINUTE, _ceiling(max((minute.mentions for minute in course), default=0))
    )
    total, negative = sum(minute.mentions for minute in course), sum(minute.negative for minute in course)
    label = escape(f"{brand}: {total:,} mentions, {negative:,} of them negative; {len(marks)} notifications")
    parts = [
        *_axes(scale),
        _area(scale, [minute.mentions for minute in course], "mentions"),
        _area(scale, [minute.negative for minute in course], "negative"),
        *_flags(scale, marks),
    ]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )


def _ceiling(highest: int) -> int:
    """Return a round number that the highest count stays below."""
    for step in (5, 10, 20, 50, 100, 200, 500):
        if highest <= step:
            return step
    return highest + highest // 10


def _axes(scale: _Scale) -> list[str]:
    lines = []
    for count in (0, scale.top // 2, scale.top):
        y = scale.y(count)
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{count}</text>')
    return lines + [_hour(scale, at) for at in _hours(scale)]


def _hours(scale: _Scale) -> range:
    hour = 60 * MINUTE
    every = hour * max(1, round((scale.end - scale.start) / hour * _LABEL_SPACE / (WIDTH - _LEFT - _RIGHT)))
    return range(-(-scale.start // hour) * hour, scale.end, every)


def _hour(scale: _Scale, at: int) -> str:
    return f'<text class="tick" x="{scale.x(at):.1f}" y="{_BASE + 18}" text-anchor="middle">{_clock(at)}</text>'


def _clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%H:%M}"


def _area(scale: _Scale, counts: Sequence[int], name: str) -> str:
    """Return the counts as an area of one step a minute."""
    step = (scale.x(MINUTE) - scale.x(0)) if counts else 0.0
    points = [f"M{_LEFT},{_BASE}"]
    for place, count in enumerate(counts):
        points.append(f"V{scale.y(count):.1f}H{_LEFT + (place + 1) * step:.1f}")
    return f'<path class="{name}" d="{"".join(points)}V{_BASE}Z"/>'


def _flags(scale: _Scale, marks: Sequence[Annotation]) -> list[str]:
    drawn, room = [], -1e9
    for mark in sorted(marks, key=lambda one: (one.at, one.number)):
        x = scale.x(min(max(mark.at, scale.start), scale.end))
        place = max(x, room)
        room = place + 22
        drawn.append(
            f'<g class="flag {escape(mark.severity)}"><title>{_clock(mark.at)} {escape(mark.text)}</title>'
            f'<path d="M{x:.1f},{_BASE}V{_TOP}L{place:.1f},{_TOP - 8}"/>'
            f'<circle cx="{place:.1f}" cy="{_TOP - 17}" r="10"/>'
            f'<text x="{place:.1f}" y="{_TOP - 13}" text-anchor="middle">{mark.number}</text></g>'
        )
    return drawn
