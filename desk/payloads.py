"""What does Slack send when somebody taps or types? The parts that are read, and nothing taken on trust."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class User(msgspec.Struct, frozen=True):
    """Who did it."""

    id: str


class Option(msgspec.Struct, frozen=True):
    """What was chosen from a menu."""

    value: str


class Tap(msgspec.Struct, frozen=True):
    """One element that was used."""

    action_id: str
    block_id: str
    selected_option: Option | None = None


class Interaction(msgspec.Struct, frozen=True):
    """A `block_actions` payload."""

    type: str
    user: User
    actions: list[Tap] = []
    response_url: str = ""


class Command(msgspec.Struct, frozen=True):
    """A slash command."""

    command: str
    user_id: str
    text: str = ""
    response_url: str = ""


def interaction(payload: dict[str, Any]) -> Interaction | None:
    """Return the payload of a tap; None for anything else."""
    try:
        found = msgspec.convert(payload, Interaction)
    except msgspec.ValidationError:
        return None
    return found if found.type == "block_actions" else None


def command(payload: dict[str, Any]) -> Command | None:
    """Return the payload of a slash command; None for anything else."""
    try:
        found = msgspec.convert(payload, Command)
    except msgspec.ValidationError:
        return None
    return found if found.command == COMMAND else None


COMMAND: Final = "/tocsin"
