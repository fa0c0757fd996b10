"""Who is on call at an instant, in whatever time zone and across the change of the clocks?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given
from pydantic import ValidationError

from alerts.oncall.schedule import Schedule, on_call
from config.brands.model import Brand
from config.brands.on_call import route

PARIS = ZoneInfo("Europe/Paris")
SCHEDULE = Schedule(
    people=("U0ANA", "U0BEN", "S0TEAM"),
    timezone="Europe/Paris",
    handover="mon 09:00",
    first_week=date(2026, 3, 18),  # a Wednesday
    exceptions=("2026-12-24T09:00 to 2026-12-27T09:00: U0ZOE",),
)


def at(text: str) -> int:
    """Return the instant (ms) of a local time in Paris."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-03-18T12:00", "U0ANA"),
        ("2026-03-16T09:00", "U0ANA"),
        ("2026-03-16T08:59", "S0TEAM"),
        ("2026-03-23T08:59", "U0ANA"),
        ("2026-03-23T09:00", "U0BEN"),
        ("2026-03-30T08:59", "U0BEN"),  # summer time began on the 29th
        ("2026-03-30T09:00", "S0TEAM"),
        ("2026-04-06T09:00", "U0ANA"),
    ],
)
def test_the_week_changes_hands_at_the_handover_by_the_wall_clock(when: str, who: str) -> None:
    """Summer time moves nobody's Monday morning."""
    assert on_call(SCHEDULE, at(when)) == (who,)


def test_an_exception_holds_from_its_first_minute_to_before_its_last() -> None:
    """Who stands in over Christmas does so, and not a minute longer."""
    during = {on_call(SCHEDULE, at(when)) for when in ("2026-12-24T09:00", "2026-12-27T08:59")}
    around = {on_call(SCHEDULE, at(when)) for when in ("2026-12-24T08:59", "2026-12-27T09:00")}
    assert during == {("U0ZOE",)}
    assert ("U0ZOE",) not in around


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001  hypothesis wants them without a zone
def test_everybody_has_a_turn_and_the_next_one_is_the_next(moment: datetime) -> None:
    """Three people, three weeks; `ahead` names who takes over."""
    plain = SCHEDULE.model_copy(update={"exceptions": ()})
    now = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    weeks = [on_call(plain, now, ahead) for ahead in range(3)]
    assert set(weeks) == {("U0ANA",), ("U0BEN",), ("S0TEAM",)}
    later = int((moment + timedelta(days=7)).replace(tzinfo=UTC).timestamp() * 1000)
    assert weeks[1] in {on_call(plain, later), on_call(plain, later, 1), on_call(plain, later, -1)}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"timezone": "Europe/Atlantis"}, "no time zone"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"handover": "monday 9"}, "mon 09:00"),
        ({"people": ("ana",)}, "Slack id"),
        ({"people": ("U1", "U2")}, "first_week"),
        ({"exceptions": ("2026-12-27 to 2026-12-24: U1",)}, "from when to when"),
        ({"exceptions": ("2026-12-24T09:00Z to 2026-12-27T09:00: U1",)}, "from when to when"),
        ({"exceptions": ("2026-12-24T09:00Z to 2026-12-27T09:00Z: U1",)}, "no offset, no Z"),
        ({"exceptions": ("2026-12-24T09:00+01:00 to 2026-12-27T09:00+01:00: U1",)}, "no offset, no Z"),
        ({"exceptions": ("tomorrow: U1",)}, "from when to when"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_the_remedy(wrong: dict[str, object], says: str) -> None:
    """A slip is found when the file is checked."""
    with pytest.raises(ValidationError, match=says):
        Schedule.model_validate(wrong)


def test_a_page_mentions_the_standing_on_call_and_this_weeks() -> None:
    """A schedule adds to `on_call`; without one nobody else is mentioned."""
    brand = Brand(name="Hallowfirth", on_call=("S0DESK",), on_call_schedule=SCHEDULE)
    way = route(brand, at("2026-03-18T12:00"), "#alerts")
    assert (way.mention, way.next_mention) == ("<!subteam^S0DESK> <@U0ANA>", "<@U0BEN>")
    assert route(Brand(name="Hallowfirth"), 0, "#alerts").mention == ""
