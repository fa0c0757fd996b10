"""SVG of an incident's chart, for pages: it takes its colours from the page, so that it is dark where the page is.

The page sets `--chart-ink`, `--chart-grid`, `--chart-all`, `--chart-negative`, `--chart-usual` and `--chart-threshold`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from alerts.rendering.charts.chart_data import threshold_per_step
from alerts.rendering.charts.chart_kit import Scale, bars, round_up, short, value_ticks

if TYPE_CHECKING:
    from detectors.model.signal import Evidence, Timeline

WIDTH: Final = 640
HEIGHT: Final = 240
_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 12, 8, 30
_HOUR: Final = 3_600_000

STYLE: Final = (
    ".timeline-chart{display:block;width:100%;height:auto;max-width:720px}"
    ".timeline-chart text{fill:var(--chart-ink);font:13px system-ui,Helvetica,Arial,sans-serif}"
    ".timeline-chart .grid{stroke:var(--chart-grid)}.timeline-chart .all{fill:var(--chart-all)}"
    ".timeline-chart .negative{fill:var(--chart-negative)}"
    ".timeline-chart .usual{stroke:var(--chart-usual);stroke-width:2;stroke-dasharray:4 4}"
    ".timeline-chart .threshold{stroke:var(--chart-threshold);stroke-width:2;stroke-dasharray:12 6}"
)


def draw(timeline: Timeline, evidence: Evidence, alt: str, zone: str = "UTC") -> str:
    """Return the chart; hours are those of a time zone."""
    threshold = threshold_per_step(timeline, evidence)
    usual = None if timeline.expected is None else timeline.expected[evidence.metric == "negative mentions"]
    top = round_up(max(*timeline.mentions, usual or 0.0, threshold or 0.0, 1))
    scale = Scale(_LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM, 0, len(timeline.mentions), top)
    marks = [*_values(scale), *_hours(timeline, scale, ZoneInfo(zone))]
    for counts, name in ((timeline.mentions, "all"), (timeline.negative, "negative")):
        marks += [
            f'<rect class="{name}" x="{bar.left:.1f}" y="{bar.y:.1f}" width="{bar.right - bar.left:.1f}" '
            f'height="{bar.bottom - bar.y:.1f}"/>'
            for bar in bars(scale, counts, gap=1, least=2)
        ]
    marks += [_line(scale, value, name) for value, name in ((usual, "usual"), (threshold, "threshold")) if value]
    return (
        f'<svg class="timeline-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"<title>{escape(alt)}</title>{''.join(marks)}</svg>"
    )


def _values(scale: Scale) -> list[str]:
    return [
        f'<line class="grid" x1="{scale.left}" x2="{scale.right}" y1="{tick.at:.1f}" y2="{tick.at:.1f}"/>'
        f'<text x="{scale.left - 8}" y="{tick.at + 4:.1f}" text-anchor="end">{short(tick.value)}</text>'
        for tick in value_ticks(scale, 2)
    ]


def _hours(timeline: Timeline, scale: Scale, zone: ZoneInfo) -> list[str]:
    """Return the full hours below the axis, by the clock of a zone."""
    start, half = timeline.end - len(timeline.mentions) * timeline.step, _HOUR // 2
    marks = []
    for at in range(-(-start // half) * half, timeline.end + 1, half):
        x = scale.x((at - start) / timeline.step)
        anchor = "start" if x < scale.left + 1 else "end" if x > scale.right - 20 else "middle"
        clock = f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%H:%M}"
        marks.append(f'<text x="{x:.1f}" y="{scale.bottom + 20}" text-anchor="{anchor}">{clock}</text>')
    return marks[-(len(marks) // 2 * 2) :: 2] if len(marks) > 4 else marks  # noqa: PLR2004  room for about four


def _line(scale: Scale, value: float, name: str) -> str:
    y = scale.y(value)
    return f'<line class="{name}" x1="{scale.left}" x2="{scale.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
