"""SVG of a card: the Slack message of an incident as a self-contained image."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from alerts.rendering.buttons import Button
from alerts.rendering.charts.chart_png import SIZE
from alerts.rendering.rich_text import Span, plain
from replay.pictures.text_metrics import is_bars, width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.rendering.buttons import Actions
    from alerts.rendering.card import Card, Chart, Fact
    from alerts.rendering.rich_text import RichText
    from alerts.rendering.topic_part import TopicPart

WIDTH: Final = 720
PICTURE: Final = 460.0
_LEFT: Final = 72.0
_RIGHT: Final = 24.0
_TEXT: Final = 15.0
_SMALL: Final = 13.0
_HEADER: Final = 18.0
_LEADING: Final = 1.45
_GAP: Final = 10.0
_ROOM: Final = WIDTH - _LEFT - _RIGHT
_FIXED: Final = 0.4
"""Share of the room from which a line's length is fixed, so that no other font lets it overflow."""

_FORMS: Final = {"{date_short_pretty}": "%-d %b", "{time}": "%H:%M"}

STYLE: Final = """
.card{font-family:Lato,'Helvetica Neue',Helvetica,Arial,sans-serif;--ink:#1d1c1d;--soft:#5c5b5d;--paper:#fff;
--edge:#dddddd;--link:#1264a3;--call:#f2c744}
@media (prefers-color-scheme:dark){.card{--ink:#e8e8e8;--soft:#ababad;--paper:#1a1d21;--edge:#35373b;--link:#52b1e8;
--call:#8a6a12}}
.card text{fill:var(--ink);white-space:pre}
.card .soft{fill:var(--soft)}.card .paper{fill:var(--paper);stroke:var(--edge)}
.card .bold{font-weight:700}.card .code{font-family:Menlo,Consolas,monospace;font-size:.85em}
.card .link{fill:var(--link)}.card .mention{fill:var(--link);font-weight:700}.card .bar{fill:var(--edge)}
"""


@dataclass
class _Sheet:
    """What has been drawn so far, and how far down."""

    y: float = 0.0
    marks: list[str] = field(default_factory=list)

    def line(self, x: float, spans: list[Span], size: float, tone: str = "") -> None:
        """Set one line of text and move down."""
        self.y += size * _LEADING
        runs = groupby(spans, key=lambda span: span.style)
        pieces = [_run(style, "".join(span.text for span in run), size) for style, run in runs]
        kind = f' class="{tone}"' if tone else ""
        wide = sum(width(span.text, size, bold=span.style == "bold") for span in spans)
        fixed = f' textLength="{wide:.0f}" lengthAdjust="spacingAndGlyphs"' if wide > _FIXED * _ROOM else ""
        self.marks.append(
            f'<text x="{x:.0f}" y="{self.y:.0f}" font-size="{size:.0f}"{kind}{fixed}>{"".join(pieces)}</text>'
        )

    def paragraph(self, x: float, text: RichText, size: float, room: float, tone: str = "") -> None:
        """Set rich text, wrapped to `room`."""
        for spans in wrap([_in_utc(span) for span in text], size, room):
            self.line(x, spans, size, tone)


def render(card: Card, posted: str, picture: bytes = b"") -> str:
    """Return the card as a self-contained SVG image.

    `posted` is the time shown beside the sender's name, `picture` the PNG of the card's chart.
    """
    sheet = _Sheet(y=16.0)
    sheet.line(_LEFT, [Span("Tocsin", "bold"), Span("  APP  ", "code"), Span(posted)], _TEXT)
    for draw in _parts(card, picture):
        sheet.y += _GAP / 2
        draw(sheet)
        sheet.y += _GAP / 2
    height = sheet.y + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="card" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{escape(card.headline)}">'
        f"<title>{escape(card.headline)}</title><style>{STYLE}</style>"
        f'<rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="10"/>'
        f"{_BELL}{''.join(sheet.marks)}</svg>\n"
    )


def _parts(card: Card, picture: bytes) -> Iterator[Callable[[_Sheet], None]]:
    """Yield what draws each part of the card, from top to bottom."""
    yield _text((Span(card.headline, "bold"),), _HEADER)
    yield from [_text(card.page)] if card.page else []
    yield _text(card.status, _SMALL, "soft")
    yield from [_text(card.calls, _SMALL, "soft")] if card.calls else []
    yield from _topic(card.topic)
    yield from [partial(_columns, facts=card.facts)] if card.facts else []
    yield from [partial(_lines, rows=card.moves)] if card.moves else []
    yield from [_text(card.brands)] if card.brands else []
    yield from [partial(_lines, rows=card.contributors)] if card.contributors else []
    yield from [partial(_lines, rows=card.crowd)] if card.crowd else []
    for example in card.examples:
        yield partial(_quote, text=example)
    if card.chart is not None:
        yield partial(_chart, chart=card.chart, title=card.chart_title, picture=picture)
    for note in card.notes:
        yield _text(note, _SMALL, "soft")
    if card.actions is not None:
        yield partial(_actions, actions=card.actions)
    yield _text((Span(card.incident, "code"),), _SMALL, "soft")


def _topic(topic: TopicPart | None) -> Iterator[Callable[[_Sheet], None]]:
    """Yield what draws each part of what the incident is about."""
    if topic is None:
        return
    yield partial(_lines, rows=(topic.title, topic.figures))
    yield partial(_lines, rows=topic.posts)
    for copy in topic.copies:
        yield partial(_quote, text=copy)
    yield from [_text(topic.further, _SMALL, "soft")] if topic.further else []


def _run(style: str, text: str, size: float) -> str:
    forced = f' textLength="{width(text, size):.0f}" lengthAdjust="spacingAndGlyphs"' if is_bars(text) else ""
    return f'<tspan class="{style}"{forced}>{escape(text)}</tspan>'


def _in_utc(span: Span) -> Span:
    """Return an instant as text in UTC, and any other span as it is."""
    if span.style != "time":
        return span
    at, form = datetime.fromtimestamp(span.at / 1000, UTC), span.text
    for token, pattern in _FORMS.items():
        form = form.replace(token, at.strftime(pattern))
    return Span(form)


def _text(text: RichText, size: float = _TEXT, tone: str = "") -> Callable[[_Sheet], None]:
    return lambda sheet: sheet.paragraph(_LEFT, text, size, _ROOM, tone)


def _lines(sheet: _Sheet, rows: tuple[RichText, ...]) -> None:
    for row in rows:
        sheet.paragraph(_LEFT, row, _TEXT, _ROOM)


def _columns(sheet: _Sheet, facts: tuple[Fact, ...]) -> None:
    """Set the facts in two columns, each with its sparkline below."""
    room = _ROOM / 2
    for row in range(0, len(facts), 2):
        top = bottom = sheet.y
        for column, fact in enumerate(facts[row : row + 2]):
            sheet.y = top
            for text in (fact.text, plain(fact.sparkline)):
                sheet.paragraph(_LEFT + column * room, text, _TEXT, room - 16)
            bottom = max(bottom, sheet.y)
        sheet.y = bottom + _GAP / 2


def _quote(sheet: _Sheet, text: RichText) -> None:
    """Set a quotation behind Slack's grey bar."""
    top, inset = sheet.y, 14.0
    sheet.paragraph(_LEFT + inset, text, _TEXT, _ROOM - inset)
    sheet.marks.append(
        f'<rect class="bar" x="{_LEFT:.0f}" y="{top + 4:.0f}" width="4" height="{sheet.y - top:.0f}" rx="2"/>'
    )


def _actions(sheet: _Sheet, actions: Actions) -> None:
    x, top = _LEFT, sheet.y + 4
    for element in actions.elements:
        menu = f"{element.label}  ▾" if element.label else "⋯"
        label = element.label if isinstance(element, Button) else menu
        wide = width(label, _SMALL, bold=True) + 24
        sheet.marks.append(
            f'<rect class="paper" x="{x:.0f}" y="{top:.0f}" width="{wide:.0f}" height="30" rx="4"/>'
            f'<text class="bold" x="{x + 12:.0f}" y="{top + 20:.0f}" font-size="{_SMALL:.0f}">{escape(label)}</text>'
        )
        x += wide + 8
    sheet.y = top + 32


def _chart(sheet: _Sheet, chart: Chart, title: str, picture: bytes) -> None:
    """Set the chart with its title; where there is no picture, its description."""
    sheet.paragraph(_LEFT, plain(title if picture else chart.alt), _SMALL, _ROOM, "soft")
    if picture:
        height = PICTURE * SIZE[1] / SIZE[0]
        data = b64encode(picture).decode()
        sheet.marks.append(
            f'<image x="{_LEFT:.0f}" y="{sheet.y + 8:.0f}" width="{PICTURE:.0f}" height="{height:.0f}" '
            f'href="data:image/png;base64,{data}"><title>{escape(chart.alt)}</title></image>'
        )
        sheet.y += height + 8


_BELL: Final = (
    '<g transform="translate(20 20)"><rect width="38" height="38" rx="8" fill="#7a1f2b"/>'
    '<path d="M19 7c-5 0-8 4-8 9 0 6-2 8-4 10h24c-2-2-4-4-4-10 0-5-3-9-8-9zm-3 21a3 3 0 0 0 6 0z" fill="#f4d9a0"/></g>'
)
