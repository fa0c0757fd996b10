"""Which shifts does a calendar hold, in any time zone, and whatever somebody wrote into it?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.oncall.schedule import Schedule, format_shift
from config.calendars.ical import MAX_SHIFTS, CalendarError, parse, users_named

SCHEDULE = Schedule(names={"Ana Lima": "U0ANA", "Ben": "U0BEN", "Zoé": "U0ZOE"}, timezone="Europe/Paris")


def instant(text: str) -> int:
    """Return an instant (ms) in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


SINCE, UNTIL = instant("2026-10-12"), instant("2026-12-07")


def calendar(*events: str) -> bytes:
    """Return a calendar of events, each given as its lines."""
    whole = [event if "UID" in event else f"UID:{number}\n{event}" for number, event in enumerate(events)]
    parts = [f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in whole]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *parts, "END:VCALENDAR", ""]).encode()


def shifts(*events: str, schedule: Schedule = SCHEDULE) -> list[str]:
    """Return the shifts of events as they are written."""
    return [format_shift(shift) for shift in parse(calendar(*events), schedule, SINCE, UNTIL).shifts]


def test_a_weekly_shift_keeps_its_hour_when_the_clocks_change() -> None:
    """Nine o'clock in Paris is seven o'clock UTC before the last Sunday of October, and eight after it."""
    found = shifts(
        "DTSTART;TZID=Europe/Paris:20261019T090000\nDTEND;TZID=Europe/Paris:20261026T090000\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2\nSUMMARY:Ana Lima"
    )
    assert found == [
        "2026-10-19T07:00Z to 2026-10-26T08:00Z: U0ANA",
        "2026-11-02T08:00Z to 2026-11-09T08:00Z: U0ANA",
        "2026-11-16T08:00Z to 2026-11-23T08:00Z: U0ANA",
        "2026-11-30T08:00Z to 2026-12-07T08:00Z: U0ANA",
    ]


def test_one_week_of_a_series_may_be_moved_or_left_out() -> None:
    """Exceptions of a series (RECURRENCE-ID, EXDATE) and cancelled events count as calendars mean them."""
    found = shifts(
        "UID:series\nDTSTART:20261102T080000Z\nDURATION:P7D\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20261109T080000Z\nSUMMARY:Ben",
        "UID:series\nRECURRENCE-ID:20261116T080000Z\nDTSTART:20261117T080000Z\nDURATION:P1D\nSUMMARY:Ana Lima",
        "DTSTART:20261120T080000Z\nDURATION:P1D\nSTATUS:CANCELLED\nSUMMARY:Ben",
    )
    assert found == [
        "2026-11-02T08:00Z to 2026-11-09T08:00Z: U0BEN",
        "2026-11-17T08:00Z to 2026-11-18T08:00Z: U0ANA",
    ]


def test_days_and_times_without_a_zone_are_those_of_the_schedule() -> None:
    """A whole day in Paris begins at eleven in the evening UTC."""
    assert shifts(
        "DTSTART;VALUE=DATE:20261120\nSUMMARY:Ben", "DTSTART:20261122T100000\nDURATION:PT2H\nSUMMARY:Ben"
    ) == [
        "2026-11-19T23:00Z to 2026-11-20T23:00Z: U0BEN",
        "2026-11-22T09:00Z to 2026-11-22T11:00Z: U0BEN",
    ]


@pytest.mark.parametrize(
    ("summary", "who"),
    [
        ("On call: ana  lima", ("U0ANA",)),
        ("Ben / Ana Lima", ("U0ANA", "U0BEN")),
        ("ZOE (weekend)", ("U0ZOE",)),
        ("<@U024BE7LH>", ("U024BE7LH",)),
        ("Week of U024BE7LH", ("U024BE7LH",)),
        ("Benedict", ()),
        ("SUPPORT", ()),
        ("", ()),
    ],
)
def test_a_name_or_an_id_in_the_event_says_whose_shift_it_is(summary: str, who: tuple[str, ...]) -> None:
    """Names are whole words, case and accents aside; a word in capitals is no Slack id."""
    assert users_named(summary, SCHEDULE.names) == who


def test_an_event_of_nobody_known_is_a_warning_and_no_shift() -> None:
    """A holiday, or somebody who is new, is named instead of being called."""
    found = parse(calendar("DTSTART:20261120T080000Z\nDURATION:P1D\nSUMMARY:Dora\\, \x1b[2J"), SCHEDULE, SINCE, UNTIL)
    assert not found.shifts
    assert found.warnings == (
        (
            'nobody is known who is meant by the event "Dora, [2J" (2026-11-20 08:00:00+00:00): '
            "add the name to schedule.names"
        ),
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no iCalendar file"),
        (b"<html>Please log in</html>", "does not begin with BEGIN:VCALENDAR"),
        (b"\xff\xfe\x00", "no iCalendar file"),
        (b"BEGIN:VCALENDAR\nnonsense", "no iCalendar file"),
        (calendar("DTSTART:soon\nSUMMARY:Ben"), 'the event "Ben" .*DTSTART is wrong'),
        (calendar("SUMMARY:Ben"), "has no DTSTART"),
        (calendar("DTSTART:20261120T080000Z\nRRULE:FREQ=NEVER\nSUMMARY:Ben"), "RRULE is wrong"),
        (calendar("DTSTART:20261120T080000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:Ben"), "by the hour or finer"),
        (calendar("DTSTART:20261120T080000Z\nRRULE:FREQ=DAILY;BYSECOND=1,2,3\nSUMMARY:Ben"), "by the hour or finer"),
        (calendar("DTSTART:00010101T080000Z\nRRULE:FREQ=DAILY\nSUMMARY:Ben"), "begins before 1990"),
        (calendar("DTSTART;TZID=Nowhere/Land:20261120T080000\nSUMMARY:Ben"), "Nowhere/Land, which is not known"),
        (calendar(*["DTSTART:20261120T080000Z\nSUMMARY:Ben"] * 2_001), "too large"),
        (
            calendar(*["DTSTART:20261012T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nSUMMARY:Ben"] * 20),
            f"{MAX_SHIFTS} shifts",
        ),
    ],
    ids=range(13),
)
def test_a_calendar_that_cannot_be_used_names_the_event_and_the_remedy(raw: bytes, says: str) -> None:
    """What is broken, hostile or no calendar at all is refused in bounded time."""
    with pytest.raises(CalendarError, match=says):
        parse(raw, SCHEDULE, SINCE, UNTIL)


LINES = [
    "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "TZID:Here", "END:VTIMEZONE",
    "DTSTART:20261120T080000Z", "DTSTART;TZID=Here:20261120T080000", "DTSTART;VALUE=DATE:20261120",
    "DTEND:20261121T080000Z", "DTEND:20201121T080000Z", "DURATION:P1D", "DURATION:-P1D", "RRULE:FREQ=DAILY",
    "RRULE:FREQ=WEEKLY;UNTIL=20201231", "RRULE:INTERVAL=0;FREQ=DAILY", "RDATE:20261122T080000Z", "EXDATE:x",
    "RECURRENCE-ID:20261120T080000Z", "SUMMARY:Ben", "UID:1", "X-WR-TIMEZONE:Mars/Base", " folded", ":", ";=",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_any_lines_make_shifts_or_an_error(course: list[str]) -> None:
    """Whatever stands in the file: shifts that lie in order and begin before they end, or an error of ours."""
    try:
        found = parse("\n".join(["BEGIN:VCALENDAR", *course, "END:VCALENDAR"]).encode(), SCHEDULE, SINCE, UNTIL)
    except CalendarError:
        return
    assert list(found.shifts) == sorted(found.shifts)
    assert all(shift.start < shift.end and shift.start < UNTIL and shift.end > SINCE for shift in found.shifts)


def test_paris_is_where_we_think_it_is() -> None:
    """The machine's time zones know the change of the clocks that these tests rest on."""
    changes = [datetime(2026, 10, day, 12, tzinfo=ZoneInfo("Europe/Paris")).utcoffset() for day in (24, 26)]
    assert changes[0] != changes[1]
