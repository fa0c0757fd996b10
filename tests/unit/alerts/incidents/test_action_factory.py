"""Does a button stand for the act that it says?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import pytest

from alerts.incidents.action_factory import ActionButton, SnoozeOption, build_action, snooze_end
from alerts.incidents.actions import validate
from alerts.incidents.model import Verdict
from alerts.rendering.buttons import ButtonId
from tests.support.alerts import MINUTE, START, action, incident_of, run, signal

if TYPE_CHECKING:
    from alerts.incidents.model import ActionKind

INCIDENT = incident_of(signal(0, severity="critical"))
AT = START + MINUTE
ACTIONS: tuple[ActionButton, ...] = tuple(one for part in get_args(ActionButton) for one in get_args(part))


def test_every_button_that_opens_no_modal_is_an_act() -> None:
    """Only these two of a card's buttons are none."""
    presses = {one for part in get_args(ButtonId) for one in get_args(part)}
    assert presses - set(ACTIONS) == {"silence", "threshold"}


@pytest.mark.parametrize("press", ACTIONS)
def test_each_act_is_of_its_kind_and_taken_by_the_case(press: ActionButton) -> None:
    """It names who, what and when under the name it is given; only a verdict has a reason, only a snooze an end."""
    act = build_action("by hand", press, INCIDENT, "U0BEN", AT, "UTC", "loud on purpose")
    kind: ActionKind = press if press in ("ack", "unack", "unsnooze", "resolve", "official_reply") else "snooze"
    kind = "verdict" if press in get_args(Verdict) else kind
    assert (act.id, act.kind, act.actor, act.at) == ("by hand", kind, "U0BEN", AT)
    assert (act.brand, act.incident) == (INCIDENT.brand, INCIDENT.id)
    assert (act.verdict, act.text) == ((press, "loud on purpose") if kind == "verdict" else (None, ""))
    assert (act.until is not None) == (press in get_args(SnoozeOption))
    before = {"unack": [action(1)], "unsnooze": [action(1, "snooze")]}.get(kind, [])
    assert validate(run(signal(0), *before)[0], act) == "accepted"


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-23T07:59", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "2026-11-24T08:00"),
        ("2026-11-23T23:30", "2026-11-24T08:00"),
        ("2026-10-24T22:00", "2026-10-25T08:00"),  # an hour more in that night
        ("2026-03-28T22:00", "2026-03-29T08:00"),  # an hour less
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Asia/Kolkata"])
def test_until_morning_is_until_the_next_eight_by_the_brands_clock(now: str, morning: str, zone: str) -> None:
    """Whatever the zone, and through the change of clocks."""
    at, until = (int(datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(zone)).timestamp()) for one in (now, morning))
    assert snooze_end("snooze_morning", at * 1000, zone) == until * 1000


@pytest.mark.parametrize("minute", range(0, 120, 7))
def test_a_snooze_lasts_as_long_as_its_button_says(minute: int) -> None:
    """From the press on, whenever that is."""
    at = START + minute * MINUTE
    assert snooze_end("snooze_30m", at, "UTC") - at == 30 * MINUTE
    assert snooze_end("snooze_2h", at, "UTC") - at == 120 * MINUTE
