"""Action factory: builds the action that a button stands for, in Slack or on a web page. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from alerts.incidents.model import Action, Incident, Verdict

SnoozeOption = Literal["snooze_30m", "snooze_2h", "snooze_morning"]
"""Durations of a snooze."""

ActionButton = Literal["ack", "unack", "unsnooze", "resolve", "official_reply"] | Verdict | SnoozeOption
"""A button that stands for an action."""

MORNING: Final = time(8)
"""Until when a snooze "until morning" lasts, in the brand's time zone."""

_DURATIONS: Final[dict[SnoozeOption, timedelta]] = {
    "snooze_30m": timedelta(minutes=30),
    "snooze_2h": timedelta(hours=2),
}


def build_action(
    action_id: str, button: ActionButton, incident: Incident, user: str, at: int, zone: str, text: str = ""
) -> Action:
    """Return the action that a button of an incident stands for, at an instant (ms).

    Args:
        action_id: the action's id, made of what was shown: a double click and a form sent twice are one action.
        button: the button.
        incident: as it is known now.
        user: who clicked.
        at: when.
        zone: of the brand: when its morning is.
        text: the reason of a verdict.
    """
    match button:
        case "ack" | "unack" | "unsnooze" | "resolve" | "official_reply":
            return Action(action_id, incident.brand, button, user, at, incident.id)
        case "crisis" | "planned" | "not_a_crisis":
            return Action(action_id, incident.brand, "verdict", user, at, incident.id, text=text, verdict=button)
        case _:
            until = snooze_end(button, at, zone)
            return Action(action_id, incident.brand, "snooze", user, at, incident.id, until=until)


def snooze_end(option: SnoozeOption, at: int, zone: str) -> int:
    """Return the end (ms) of a snooze that begins now.

    >>> snooze_end("snooze_morning", 1_795_420_800_000, "Europe/Paris") - 1_795_420_800_000
    82800000
    """
    span = _DURATIONS.get(option)
    if span is not None:
        return at + span // timedelta(milliseconds=1)
    now = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    return int(datetime.combine(day, MORNING, now.tzinfo).timestamp() * 1000)
