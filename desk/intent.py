"""What is to be done after a tap: which act is it? Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from alerts.incident import Action

if TYPE_CHECKING:
    from alerts.buttons import Press, Pressed
    from alerts.incident import ActionKind, Incident, Verdict
    from config.brand import Brand

MORNING: Final = time(8)
"""Until when a snooze "until morning" lasts, in the brand's time zone."""

_SNOOZES: Final[dict[Press, timedelta]] = {"snooze_30m": timedelta(minutes=30), "snooze_2h": timedelta(hours=2)}
_KINDS: Final[dict[Press, ActionKind]] = {
    "ack": "ack",
    "unack": "unack",
    "unsnooze": "unsnooze",
    "resolve": "resolve",
}
_VERDICTS: Final[dict[Press, Verdict]] = {"not_a_crisis": "not_a_crisis", "planned": "planned", "crisis": "crisis"}


def act(pressed: Pressed, incident: Incident, brand: Brand, user: str, at: int) -> Action:
    """Return the act that a tap stands for, at an instant (ms).

    Its id is made of the card as it was shown, so that a double tap and a redelivered envelope are one act.
    """
    kind: ActionKind = _KINDS.get(pressed.press, "verdict" if pressed.press in _VERDICTS else "snooze")
    until = snoozed_until(pressed.press, at, brand.timezone) if kind == "snooze" else None
    name = f"slack:{pressed.incident}:{pressed.revision}:{pressed.press}:{user}"
    return Action(
        name, incident.brand, kind, user, at, pressed.incident, until=until, verdict=_VERDICTS.get(pressed.press)
    )


def snoozed_until(press: Press, at: int, zone: str) -> int:
    """Return the end (ms) of a snooze that begins now.

    >>> snoozed_until("snooze_morning", 1_795_420_800_000, "Europe/Paris") - 1_795_420_800_000
    82800000
    """
    span = _SNOOZES.get(press)
    now = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    if span is not None:
        return at + span // timedelta(milliseconds=1)
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    return int(datetime.combine(day, MORNING, now.tzinfo).timestamp() * 1000)
