"""Validator of block elements: the keys, options and lengths that Slack documents."""

from __future__ import annotations

import re
from typing import Any, Final

Part = dict[str, Any]

FILE_ID: Final = re.compile(r"F[A-Z0-9]{8,}")

ALLOWED: Final[dict[str, frozenset[str]]] = {
    kind: frozenset({"type", *keys.split()})
    for kind, keys in {
        "button": "action_id text url value style confirm accessibility_label",
        "overflow": "action_id options confirm",
        "static_select": "action_id placeholder options option_groups initial_option confirm focus_on_load",
        "multi_static_select": "action_id placeholder options initial_options max_selected_items confirm focus_on_load",
        "users_select": "action_id placeholder initial_user confirm focus_on_load",
        "radio_buttons": "action_id options initial_option confirm focus_on_load",
        "checkboxes": "action_id options initial_options confirm focus_on_load",
        "datepicker": "action_id placeholder initial_date confirm focus_on_load",
        "timepicker": "action_id placeholder initial_time confirm focus_on_load timezone",
        "datetimepicker": "action_id initial_date_time confirm focus_on_load",
        "plain_text_input": "action_id placeholder initial_value multiline min_length max_length "
        "dispatch_action_config focus_on_load",
        "number_input": "action_id placeholder initial_value is_decimal_allowed min_value max_value "
        "dispatch_action_config focus_on_load",
        "image": "image_url slack_file alt_text",
    }.items()
}
"""Element → its keys."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "button": ("text", "action_id"),
    "overflow": ("options", "action_id"),
    "static_select": ("action_id",),
    "multi_static_select": ("options", "action_id"),
    "radio_buttons": ("options", "action_id"),
    "checkboxes": ("options", "action_id"),
    "number_input": ("is_decimal_allowed", "action_id"),
    "image": ("alt_text",),
}

MAX_OPTIONS: Final = {
    "overflow": 5,
    "radio_buttons": 10,
    "checkboxes": 10,
    "static_select": 100,
    "multi_static_select": 100,
}
"""How many options an element takes."""

MAX_CHARS: Final = {"action_id": 255, "value": 2000, "url": 3000, "alt_text": 2000, "image_url": 3000}

ACTIONS: Final = frozenset(set(ALLOWED) - {"plain_text_input", "number_input", "image"})
INPUTS: Final = frozenset(set(ALLOWED) - {"button", "overflow", "image"})
ACCESSORIES: Final = ACTIONS | {"image"}


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units; raises on lone surrogates."""
    text.encode("utf-8")
    return len(text.encode("utf-16-le")) // 2


def text_errors(part: Any, limit: int, *, plain: bool = False) -> list[str]:
    """Return the errors of a text object."""
    if not isinstance(part, dict) or not isinstance(part.get("text"), str):
        return ["a text object is missing"]
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    found = [] if part.get("type") in kinds else [f"text of type {part.get('type')}"]
    odd = set(part) - {"type", "text", "emoji" if part.get("type") == "plain_text" else "verbatim"}
    found += [f"{name} in a text object" for name in sorted(odd)]
    if not 1 <= utf16_length(part["text"]) <= limit:
        found.append(f"text of {utf16_length(part['text'])} characters, 1 to {limit} allowed")
    return found


def element_errors(part: Part, among: frozenset[str]) -> list[str]:
    """Return the errors of an element where the kinds `among` are allowed."""
    kind = str(part.get("type"))
    if kind not in among:
        return [f"{kind} cannot stand here"]
    found = [f"{name} in {kind}" for name in sorted(set(part) - ALLOWED[kind])]
    needed = REQUIRED.get(kind, ("action_id",))
    found += [f"{name} is missing in {kind}" for name in needed if part.get(name) in (None, "", [])]
    found += [f"{name} too long" for name, most in MAX_CHARS.items() if utf16_length(str(part.get(name, ""))) > most]
    if kind == "button":
        found += text_errors(part.get("text"), 75, plain=True)
        found += [] if part.get("style", "primary") in ("primary", "danger") else ["style"]
    if kind == "image":
        found += image_errors(part)
    if "placeholder" in part:
        found += text_errors(part["placeholder"], 150, plain=True)
    if "confirm" in part:
        found += _confirm(part["confirm"])
    return found + _options(kind, part)


def image_errors(part: Part) -> list[str]:
    """Return the errors of an image's source: either a URL or an uploaded file."""
    if ("image_url" in part) == ("slack_file" in part):
        return ["one of image_url and slack_file"]
    file = part.get("slack_file")
    if file is None:
        return []
    if not isinstance(file, dict) or len(file) != 1 or not set(file) <= {"id", "url"}:
        return ["slack_file holds either id or url"]
    return [] if FILE_ID.fullmatch(file.get("id", "F00000000")) else ["slack_file id"]


def _options(kind: str, part: Part) -> list[str]:
    if kind not in MAX_OPTIONS:
        return []
    options = part.get("options") or []
    groups = part.get("option_groups") or []
    if bool(options) == bool(groups) or max(len(options), len(groups)) > MAX_OPTIONS[kind]:
        return [f"{kind} takes 1 to {MAX_OPTIONS[kind]} options"]
    found = [fault for group in groups for fault in text_errors(group.get("label"), 75, plain=True)]
    options = [*options, *(one for group in groups for one in group["options"])]
    values = [str(one.get("value")) for one in options]
    found += [] if len(values) == len(set(values)) else ["two options of one value"]
    found += ["initial_option is no option"] if part.get("initial_option", options[0]) not in options else []
    return found + [fault for one in options for fault in _option(one, plain=kind in ("overflow", "static_select"))]


def _option(one: Part, *, plain: bool) -> list[str]:
    found = text_errors(one.get("text"), 75, plain=plain)
    if not 1 <= utf16_length(str(one.get("value", ""))) <= 150:  # noqa: PLR2004  documented
        found.append("value of an option: 1 to 150 characters")
    found += text_errors(one["description"], 75, plain=plain) if "description" in one else []
    return found + [f"{name} in an option" for name in set(one) - {"text", "value", "description", "url"}]


def _confirm(part: Part) -> list[str]:
    found = text_errors(part.get("title"), 100, plain=True) + text_errors(part.get("text"), 300)
    return found + [fault for name in ("confirm", "deny") for fault in text_errors(part.get(name), 30, plain=True)]
