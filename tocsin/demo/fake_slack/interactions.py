"""Interaction payloads as Slack documents them: clicks, submissions, commands and events."""

from __future__ import annotations

from typing import Any, Final

Payload = dict[str, Any]

TEAM: Final = {"id": "T0000001", "domain": "test"}
APP: Final = "A0000001"

_OPTION: Final = frozenset({"overflow", "static_select", "radio_buttons"})
_OPTIONS: Final = frozenset({"checkboxes", "multi_static_select"})
_PLAIN: Final = {
    "users_select": "selected_user",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
}
_INITIAL: Final = {
    "users_select": "initial_user",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}


def element_state(element: Payload, value: Any) -> Payload:
    """Return the state of an element with a value: an option, several, a text or a date."""
    kind = element["type"]
    if kind == "button":
        return {"value": element["value"]} if "value" in element else {}
    if kind in _OPTION:
        return {"selected_option": _option(element, value)}
    if kind in _OPTIONS:
        return {"selected_options": [_option(element, one) for one in value or []]}
    return {_PLAIN[kind]: int(value) if kind == "datetimepicker" and value else value or None}


def initial_value(element: Payload) -> Any:
    """Return the initial value of an element."""
    kind = element["type"]
    if kind in _OPTION:
        return (element.get("initial_option") or {}).get("value")
    if kind in _OPTIONS:
        return [one["value"] for one in element.get("initial_options", [])]
    return element.get(_INITIAL.get(kind, "initial_value"))


def _option(element: Payload, value: Any) -> Payload | None:
    options = [
        *element.get("options", []),
        *(one for group in element.get("option_groups", []) for one in group["options"]),
    ]
    return next((one for one in options if one["value"] == value), None)


def elements(blocks: list[Payload]) -> list[tuple[Payload, Payload]]:
    """Return every interactive element with its block."""
    found = []
    for block in blocks:
        parts = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        found += [(block, part) for part in parts if part and "action_id" in part]
    return found


def block_actions(user: str, action: Payload, where: Payload, trigger: str) -> Payload:
    """Return a `block_actions` payload; `where` holds the message or view, and the response URL."""
    who = {"id": user, "username": user.lower(), "team_id": TEAM["id"]}
    return (
        {"type": "block_actions", "user": who, "team": TEAM, "api_app_id": APP, "trigger_id": trigger}
        | where
        | {"actions": [action | {"action_ts": "1700000000.000001"}]}
    )


def view_submission(user: str, view: Payload, values: Payload, trigger: str) -> Payload:
    """Return a `view_submission` payload; `values` by block and action, the rest as initially."""
    who = {"id": user, "username": user.lower(), "team_id": TEAM["id"]}
    shown = view | {"state": {"values": view_state(view, values)}}
    return {"type": "view_submission", "user": who, "team": TEAM, "api_app_id": APP, "trigger_id": trigger} | {
        "view": shown,
        "response_urls": [],
    }


def view_state(view: Payload, values: Payload) -> Payload:
    """Return the values of a view's inputs: `values`, by block and action, over the initial ones."""
    found: Payload = {}
    for block, element in elements(view["blocks"]):
        if element["type"] in ("button", "overflow"):
            continue
        given = values.get(block["block_id"], {})
        value = given.get(element["action_id"], initial_value(element))
        found.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"]} | element_state(
            element, value
        )
    return found


def missing_inputs(view: Payload, values: Payload) -> dict[str, str]:
    """Return the required inputs that are empty, by block; Slack asks for them before it submits."""
    said = view_state(view, values)
    missing = {}
    for block, element in elements(view["blocks"]):
        if block["type"] != "input" or block.get("optional"):
            continue
        shown = said[block["block_id"]][element["action_id"]]
        if not any(value for name, value in shown.items() if name != "type"):
            missing[block["block_id"]] = "Please complete this required field."
    return missing


def view_closed(user: str, view: Payload) -> Payload:
    """Return a `view_closed` payload."""
    return {
        "type": "view_closed",
        "user": {"id": user},
        "team": TEAM,
        "api_app_id": APP,
        "view": view,
        "is_cleared": False,
    }


def slash_command(user: str, channel: tuple[str, str], command: str, text: str, answer: str, trigger: str) -> Payload:
    """Return the payload of a slash command."""
    return {
        "command": command,
        "text": text,
        "user_id": user,
        "user_name": user.lower(),
        "channel_id": channel[0],
        "channel_name": channel[1],
        "team_id": TEAM["id"],
        "api_app_id": APP,
        "response_url": answer,
        "trigger_id": trigger,
    }


def app_home_opened(user: str, view: Payload | None) -> Payload:
    """Return an `app_home_opened` event."""
    event = {
        "type": "app_home_opened",
        "user": user,
        "channel": "D0000001",
        "tab": "home",
        "event_ts": "1700000000.0001",
    }
    shown = {"view": view} if view else {}
    return {"type": "event_callback", "team_id": TEAM["id"], "api_app_id": APP, "event": event | shown}
