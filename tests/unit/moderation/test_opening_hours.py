"""Opening hours: how long an item may wait is counted while the team is there, across nights, weekends and clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.brands.model import Brand
from moderation.opening_hours import DAYS, add_open_time, parse_span
from moderation.settings import Moderation

PARIS = ZoneInfo("Europe/Paris")
OFFICE = (parse_span("monday-friday 09:00-18:00"), parse_span("saturday 10:00-13:00"))
HOUR = 3_600_000


def at(text: str) -> int:
    """Return an instant (ms) by the clock of Paris."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        ("2026-11-23T10:00", 4, "2026-11-23T14:00"),  # a Monday
        ("2026-11-23T16:00", 4, "2026-11-24T11:00"),  # over the night
        ("2026-11-23T03:00", 1, "2026-11-23T10:00"),  # before the morning
        ("2026-11-27T17:00", 3, "2026-11-28T12:00"),  # Saturday morning
        ("2026-11-28T12:30", 1, "2026-11-30T09:30"),  # over Sunday
        ("2026-03-27T17:00", 5, "2026-03-30T10:00"),  # the clock goes forward on Sunday
        ("2026-11-23T10:00", 100, "2026-12-07T14:00"),  # weeks of 47 and of 48 hours, and 5 of Monday
    ],
)
def test_time_is_counted_while_the_team_is_there(now: str, hours: int, due: str) -> None:
    """By the clock of the team."""
    assert add_open_time(at(now), hours * HOUR, OFFICE, "Europe/Paris") == at(due)


@given(st.integers(0, 10**7), st.integers(1, 500), st.integers(0, 500))
def test_what_comes_later_is_due_later_and_overlaps_count_once(minute: int, span: int, later: int) -> None:
    """Also where hours are written twice."""
    now = at("2026-01-01T00:00") + minute * 60_000
    due = add_open_time(now, span * 60_000, OFFICE, "Europe/Paris")
    assert due - now >= span * 60_000
    assert add_open_time(now + later * 60_000, span * 60_000, OFFICE, "Europe/Paris") >= due
    twice = (*OFFICE, parse_span("tuesday 08:00-12:00"), parse_span("tuesday 09:00-10:00"))
    once = (*OFFICE[1:], *(parse_span(f"{day} 09:00-18:00") for day in DAYS[:5] if day != "tuesday"))
    once += (parse_span("tuesday 08:00-18:00"),)
    assert add_open_time(now, span * 60_000, twice, "UTC") == add_open_time(now, span * 60_000, once, "UTC")


@pytest.mark.parametrize(
    "text", ["", "monday", "mon-fri 09:00-18:00", "monday 18:00-09:00", "monday 09:00-25:00", "monday 9:00-18:00"]
)
def test_what_means_no_hours_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(ValueError, match="monday-friday 09:00-18:00"):
        parse_span(text)


def test_high_severity_is_due_around_the_clock() -> None:
    """As it pages at night, too; a brand's clock is that of its hours unless they say otherwise."""
    queue = {"enabled": True, "opening_hours": ["monday-friday 09:00-18:00"]}
    settings = Brand.model_validate({"name": "acme", "timezone": "Europe/Paris", "moderation": queue}).moderation
    night = at("2026-11-23T22:00")
    assert settings.due_at(night, "high") == night + 30 * 60_000
    assert settings.due_at(night, "medium") == at("2026-11-24T13:00")
    assert Moderation().due_at(night, "medium") == night + timedelta(hours=4) // timedelta(milliseconds=1)
