"""How does the card that Slack would show look in a terminal?"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.delivery.ports import Message, MessageRef
from alerts.rendering.escaping import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

WIDTH: Final = 100
COLOURS: Final = {"🔴": "red", "🟠": "dark_orange", "🔵": "blue", "✅": "green"}

_PIECE: Final = re.compile(r"<([^<>]*)>|\*([^*\n<>]+)\*|`([^`\n<>]+)`")
_DATE: Final = re.compile(r"!date\^(\d+)\^([^|^]*)(?:\^[^|]*)?\|(.*)")
_FORMS: Final = {"{time}": "%H:%M", "{date_short_pretty}": "%Y-%m-%d"}


class ConsoleNotifier:
    """A notifier that draws in a terminal: a card for each post and edit, a line for each reply. It forgets at exit."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._receipts: dict[str, MessageRef] = {}
        self._replied: set[tuple[str, int]] = set()

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Draw a card."""
        self._console.print(render_card(message, channel))
        receipt = MessageRef(channel, str(len(self._receipts) + 1))
        self._receipts[f"{channel} {message.incident}"] = receipt
        return receipt

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Draw the card as it is now."""
        self._console.print(render_card(message, f"{receipt.channel} · edited"))

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Draw a line of the thread."""
        self._replied.add((receipt.ts, message.revision))
        self._console.print(Padding(Text.assemble("↳ ", render_text(message.text)), (0, 0, 0, 4)))

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


def render_card(message: Message, place: str = "") -> Panel:
    """Return a card; `place` stands in its lower edge."""
    parts = [_drawn(block) for block in message.blocks] or [render_text(message.text)]
    return Panel(
        Group(*parts),
        border_style=COLOURS.get(message.text[:1], "white"),
        subtitle=Text(clean(place)),
        subtitle_align="right",
        width=WIDTH,
        padding=(0, 1),
    )


def _drawn(block: dict[str, Any]) -> RenderableType:
    """Return one block of a card."""
    match block:
        case {"type": "header", "text": {"text": text}}:
            return Text(clean(text), style="bold")
        case {"type": "section", "fields": texts}:
            grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
            grid.add_column(ratio=1)
            grid.add_column(ratio=1)
            cells = [render_text(one["text"]) for one in texts] + [Text()] * (len(texts) % 2)
            for left, right in zip(cells[::2], cells[1::2], strict=True):
                grid.add_row(left, right)
            return grid
        case {"type": "section", "text": {"text": text}}:
            return render_text(text)
        case {"type": "context", "elements": elements}:
            return Text("  ").join(render_text(one["text"]) for one in elements).copy()
        case {"type": "image", "alt_text": alt}:
            return Text(alt, style="dim")
        case {"type": "actions", "elements": elements}:
            labels = [one["text"]["text"] for one in elements if one["type"] == "button"]
            return Text("  ").join(Text(f"[{clean(label)}]", style="bold") for label in labels)
    raise ValueError(f"no drawing for a block of type {block.get('type')!r}: add one to alerts.notifiers.console")


def render_text(mrkdwn: str) -> Text:
    """Return Slack's mrkdwn as terminal text: what came from outside stays text, whatever it holds."""
    lines = [Text.assemble(*_pieces(line)) for line in mrkdwn.split("\n")]
    return Text("\n").join(lines)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a line, each with its style; `> ` at its head is a quotation."""
    base = "italic" if line.startswith("> ") else ""
    line = line.replace("> ", "│ ", 1) if base else line
    end = 0
    for piece in _PIECE.finditer(line):
        yield _literal(line[end : piece.start()]), base
        markup, bold, code = piece.groups()
        if markup is not None:
            yield _shown(markup), f"{base} cyan".strip()
        else:
            yield _literal(bold or code), "bold" if bold else "dim"
        end = piece.end()
    yield _literal(line[end:]), base


def _literal(text: str) -> str:
    """Return text with Slack's escapes undone, and spaces at its ends kept."""
    plain = html.unescape(text)
    head, tail = plain[: len(plain) - len(plain.lstrip(" "))], plain[len(plain.rstrip(" ")) :]
    return f"{head}{clean(plain)}{tail if plain.strip(' ') else ''}"


def _shown(markup: str) -> str:
    """Return what Slack would show for `<…>`: an instant in UTC, a person, or a link with its address."""
    date = _DATE.fullmatch(markup)
    if date is not None:
        return _instant(int(date[1]), date[2])
    target, _, label = markup.partition("|")
    if target.startswith(("@", "!")):
        return "@" + clean(target.lstrip("@!").removeprefix("subteam^"))
    address = clean(html.unescape(target))
    return f"{clean(html.unescape(label))} ({address})" if label else address


def _instant(seconds: int, form: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    for token, pattern in _FORMS.items():
        form = form.replace(token, moment.strftime(pattern))
    return f"{clean(form)} UTC"
