"""PNG of an incident's chart: the last hours as bars, small enough for a phone.

It holds figures and lines only; the texts stand beside it, in the brand's language. The same incident gives the same
bytes.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from alerts.rendering.charts.chart_data import threshold_per_step
from alerts.rendering.charts.chart_kit import Scale, bars, round_up, short, value_ticks

if TYPE_CHECKING:
    from detectors.model.signal import Evidence, Timeline

SIZE: Final = (1000, 480)
LEFT, TOP, RIGHT, BOTTOM = 104, 28, 24, 64

PAPER: Final = "#ffffff"
INK: Final = "#3c3b3d"
GRID: Final = "#e2e2e2"
ALL: Final = "#a9b4c2"
NEGATIVE: Final = "#c8323c"
EXPECTED: Final = "#1264a3"
THRESHOLD: Final = "#1d1c1d"
"""Different in lightness too, for those who see no colours."""

_HOUR: Final = 3_600_000


def draw(timeline: Timeline, evidence: Evidence) -> bytes:
    """Return the chart (PNG)."""
    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    threshold = threshold_per_step(timeline, evidence)
    values = [*timeline.mentions, *(timeline.expected or ()), threshold or 0.0]
    top, steps = round_up(max(*values, 1)), len(timeline.mentions)
    scale = Scale(LEFT, SIZE[0] - RIGHT, TOP, SIZE[1] - BOTTOM, 0, steps, top)
    _axes(canvas, timeline, scale)
    for counts, colour in ((timeline.mentions, ALL), (timeline.negative, NEGATIVE)):
        for bar in bars(scale, counts, gap=2, least=3):
            canvas.rectangle((bar.left, bar.y, bar.right, bar.bottom), fill=colour)
    if timeline.expected is not None:
        _line(canvas, scale.y(timeline.expected[evidence.metric == "negative mentions"]), EXPECTED, dash=6)
    if threshold is not None:
        _line(canvas, scale.y(threshold), THRESHOLD, dash=22)
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _axes(canvas: ImageDraw.ImageDraw, timeline: Timeline, scale: Scale) -> None:
    for place, tick in enumerate(value_ticks(scale, 4)):
        canvas.line((scale.left, tick.at, scale.right, tick.at), fill=GRID, width=2)
        if place % 2 == 0:
            canvas.text((scale.left - 14, tick.at), short(tick.value), font=_font(), fill=INK, anchor="rm")
    for hours in range(int(scale.end) * timeline.step // _HOUR + 1):
        x = scale.x(scale.end - hours * _HOUR / timeline.step)
        label, anchor = (f"-{hours} h", "mt") if hours else ("0", "rt")
        anchor = "lt" if x <= scale.left else anchor
        canvas.text((x, scale.bottom + 14), label, font=_font(), fill=INK, anchor=anchor)


def _line(canvas: ImageDraw.ImageDraw, y: float, colour: str, dash: int) -> None:
    """Draw a dashed line across the plot area."""
    for x in range(LEFT, SIZE[0] - RIGHT, 2 * dash):
        canvas.line((x, y, min(x + dash, SIZE[0] - RIGHT), y), fill=colour, width=4)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with the library: figures and plain letters."""
    return ImageFont.load_default(36)
