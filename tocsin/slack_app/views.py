"""Which parts are modals and the home tab made of? Each within Slack's limits, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.escaping import clean, clip, width
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.text import Language

Part = dict[str, Any]

TITLE: Final = 24
OPTION: Final = 75
LABEL: Final = 150
VALUE: Final = 150
SECTION: Final = 3000
MODAL_BLOCKS: Final = 100


def plain(text: str, most: int) -> Part:
    """Return text in which nothing is markup."""
    return {"type": "plain_text", "text": clip(clean(text) or "–", most), "emoji": False}


def section(text: str, accessory: Part | None = None, block_id: str = "") -> Part:
    """Return a paragraph of mrkdwn, already escaped; longer than Slack takes, it ends earlier at a line's end."""
    while len(text) > SECTION:
        text = text.rpartition("\n")[0] if "\n" in text else clip(text, SECTION)
    named = {"block_id": block_id} if block_id else {}
    beside = {"accessory": accessory} if accessory else {}
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or "–"}} | named | beside


def header(text: str) -> Part:
    """Return a heading."""
    return {"type": "header", "text": plain(text, LABEL)}


def context(text: str) -> Part:
    """Return small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:SECTION] or "–"}]}


def actions(block_id: str, *elements: Part) -> Part:
    """Return a row of elements."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action_id: str, text: str, value: str = "", style: str = "", url: str = "") -> Part:
    """Return a button."""
    more = {"value": value, "style": style, "url": url}
    made = {"type": "button", "action_id": action_id, "text": plain(text, OPTION)}
    return made | {key: given for key, given in more.items() if given}


def select(block: str, label: str, options: Iterable[tuple[str, str]], initial: str = "") -> Part:
    """Return a menu to choose from, (value, text) each; the first is chosen where `initial` is none of them."""
    made = [{"text": plain(text, OPTION), "value": value} for value, text in options if 0 < width(value) <= VALUE][:100]
    chosen = next((one for one in made if one["value"] == initial), made[0])
    element = {"type": "static_select", "action_id": block, "options": made, "initial_option": chosen}
    return {"type": "input", "block_id": block, "label": plain(label, LABEL), "element": element}


def field(block: str, label: str, most: int, *, hint: str = "", initial: str = "", optional: bool = False) -> Part:
    """Return a line to type."""
    element = {"type": "plain_text_input", "action_id": block, "max_length": most}
    made = {"type": "input", "block_id": block, "label": plain(label, LABEL), "optional": optional}
    below = {"hint": plain(hint, 300)} if hint else {}
    return made | {"element": element | ({"initial_value": initial} if initial else {})} | below


def modal(language: Language, callback: str, title: str, blocks: list[Part], metadata: str = "") -> Part:
    """Return a modal to be submitted."""
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "submit": plain(translate(language, "submit"), TITLE),
        "close": plain(translate(language, "cancel"), TITLE),
        "private_metadata": metadata,
        "blocks": blocks[:MODAL_BLOCKS],
    }


def notice(language: Language, text: str) -> Part:
    """Return a modal that only says something (mrkdwn)."""
    closing = {"close": plain(translate(language, "close"), TITLE)}
    return {"type": "modal", "title": plain("Tocsin", TITLE), "blocks": [section(text)]} | closing
