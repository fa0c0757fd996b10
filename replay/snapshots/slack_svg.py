"""How does a Slack message look? Drawn as SVG from the very blocks that Slack would be sent."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.chart_data import SIZE
from replay.snapshots.mrkdwn import Line, Span, read
from replay.snapshots.text_metrics import is_bars, width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.delivery.ports import Message

WIDTH: Final = 720
PICTURE: Final = 460.0
_LEFT: Final = 72.0
_RIGHT: Final = 24.0
_TEXT: Final = 15.0
_SMALL: Final = 13.0
_HEADER: Final = 18.0
_LEADING: Final = 1.45
_GAP: Final = 10.0

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
    picture: bytes = b""  # that an image block shows

    def line(self, x: float, spans: list[Span], size: float, tone: str = "") -> None:
        """Set one line of text and move down."""
        self.y += size * _LEADING
        runs = groupby(spans, key=lambda span: span.style)
        pieces = [_run(style, "".join(span.text for span in run), size) for style, run in runs]
        kind = f' class="{tone}"' if tone else ""
        self.marks.append(f'<text x="{x:.0f}" y="{self.y:.0f}" font-size="{size:.0f}"{kind}>{"".join(pieces)}</text>')

    def paragraph(self, x: float, lines: list[Line], size: float, room: float, tone: str = "") -> None:
        """Set lines of mrkdwn, wrapped to `room`, with the bar beside what is quoted."""
        for line in lines:
            top, inset = self.y, 14.0 if line.quoted else 0.0
            for spans in wrap(line.spans, size, room - inset) if line.spans else []:
                self.line(x + inset, spans, size, tone)
            if line.quoted:
                height = self.y - top
                self.marks.append(
                    f'<rect class="bar" x="{x:.0f}" y="{top + 4:.0f}" width="4" height="{height:.0f}" rx="2"/>'
                )


def render(message: Message, posted: str, picture: bytes = b"") -> str:
    """Return the message as a self-contained SVG image.

    `posted` is the time shown beside the sender's name, `picture` the PNG that its image block shows.
    """
    sheet = _Sheet(y=16.0, picture=picture)
    sheet.line(_LEFT, [Span("Tocsin", "bold"), Span("  APP  ", "code"), Span(posted)], _TEXT)
    for block in message.blocks:
        sheet.y += _GAP / 2
        _RENDERERS[block["type"]](sheet, block)
        sheet.y += _GAP / 2
    height = sheet.y + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="card" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{escape(message.text)}">'
        f"<title>{escape(message.text)}</title><style>{STYLE}</style>"
        f'<rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="10"/>'
        f"{_BELL}{''.join(sheet.marks)}</svg>\n"
    )


def _run(style: str, text: str, size: float) -> str:
    forced = f' textLength="{width(text, size):.0f}" lengthAdjust="spacingAndGlyphs"' if is_bars(text) else ""
    return f'<tspan class="{style}"{forced}>{escape(text)}</tspan>'


def _header(sheet: _Sheet, block: dict[str, Any]) -> None:
    spans = [Span(block["text"]["text"], "bold")]
    sheet.paragraph(_LEFT, [Line(spans, quoted=False)], _HEADER, WIDTH - _LEFT - _RIGHT)


def _section(sheet: _Sheet, block: dict[str, Any]) -> None:
    if "text" in block:
        sheet.paragraph(_LEFT, read(block["text"]["text"]), _TEXT, WIDTH - _LEFT - _RIGHT)
    _columns(sheet, [read(part["text"]) for part in block.get("fields", ())])


def _columns(sheet: _Sheet, parts: list[list[Line]]) -> None:
    room = (WIDTH - _LEFT - _RIGHT) / 2
    for row in zip(parts[::2], [*parts[1::2], []], strict=False):
        top = bottom = sheet.y
        for column, lines in enumerate(row):
            sheet.y = top
            sheet.paragraph(_LEFT + column * room, lines, _TEXT, room - 16)
            bottom = max(bottom, sheet.y)
        sheet.y = bottom + _GAP / 2


def _context(sheet: _Sheet, block: dict[str, Any]) -> None:
    text = "  ".join(part["text"] for part in block["elements"] if "text" in part)
    sheet.paragraph(_LEFT, read(text), _SMALL, WIDTH - _LEFT - _RIGHT, "soft")


def _actions(sheet: _Sheet, block: dict[str, Any]) -> None:
    x, top = _LEFT, sheet.y + 4
    for button in block["elements"]:
        menu = f"{button['placeholder']['text']}  ▾" if "placeholder" in button else "⋯"
        label = button.get("text", {}).get("text", menu)
        wide = width(label, _SMALL, bold=True) + 24
        sheet.marks.append(
            f'<rect class="paper" x="{x:.0f}" y="{top:.0f}" width="{wide:.0f}" height="30" rx="4"/>'
            f'<text class="bold" x="{x + 12:.0f}" y="{top + 20:.0f}" font-size="{_SMALL:.0f}">{escape(label)}</text>'
        )
        x += wide + 8
    sheet.y = top + 32


def _divider(sheet: _Sheet, block: dict[str, Any]) -> None:
    del block
    sheet.y += _GAP
    sheet.marks.append(f'<rect class="bar" x="{_LEFT}" y="{sheet.y:.0f}" width="{WIDTH - _LEFT - _RIGHT}" height="1"/>')


def _image(sheet: _Sheet, block: dict[str, Any]) -> None:
    words = block.get("title", {}).get("text", "") if sheet.picture else block["alt_text"]
    sheet.paragraph(_LEFT, [Line([Span(words)], quoted=False)], _SMALL, WIDTH - _LEFT - _RIGHT, "soft")
    if sheet.picture:
        height = PICTURE * SIZE[1] / SIZE[0]
        data = b64encode(sheet.picture).decode()
        sheet.marks.append(
            f'<image x="{_LEFT:.0f}" y="{sheet.y + 8:.0f}" width="{PICTURE:.0f}" height="{height:.0f}" '
            f'href="data:image/png;base64,{data}"><title>{escape(block["alt_text"])}</title></image>'
        )
        sheet.y += height + 8


_RENDERERS: Final[dict[str, Callable[[_Sheet, dict[str, Any]], None]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
}

_BELL: Final = (
    '<g transform="translate(20 20)"><rect width="38" height="38" rx="8" fill="#7a1f2b"/>'
    '<path d="M19 7c-5 0-8 4-8 9 0 6-2 8-4 10h24c-2-2-4-4-4-10 0-5-3-9-8-9zm-3 21a3 3 0 0 0 6 0z" fill="#f4d9a0"/></g>'
)
