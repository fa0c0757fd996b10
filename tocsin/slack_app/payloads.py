"""Payloads that Slack sends: the parts that listeners read, validated."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

COMMAND: Final = "/tocsin"

_T = TypeVar("_T")


class User(msgspec.Struct, frozen=True):
    """The user."""

    id: str


class Option(msgspec.Struct, frozen=True):
    """A selected option."""

    value: str


class BlockAction(msgspec.Struct, frozen=True):
    """An element that was used."""

    action_id: str
    block_id: str
    selected_option: Option | None = None
    value: str | None = None

    @property
    def option(self) -> str:
        """Return the selected option, or the button's value."""
        return self.selected_option.value if self.selected_option else self.value or ""


class InputValue(msgspec.Struct, frozen=True):
    """The value of an input."""

    value: str | None = None
    selected_option: Option | None = None


class ViewState(msgspec.Struct, frozen=True):
    """The values of a view's inputs, by block and element."""

    values: dict[str, dict[str, InputValue]] = {}


class View(msgspec.Struct, frozen=True):
    """A modal or a home tab."""

    id: str = ""
    type: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: ViewState = ViewState()

    def value(self, block: str) -> str:
        """Return the value of a block's input, stripped; "" if empty."""
        for found in self.state.values.get(block, {}).values():
            return (found.selected_option.value if found.selected_option else found.value or "").strip()
        return ""


class Interaction(msgspec.Struct, frozen=True):
    """A `block_actions` payload."""

    type: str
    user: User
    actions: list[BlockAction] = []
    response_url: str = ""
    trigger_id: str = ""
    view: View | None = None


class Message(msgspec.Struct, frozen=True):
    """A message of Slack."""

    ts: str
    text: str = ""


class Channel(msgspec.Struct, frozen=True):
    """A channel of Slack."""

    id: str
    name: str = ""


class MessageShortcut(msgspec.Struct, frozen=True):
    """A `message_action` payload: a shortcut that was chosen from a message's menu."""

    type: str
    user: User
    message: Message
    channel: Channel
    trigger_id: str = ""


class Submission(msgspec.Struct, frozen=True):
    """A `view_submission` payload."""

    type: str
    user: User
    view: View


class Event(msgspec.Struct, frozen=True):
    """An event."""

    type: str
    user: str = ""
    tab: str = ""


class EventCallback(msgspec.Struct, frozen=True):
    """An `event_callback` payload."""

    type: str
    event: Event


class Command(msgspec.Struct, frozen=True):
    """A slash command."""

    command: str
    user_id: str
    text: str = ""
    channel_id: str = ""
    trigger_id: str = ""  # unique for each time that it is typed
    response_url: str = ""


def interaction(payload: dict[str, Any]) -> Interaction | None:
    """Return a `block_actions` payload; None for anything else."""
    found = _read(payload, Interaction)
    return found if found and found.type == "block_actions" else None


def message_shortcut(payload: dict[str, Any]) -> MessageShortcut | None:
    """Return a `message_action` payload; None for anything else."""
    found = _read(payload, MessageShortcut)
    return found if found and found.type == "message_action" else None


def submission(payload: dict[str, Any]) -> Submission | None:
    """Return a `view_submission` payload; None for anything else."""
    found = _read(payload, Submission)
    return found if found and found.type == "view_submission" else None


def home_opened_by(payload: dict[str, Any]) -> str:
    """Return who opened the app's home tab; "" for any other event."""
    found = _read(payload, EventCallback)
    opened = found is not None and found.event.type == "app_home_opened" and found.event.tab == "home"
    return found.event.user if found and opened else ""


def command(payload: dict[str, Any]) -> Command | None:
    """Return the payload of a slash command; None for anything else."""
    found = _read(payload, Command)
    return found if found and found.command == COMMAND else None


def _read(payload: dict[str, Any], kind: type[_T]) -> _T | None:
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError:
        return None
