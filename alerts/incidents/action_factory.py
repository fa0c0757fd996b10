"""Which act does a button stand for, in Slack or on a page? Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from alerts.incidents.model import Action, Incident, Verdict

Spell = Literal["snooze_30m", "snooze_2h", "snooze_morning"]
"""For how long to be left alone."""

Deed = Literal["ack", "unack", "unsnooze", "resolve"] | Verdict | Spell
"""A button that stands for an act."""

MORNING: Final = time(8)
"""Until when a snooze "until morning" lasts, in the brand's time zone."""

_SPANS: Final[dict[Spell, timedelta]] = {"snooze_30m": timedelta(minutes=30), "snooze_2h": timedelta(hours=2)}


def deed(name: str, press: Deed, incident: Incident, who: str, at: int, zone: str, text: str = "") -> Action:
    """Return the act that a button of an incident stands for, at an instant (ms).

    Args:
        name: the act's id; made of what was shown, so that a double tap and a form sent twice are one act.
        press: the button.
        incident: as it is known now.
        who: pressed it.
        at: when.
        zone: of the brand: when its morning is.
        text: the reason of a verdict.
    """
    match press:
        case "ack" | "unack" | "unsnooze" | "resolve":
            return Action(name, incident.brand, press, who, at, incident.id)
        case "crisis" | "planned" | "not_a_crisis":
            return Action(name, incident.brand, "verdict", who, at, incident.id, text=text, verdict=press)
        case _:
            until = snoozed_until(press, at, zone)
            return Action(name, incident.brand, "snooze", who, at, incident.id, until=until)


def snoozed_until(spell: Spell, at: int, zone: str) -> int:
    """Return the end (ms) of a snooze that begins now.

    >>> snoozed_until("snooze_morning", 1_795_420_800_000, "Europe/Paris") - 1_795_420_800_000
    82800000
    """
    span = _SPANS.get(spell)
    if span is not None:
        return at + span // timedelta(milliseconds=1)
    now = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    return int(datetime.combine(day, MORNING, now.tzinfo).timestamp() * 1000)
