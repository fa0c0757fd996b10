"""How did it come to this? The incident's last hours as a picture of bars, small enough for a phone.

It holds figures and lines only; the words stand beside it, in the brand's language. The same incident gives the same
bytes.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from alerts.incidents.findings import primary
from alerts.rendering.text import translate
from detectors.model.text import format_number

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.rendering.card import Chart
    from detectors.model.signal import Evidence, Timeline
    from detectors.model.text import Language

SIZE: Final = (1000, 480)
LEFT, TOP, RIGHT, BOTTOM = 104, 28, 24, 64

PAPER: Final = "#ffffff"
INK: Final = "#3c3b3d"
GRID: Final = "#e2e2e2"
ALL: Final = "#a9b4c2"
NEGATIVE: Final = "#c8323c"
USUAL: Final = "#1264a3"
LIMIT: Final = "#1d1c1d"
"""Told apart by lightness too, for those who see no colours."""

_HOUR: Final = 3_600_000
_LONGEST: Final = 3 * _HOUR
"""The longest window whose limit can be spread over bars."""


def chart_data(incident: Incident) -> tuple[Timeline, Evidence] | None:
    """Return what a chart of the incident shows: the leading finding's course, or the latest of another; if any."""
    found = [finding for finding in incident.findings.values() if finding.signal.timeline is not None]
    if not found:
        return None
    lead = primary(incident.findings.values())
    chosen = lead if lead in found else max(found, key=lambda one: (one.signal.at, one.signal.detector))
    course = chosen.signal.timeline
    assert course is not None
    return course, chosen.signal.evidence


def draw(course: Timeline, evidence: Evidence) -> bytes:
    """Return the picture (PNG)."""
    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    limit = limit_of(course, evidence)
    marks = [*course.mentions, *(course.expected or ()), limit or 0.0]
    top = ceiling(max(*marks, 1))
    _axes(canvas, course, top)
    for place, (mentions, negative) in enumerate(zip(course.mentions, course.negative, strict=True)):
        _bar(canvas, course, place, mentions, top, ALL)
        _bar(canvas, course, place, negative, top, NEGATIVE)
    if course.expected is not None:
        _line(canvas, _y(course.expected[evidence.metric == "negative mentions"], top), USUAL, dash=6)
    if limit is not None:
        _line(canvas, _y(limit, top), LIMIT, dash=22)
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def limit_of(course: Timeline, evidence: Evidence) -> float | None:
    """Return the count in a step from which it fires if it stays so; None where the limit is no count of mentions."""
    window = evidence.window_end - evidence.window_start
    if evidence.metric not in ("mentions", "negative mentions") or not 0 < window <= _LONGEST:
        return None
    return evidence.threshold * course.step / window if evidence.threshold > 0 else None


def title(picture: Chart, language: Language) -> str:
    """Return what the bars and lines are."""
    return translate(language, "chart_title", step=picture.step)


def alt(course: Timeline, language: Language) -> str:
    """Return what the picture shows, for people who do not see it."""
    worst = max(range(len(course.negative)), key=lambda place: (course.negative[place], place))
    minutes = (len(course.negative) - 1 - worst) * course.step // 60_000
    return translate(
        language,
        "chart_alt",
        hours=len(course.mentions) * course.step // _HOUR,
        step=course.step // 60_000,
        mentions=format_number(max(course.mentions), language),
        negative=format_number(course.negative[worst], language),
        minutes=minutes,
    )


def ceiling(value: float) -> int:
    """Return a round number no smaller.

    >>> [ceiling(value) for value in (1, 7, 23, 118, 581)]
    [4, 8, 40, 200, 800]
    """
    size = 1
    while True:
        for step in (4, 8, 20):
            if value <= step * size:
                return step * size
        size *= 10


def short(value: int) -> str:
    """Return a round number in few characters.

    >>> [short(value) for value in (0, 400, 8000, 20_000, 4_000_000)]
    ['0', '400', '8000', '20k', '4M']
    """
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if value >= max(size, 10_000):
            return f"{value / size:g}{letter}"
    return f"{value}"


def _axes(canvas: ImageDraw.ImageDraw, course: Timeline, top: int) -> None:
    for part in range(5):
        y = _y(top * part / 4, top)
        canvas.line((LEFT, y, SIZE[0] - RIGHT, y), fill=GRID, width=2)
        if part % 2 == 0:
            canvas.text((LEFT - 14, y), short(top * part // 4), font=_font(), fill=INK, anchor="rm")
    steps = len(course.mentions)
    for hours in range(steps * course.step // _HOUR + 1):
        x = _x(steps - hours * _HOUR / course.step, steps)
        label, anchor = (f"-{hours} h", "mt") if hours else ("0", "rt")
        canvas.text((x, SIZE[1] - BOTTOM + 14), label, font=_font(), fill=INK, anchor="lt" if x <= LEFT else anchor)


def _bar(canvas: ImageDraw.ImageDraw, course: Timeline, place: int, value: int, top: int, colour: str) -> None:
    if value:
        steps = len(course.mentions)
        left, right = _x(place, steps) + 2, _x(place + 1, steps) - 2
        canvas.rectangle((left, min(_y(value, top), _y(0, top) - 3), right, _y(0, top)), fill=colour)


def _line(canvas: ImageDraw.ImageDraw, y: float, colour: str, dash: int) -> None:
    """Draw a line in dashes, across."""
    for x in range(LEFT, SIZE[0] - RIGHT, 2 * dash):
        canvas.line((x, y, min(x + dash, SIZE[0] - RIGHT), y), fill=colour, width=4)


def _x(place: float, steps: int) -> float:
    return LEFT + (SIZE[0] - LEFT - RIGHT) * place / steps


def _y(value: float, top: float) -> float:
    return SIZE[1] - BOTTOM - (SIZE[1] - TOP - BOTTOM) * value / top


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with the library: figures and plain letters."""
    return ImageFont.load_default(36)
