"""HTML of a card: the Slack message of an incident as it looks on a page of any width and in any font."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from alerts.rendering.buttons import Button
from alerts.rendering.escaping import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.rendering.card import Card, Fact
    from alerts.rendering.rich_text import RichText, Span
    from alerts.rendering.topic_part import TopicPart

_FORMS: Final = {"{date_short_pretty}": "%-d %b", "{time}": "%H:%M"}

STYLE: Final = """
.message{max-width:720px;border:1px solid var(--edge);border-radius:10px;padding:14px 16px;overflow-wrap:anywhere;
background:var(--card)}
.message>*{margin:8px 0}.message .from{font-size:.9rem}.message .app{font-size:.7rem;padding:1px 4px;border-radius:3px;
background:var(--edge)}
.message .headline{font-size:1.12rem;font-weight:700;line-height:1.35}
.message .small{font-size:.85rem;color:var(--soft)}
.message .call,.message a{color:var(--info);font-weight:600}.message .facts{display:grid;gap:8px 20px;
grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr))}
.message blockquote{margin:8px 0;padding:1px 0 1px 12px;border-left:4px solid var(--edge)}
.message .bars{letter-spacing:-1px;font-family:monospace}.message .buttons{display:flex;flex-wrap:wrap;gap:6px}
.message .buttons span{border:1px solid var(--edge);border-radius:5px;padding:4px 10px;font-size:.85rem;font-weight:600}
"""


def render(card: Card, posted: str, chart: str = "", zone: str = "UTC") -> str:
    """Return the card; `posted` is the time beside the sender's name, `chart` the SVG of its chart."""
    zoned = ZoneInfo(zone)

    def show(text: RichText, kind: str = "", tag: str = "div") -> str:
        inside = "".join(_span(span, zoned) for span in text)
        return f"<{tag}{f' class={kind}' if kind else ''}>{inside}</{tag}>" if text else ""

    parts = [
        f'<div class="from"><b>Tocsin</b> <span class="app">APP</span> {escape(posted)}</div>',
        f'<div class="headline">{escape(clean(card.headline))}</div>',
        show(card.page),
        show(card.status, "small"),
        show(card.calls, "small"),
        *_topic(card.topic, show),
        _facts(card.facts, show),
        "".join(show(move) for move in card.moves),
        show(card.brands),
        *(show(row) for row in (*card.contributors, *card.crowd)),
        *(show(example, tag="blockquote") for example in card.examples),
        f'<div class="small">{escape(card.chart_title)}</div>{chart}' if chart else "",
        *(show(note, "small") for note in card.notes),
        _buttons(card),
        f'<div class="small"><code>{escape(clean(card.incident))}</code></div>',
    ]
    return f'<article class="message">{"".join(part for part in parts if part)}</article>'


def _topic(topic: TopicPart | None, show: Callable[..., str]) -> list[str]:
    if topic is None:
        return []
    lines = [show(text) for text in (topic.title, topic.figures, *topic.posts)]
    return [*lines, *(show(copy, tag="blockquote") for copy in topic.copies), show(topic.further, "small")]


def _facts(facts: tuple[Fact, ...], show: Callable[..., str]) -> str:
    cells = [
        f'<div>{show(fact.text)}<span class="bars" aria-hidden="true">{escape(fact.sparkline)}</span></div>'
        for fact in facts
    ]
    return f'<div class="facts">{"".join(cells)}</div>' if cells else ""


def _buttons(card: Card) -> str:
    if card.actions is None:
        return ""
    labels = [one.label if isinstance(one, Button) else f"{one.label} ▾".strip() for one in card.actions.elements]
    return f'<div class="buttons">{"".join(f"<span>{escape(label)}</span>" for label in labels)}</div>'


def _span(span: Span, zone: ZoneInfo) -> str:
    match span.style:
        case "time":
            at, form = datetime.fromtimestamp(span.at / 1000, UTC).astimezone(zone), span.text
            for token, pattern in _FORMS.items():
                form = form.replace(token, at.strftime(pattern))
            return escape(form)
        case "link":
            return f'<a href="{escape(span.target)}" rel="noopener noreferrer nofollow">{escape(span.text)}</a>'
        case "bold":
            return f"<b>{escape(span.text)}</b>"
        case "code":
            return f"<code>{escape(span.text)}</code>"
        case "mention":
            return f'<span class="call">{escape(span.text)}</span>'
    return escape(span.text)
