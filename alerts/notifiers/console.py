"""Console notifier: draws cards, edits and thread replies in a terminal."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.delivery.ports import MessageRef
from alerts.rendering.buttons import Button
from alerts.rendering.card import Card, Reply
from alerts.rendering.escaping import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from alerts.rendering.card import Fact
    from alerts.rendering.message import Message
    from alerts.rendering.rich_text import RichText, Span
    from alerts.rendering.topic_part import TopicPart

WIDTH: Final = 100
COLOURS: Final = {"🔴": "red", "🟠": "dark_orange", "🔵": "blue", "✅": "green"}

_FORMS: Final = {"{time}": "%H:%M", "{date_short_pretty}": "%Y-%m-%d"}
_STYLES: Final = {"bold": "bold", "code": "dim", "link": "cyan", "mention": "cyan", "time": "cyan"}


class ConsoleNotifier:
    """A notifier that draws in a terminal: a card for each post and edit, a line for each reply. It forgets at exit."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._receipts: dict[str, MessageRef] = {}
        self._replied: set[tuple[str, int]] = set()

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Draw a card."""
        self._console.print(_render(message, channel))
        receipt = MessageRef(channel, str(len(self._receipts) + 1))
        self._receipts[f"{channel} {message.incident}"] = receipt
        return receipt

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Draw the card as it is now."""
        self._console.print(_render(message, f"{receipt.channel} · edited"))

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Draw a line of the thread."""
        self._replied.add((receipt.ts, message.revision))
        text = render_text(message.content.text) if isinstance(message.content, Reply) else _plain_text(message)
        self._console.print(Padding(Text.assemble("↳ ", text), (0, 0, 0, 4)))

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return where the incident's card was drawn by this process, whatever `since` says."""
        del since
        return self._receipts.get(f"{channel} {incident}")

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Return 0: what is drawn cannot be taken back, and is never drawn twice in doubt."""
        del receipt, incident, since
        return 0

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Tell whether this process drew the reply of a revision."""
        return (receipt.ts, revision) in self._replied


def _render(message: Message, place: str) -> Panel:
    if isinstance(message.content, Card):
        return render_card(message.content, place)
    return _panel([_plain_text(message)], message.text, place)


def render_card(card: Card, place: str = "") -> Panel:
    """Return a card; `place` stands in its lower edge."""
    parts: list[RenderableType] = [Text(clean(card.headline), style="bold")]
    parts += [render_text(text) for text in (card.page, card.status, card.calls) if text]
    parts += _topic(card.topic)
    parts.append(_facts(card.facts))
    parts += [render_text(text) for text in (*card.moves, card.brands, *card.contributors, *card.crowd) if text]
    parts += [_quote(example) for example in card.examples]
    parts += [Text(clean(card.chart.alt), style="dim") for _ in [card.chart] if card.chart is not None]
    parts += [render_text(note) for note in card.notes]
    if card.actions is not None:
        labels = [one.label for one in card.actions.elements if isinstance(one, Button)]
        parts.append(Text("  ").join(Text(f"[{clean(label)}]", style="bold") for label in labels))
    parts.append(Text(clean(card.incident), style="dim"))
    return _panel(parts, card.headline, place)


def _topic(topic: TopicPart | None) -> list[RenderableType]:
    """Return what the incident is about."""
    if topic is None:
        return []
    lines: list[RenderableType] = [render_text(text) for text in (topic.title, topic.figures, *topic.posts)]
    lines += [_quote(copy) for copy in topic.copies]
    return lines + [render_text(topic.further) for _ in topic.further[:1]]


def _quote(text: RichText) -> Text:
    return Text.assemble("│ ", render_text(text, "italic"))


def _panel(parts: list[RenderableType], headline: str, place: str) -> Panel:
    return Panel(
        Group(*parts),
        border_style=COLOURS.get(headline[:1], "white"),
        subtitle=Text(clean(place)),
        subtitle_align="right",
        width=WIDTH,
        padding=(0, 1),
    )


def _facts(facts: tuple[Fact, ...]) -> Table:
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    cells = [
        Text("\n").join([render_text(fact.text), *([Text(fact.sparkline)] if fact.sparkline else [])]) for fact in facts
    ]
    cells += [Text()] * (len(cells) % 2)
    for left, right in zip(cells[::2], cells[1::2], strict=True):
        grid.add_row(left, right)
    return grid


def render_text(text: RichText, base: str = "") -> Text:
    """Return rich text for the terminal; instants are in UTC, and what came from outside stays text."""
    return Text.assemble(*((_shown(span), f"{base} {_STYLES.get(span.style, '')}".strip()) for span in text))


def _shown(span: Span) -> str:
    match span.style:
        case "time":
            moment, form = datetime.fromtimestamp(span.at // 1000, UTC), span.text
            for token, pattern in _FORMS.items():
                form = form.replace(token, moment.strftime(pattern))
            return f"{form} UTC"
        case "link":
            return f"{span.text} ({clean(span.target)})"
    return span.text


def _plain_text(message: Message) -> Text:
    """Return the lock-screen line of a message that has no card."""
    return Text(clean(html.unescape(message.text)))
