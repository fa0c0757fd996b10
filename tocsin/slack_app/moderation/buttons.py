"""Buttons of an item's card: which ones it has as it stands, and the click that Slack sends back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from moderation.model import OUTCOMES
from tocsin.slack_app import views
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from moderation.model import Item

Block = dict[str, Any]

PREFIX: Final = "tocsin_item_"
SHOW: Final = PREFIX + "show"
MORE: Final = PREFIX + "more"
ROW: Final = "item|"

FIRST: Final = ("no action", "hide requested", "reported to platform")
"""The decisions that are buttons; the others are in the overflow menu."""

_REST: Final = tuple(outcome for outcome in OUTCOMES if outcome not in FIRST)
ACTIONS: Final = ("claim", "release", "skip", "escalate", "undo", "appeal", "uphold", "overturn", *OUTCOMES)


class ItemClick(NamedTuple):
    """What was pressed on the card of which item; `show` opens the text."""

    action: str
    item: str


def build_buttons(item: Item, now: int, language: Language) -> Block | None:
    """Return the row of what can be done about an item as it stands; None where nothing can be."""
    show = [_button("show", language)] if item.text else []
    made = [*show, *_offered(item, now, language)]
    return views.actions(f"{ROW}{item.id}", *made) if made else None


def parse_click(action_id: str, block_id: str, option: str) -> ItemClick | None:
    """Return what came back; None for what no card of ours holds."""
    if not block_id.startswith(ROW) or not action_id.startswith(PREFIX):
        return None
    item = block_id.removeprefix(ROW)
    if action_id == SHOW:
        return ItemClick("show", item)
    name = option if action_id == MORE else action_id.removeprefix(PREFIX).replace("_", " ")
    return ItemClick(name, item) if name in ACTIONS else None


def _offered(item: Item, now: int, language: Language) -> list[Block]:
    match item.state:
        case "withdrawn":
            return []
        case "decided":
            return [_menu(("undo",) if item.ruling else ("undo", "appeal"), language)]
        case "appealed":
            return [_menu(("uphold", "overturn"), language)]
    if not item.holder(now):
        return [_button("claim", language, primary=True)]
    more = (*_REST, "escalate", "skip", "release")
    return [*(_button(name, language) for name in FIRST), _menu(more, language)]


def _button(name: str, language: Language, *, primary: bool = False) -> Block:
    made = views.button(PREFIX + name.replace(" ", "_"), _label(name, language))
    return made | ({"style": "primary"} if primary else {})


def _menu(names: tuple[str, ...], language: Language) -> Block:
    options = [{"text": views.plain(_label(name, language), views.OPTION_CHARS), "value": name} for name in names]
    return {"type": "overflow", "action_id": MORE, "options": options}


def _label(name: str, language: Language) -> str:
    return translate(language, f"item_do_{name.replace(' ', '_')}")
