"""Which buttons does a card carry, and what do they mean when they come back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import quote

from alerts.incidents.action_factory import ActionButton
from alerts.rendering.text import translate

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.text import Language

ButtonId = ActionButton | Literal["silence", "threshold"]
"""What stands for an act, and what opens a modal."""

ACK: Final = "tocsin_ack"
NOT_A_CRISIS: Final = "tocsin_not_a_crisis"
CRISIS: Final = "tocsin_crisis"
SNOOZE: Final = "tocsin_snooze"
MORE: Final = "tocsin_more"
REPORT: Final = "tocsin_report"

_BUTTONS: Final[dict[str, ButtonId]] = {ACK: "ack", NOT_A_CRISIS: "not_a_crisis", CRISIS: "crisis"}
_SNOOZES: Final[tuple[ButtonId, ...]] = ("snooze_30m", "snooze_2h", "snooze_morning", "unsnooze")
_MORE: Final[tuple[ButtonId, ...]] = ("silence", "threshold", "planned", "resolve", "unack")
"""Slack takes up to five."""

_MORE_RESOLVED: Final[tuple[ButtonId, ...]] = ("silence", "threshold")
"""What is left to do about an incident that is over."""


class ButtonClick(NamedTuple):
    """What was pressed on the card of which incident, as it stood at which revision."""

    button: ButtonId
    incident: str
    revision: int


def action_row(incident: Incident, language: Language, web: str = "") -> dict[str, Any]:
    """Return the row of buttons: while it lasts, to take it in hand; afterwards, to judge it.

    `web` is where the pages of incidents are: with it, one leads to the page of this one.
    """
    over = incident.status == "resolved"
    elements = [] if over or incident.status == "acknowledged" else [_button(ACK, language, "primary")]
    judged = incident.kind != "silence"  # a source that brings nothing is no crisis, and none missed
    if judged and incident.verdict != "not_a_crisis":
        elements.append(_button(NOT_A_CRISIS, language))
    if judged and incident.verdict != "crisis" and (over or incident.status == "acknowledged"):
        elements.append(_button(CRISIS, language))
    if not over:
        placeholder = _plain(translate(language, "button_snooze"))
        snoozed = incident.snoozed_until is not None and incident.snoozed_until > incident.updated_at
        options = [_option(press, language) for press in (_SNOOZES if snoozed else _SNOOZES[:-1])]
        elements.append({"type": "static_select", "action_id": SNOOZE, "placeholder": placeholder, "options": options})
    more = _MORE if incident.status == "acknowledged" else _MORE[:-1]
    offered = [press for press in (_MORE_RESOLVED if over else more) if judged or press != "planned"]
    options = [_option(press, language) for press in offered]
    elements.append({"type": "overflow", "action_id": MORE, "options": options})
    if web:
        elements.append(_link(f"{web.rstrip('/')}/incidents/{quote(incident.id, safe='')}", language))
    return {"type": "actions", "block_id": f"{incident.id}|{incident.revision}", "elements": elements}


def parse_click(action_id: str, block_id: str, option: str) -> ButtonClick | None:
    """Return what came back; None for what no card of ours holds."""
    incident, separator, revision = block_id.rpartition("|")
    if not separator or not revision.isascii() or not revision.isdigit():
        return None
    chosen = next((one for one in _SNOOZES + _MORE if one == option), None)  # cards of old have snoozes among the rest
    press = chosen if action_id in (SNOOZE, MORE) else _BUTTONS.get(action_id)
    return None if press is None else ButtonClick(press, incident, int(revision))


def _button(action_id: str, language: Language, style: str = "") -> dict[str, Any]:
    made = {"type": "button", "action_id": action_id, "text": _plain(translate(language, f"button_{_BUTTONS[action_id]}"))}
    return made | ({"style": style} if style else {})


def _link(url: str, language: Language) -> dict[str, Any]:
    return {"type": "button", "action_id": REPORT, "url": url, "text": _plain(translate(language, "button_report"))}


def _option(press: ButtonId, language: Language) -> dict[str, Any]:
    return {"text": _plain(translate(language, f"button_{press}")), "value": press}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
