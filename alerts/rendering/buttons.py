"""Buttons and menus of a card, and the click that Slack sends back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import quote

from alerts.incidents.action_factory import ActionButton
from alerts.rendering.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Incident
    from detectors.model.signal_text import Language

ButtonId = ActionButton | Literal["silence", "threshold"]
"""What stands for an act, and what opens a modal."""

ACK: Final = "tocsin_ack"
NOT_A_CRISIS: Final = "tocsin_not_a_crisis"
CRISIS: Final = "tocsin_crisis"
SNOOZE: Final = "tocsin_snooze"
MORE: Final = "tocsin_more"
OFFICIAL_REPLY: Final = "tocsin_official_reply"
REPORT: Final = "tocsin_report"

_BUTTONS: Final[dict[str, ButtonId]] = {
    ACK: "ack",
    NOT_A_CRISIS: "not_a_crisis",
    CRISIS: "crisis",
    OFFICIAL_REPLY: "official_reply",
}
_SNOOZES: Final[tuple[ButtonId, ...]] = ("snooze_30m", "snooze_2h", "snooze_morning", "unsnooze")
_MORE: Final[tuple[ButtonId, ...]] = ("official_reply", "silence", "threshold", "planned", "resolve", "unack")
"""Slack takes up to five."""

_MORE_RESOLVED: Final[tuple[ButtonId, ...]] = ("silence", "threshold")
"""What is left to do about an incident that is over."""


class ButtonClick(NamedTuple):
    """What was pressed on the card of which incident, as it stood at which revision."""

    button: ButtonId
    incident: str
    revision: int


class Button(NamedTuple):
    """A button of a card."""

    action_id: str
    label: str
    primary: bool = False
    url: str = ""  # of a button that opens a page


class Menu(NamedTuple):
    """A menu of a card; without a label of its own it is the overflow menu."""

    action_id: str
    label: str
    options: tuple[tuple[ButtonId, str], ...]  # value and label


class Actions(NamedTuple):
    """The buttons and menus of a card; `block_id` names the incident and its revision."""

    block_id: str
    elements: tuple[Button | Menu, ...]


def build_actions(incident: Incident, language: Language, web_url: str = "") -> Actions:
    """Return what can be done about an incident: while it is open, acknowledge it; afterwards, judge it.

    `web_url` is where the pages of incidents are: with it, a button opens the page of this one.
    """
    resolved, acknowledged = incident.status == "resolved", incident.status == "acknowledged"
    elements: list[Button | Menu] = [] if resolved or acknowledged else [_button(ACK, language, primary=True)]
    if acknowledged and incident.official_reply_at is None:
        elements.append(_button(OFFICIAL_REPLY, language, primary=True))
    can_judge = not incident.kind  # a source without mentions is no crisis, and none missed
    if can_judge and incident.verdict != "not_a_crisis":
        elements.append(_button(NOT_A_CRISIS, language))
    if can_judge and incident.verdict != "crisis" and (resolved or acknowledged):
        elements.append(_button(CRISIS, language))
    if not resolved:
        snoozed = incident.snoozed_until is not None and incident.snoozed_until > incident.updated_at
        options = _options(_SNOOZES if snoozed else _SNOOZES[:-1], language)
        elements.append(Menu(SNOOZE, translate(language, "button_snooze"), options))
    offered = _MORE_RESOLVED if resolved else [button for button in _MORE if _applies(button, incident, can_judge)]
    elements.append(Menu(MORE, "", _options(offered, language)))
    if web_url:
        url = f"{web_url.rstrip('/')}/incidents/{quote(incident.id, safe='')}"
        elements.append(Button(REPORT, translate(language, "button_report"), url=url))
    return Actions(f"{incident.id}|{incident.revision}", tuple(elements))


def _applies(button: ButtonId, incident: Incident, can_judge: bool) -> bool:  # noqa: FBT001
    """Return whether the overflow menu of an open incident offers a button: five at most do."""
    match button:
        case "unack":
            return incident.status == "acknowledged"
        case "planned":
            return can_judge
        case "official_reply":
            return incident.status == "open"  # an acknowledged one has a button for it
    return True


def parse_click(action_id: str, block_id: str, option: str) -> ButtonClick | None:
    """Return what came back; None for what no card of ours holds."""
    incident, separator, revision = block_id.rpartition("|")
    if not separator or not revision.isascii() or not revision.isdigit():
        return None
    chosen = next((one for one in _SNOOZES + _MORE if one == option), None)  # cards of old have snoozes among the rest
    press = chosen if action_id in (SNOOZE, MORE) else _BUTTONS.get(action_id)
    return None if press is None else ButtonClick(press, incident, int(revision))


def _button(action_id: str, language: Language, *, primary: bool = False) -> Button:
    return Button(action_id, translate(language, f"button_{_BUTTONS[action_id]}"), primary)


def _options(buttons: Iterable[ButtonId], language: Language) -> tuple[tuple[ButtonId, str], ...]:
    return tuple((button, translate(language, f"button_{button}")) for button in buttons)
