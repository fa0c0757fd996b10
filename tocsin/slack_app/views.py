"""Parts of modals and of the Home tab that cards do not have; each keeps Slack's limits for any input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.rendering import slack_blocks
from alerts.rendering.escaping import clean, clip, width
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.signal_text import Language

Block = dict[str, Any]

TITLE_CHARS: Final = 24
OPTION_CHARS: Final = 75
LABEL_CHARS: Final = 150
VALUE_CHARS: Final = 150
HINT_CHARS: Final = 300
MAX_OPTIONS: Final = 100
MAX_BLOCKS: Final = 100


def plain(text: str, limit: int) -> Block:
    """Return text in which nothing is markup."""
    return {"type": "plain_text", "text": clip(clean(text) or "–", limit), "emoji": False}


def section(text: str, accessory: Block | None = None, block_id: str = "") -> Block:
    """Return a paragraph of mrkdwn, already escaped; text longer than Slack takes ends at the end of a line."""
    while width(text) > slack_blocks.TEXT_CHARS and "\n" in text:
        text = text.rpartition("\n")[0]
    more = {"block_id": block_id, "accessory": accessory}
    return slack_blocks.section(text or "–") | {name: value for name, value in more.items() if value}


def header(text: str) -> Block:
    """Return a heading."""
    return slack_blocks.header(clean(text) or "–")


def context(text: str) -> Block:
    """Return a line in small print."""
    return slack_blocks.context(text or "–")


def actions(block_id: str, *elements: Block) -> Block:
    """Return a row of elements."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action_id: str, text: str, value: str = "") -> Block:
    """Return a button that carries a value."""
    made = {"type": "button", "action_id": action_id, "text": plain(text, OPTION_CHARS)}
    return made | ({"value": value} if value else {})


def select(block_id: str, label: str, options: Iterable[tuple[str, str]], initial: str = "") -> Block:
    """Return a menu of (value, text); the first option is selected where `initial` is none of them."""
    made = [
        {"text": plain(text, OPTION_CHARS), "value": value}
        for value, text in options
        if 0 < width(value) <= VALUE_CHARS
    ][:MAX_OPTIONS]
    selected = next((one for one in made if one["value"] == initial), made[0])
    element = {"type": "static_select", "action_id": block_id, "options": made, "initial_option": selected}
    return {"type": "input", "block_id": block_id, "label": plain(label, LABEL_CHARS), "element": element}


def text_input(
    block_id: str, label: str, max_length: int, *, hint: str = "", initial: str = "", optional: bool = False
) -> Block:
    """Return a field to type a line in."""
    element: Block = {"type": "plain_text_input", "action_id": block_id, "max_length": max_length}
    made = {"type": "input", "block_id": block_id, "label": plain(label, LABEL_CHARS), "optional": optional}
    below = {"hint": plain(hint, HINT_CHARS)} if hint else {}
    return made | {"element": element | ({"initial_value": initial} if initial else {})} | below


def modal(language: Language, callback_id: str, title: str, blocks: list[Block], metadata: str = "") -> Block:
    """Return a modal with a submit button."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_CHARS),
        "submit": plain(translate(language, "submit"), TITLE_CHARS),
        "close": plain(translate(language, "cancel"), TITLE_CHARS),
        "private_metadata": metadata,
        "blocks": blocks[:MAX_BLOCKS],
    }


def notice(language: Language, text: str) -> Block:
    """Return a modal that only shows a text (mrkdwn)."""
    closing = {"close": plain(translate(language, "close"), TITLE_CHARS)}
    return {"type": "modal", "title": plain("Tocsin", TITLE_CHARS), "blocks": [section(text)]} | closing
