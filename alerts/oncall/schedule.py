"""On-call schedule: who is on call at an instant, by exceptions, else by calendar shifts, else by a weekly rotation."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from detectors.model.parameters import Parameters
from detectors.model.timezone import TimeZone

WEEK: Final = timedelta(days=7)

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HANDOVER: Final = re.compile(rf"({'|'.join(_DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
_WHO: Final = re.compile(r"[UWS][A-Z0-9]{1,20}")
_SHIFT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\dZ) to (\d{4}-\d\d-\d\dT\d\d:\d\dZ): ([UWS][A-Z0-9]{1,20})")
_PLACE: Final = re.compile(r"https?://[^\s@]+|env:TOCSIN_ICAL_[A-Z0-9_]+|(?![A-Za-z][A-Za-z0-9+.-]*:)\S[^\n]*")
_EXCEPTION: Final = re.compile(r"(\S+) to (\S+): ([UWS][A-Z0-9]{1,20})")


def _handover(value: str) -> str:
    if not _HANDOVER.fullmatch(value):
        raise ValueError("must be a day and a time, such as mon 09:00")
    return value


def _slack_id(value: str) -> str:
    if not _WHO.fullmatch(value):
        raise ValueError('must be a Slack id such as "U024BE7LH" or, of a group, "S0614TZR7"')
    return value


def _exception(value: str) -> str:
    found = _EXCEPTION.fullmatch(value)
    try:
        begin, end = map(datetime.fromisoformat, found.groups()[:2]) if found else (None, None)
        if begin and end and begin.tzinfo is end.tzinfo is None and begin < end:
            return value
    except (ValueError, TypeError):
        pass
    raise ValueError(
        "must say from when to when who, by the schedule's own clock (no offset, no Z): "
        "2026-12-24T09:00 to 2026-12-27T09:00: U024BE7LH"
    )


class CalendarShift(NamedTuple):
    """A user is on call from an instant up to but not including another (ms)."""

    start: int
    end: int
    user: str


@lru_cache(maxsize=8192)
def parse_shift(written: str) -> CalendarShift:
    """Return the shift that `write_shift` wrote.

    Raises:
        ValueError: it is none.
    """
    found = _SHIFT.fullmatch(written)
    start, end = (_instant(text) for text in found.groups()[:2]) if found else (0, 0)
    if found is None or start >= end:
        raise ValueError("must be START to END: USER in UTC, such as 2026-12-24T09:00Z to 2026-12-27T09:00Z: U024BE7LH")
    return CalendarShift(start, end, found[3])


def format_shift(shift: CalendarShift) -> str:
    """Return a shift as text, to the minute.

    >>> format_shift(CalendarShift(1_795_420_800_000, 1_796_025_600_000, "U1"))
    '2026-11-23T08:00Z to 2026-11-30T08:00Z: U1'
    """
    start, end = (f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%MZ}" for at in shift[:2])
    return f"{start} to {end}: {shift.user}"


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _shift(value: str) -> str:
    parse_shift(value)
    return value


def _calendar_source(value: str) -> str:
    if not _PLACE.fullmatch(value):
        raise ValueError("must be a file, an http(s) address, or env:TOCSIN_ICAL_NAME where the address is a secret")
    return value


class Schedule(Parameters):
    """Who is on call when: the shifts of a calendar, and a weekly rotation where it has none.

    In the rotation everybody named has a whole week, from one handover to the next, in the order given.
    """

    people: Annotated[tuple[Annotated[str, AfterValidator(_slack_id)], ...], Field(max_length=53)] = Field(
        default=(), description="Slack ids in the order of their weeks; empty: no schedule, only `on_call`."
    )
    timezone: TimeZone = Field(
        default="UTC", description="Time zone of the handover and of the exceptions, such as Europe/Paris."
    )
    handover: Annotated[str, AfterValidator(_handover)] = Field(
        default="mon 09:00", description="Day and time at which the week changes hands, such as mon 09:00."
    )
    first_week: date | None = Field(
        default=None,
        description="A day in a week of the first person's; from it the weeks are counted, both ways. Needed with "
        "several people. [date]",
    )
    exceptions: Annotated[tuple[Annotated[str, AfterValidator(_exception)], ...], Field(max_length=200)] = Field(
        default=(),
        description="Who covers when: `2026-12-24T09:00 to 2026-12-27T09:00: U024BE7LH`; of several the last one "
        "written holds.",
    )
    ical: Annotated[str, AfterValidator(_calendar_source)] | None = Field(
        default=None,
        description="Calendar of shifts: a file beside this one, an address, or `env:TOCSIN_ICAL_NAME` where that is a "
        "secret; where it has a gap, the week of `people` counts. [iCalendar]",
    )
    names: dict[Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, AfterValidator(_slack_id)]] = Field(
        default={}, max_length=500, description="What people are called in the calendar's events, and their Slack ids."
    )
    shifts: Annotated[tuple[Annotated[str, AfterValidator(_shift)], ...], Field(max_length=2000)] = Field(
        default=(),
        description="The calendar's shifts of the coming weeks, in UTC: filled in by `tocsin config apply` and "
        "`tocsin calendar sync`.",
    )

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if len(self.people) > 1 and self.first_week is None:
            raise ValueError("needs first_week: a day in a week of the first person's, such as 2026-11-23")
        return self


def on_call(schedule: Schedule, at: int, ahead: int = 0) -> tuple[str, ...]:
    """Return who is on call at an instant (ms), as Slack ids; `ahead` handovers later for the next ones.

    All whose shifts of a calendar overlap are on call together.

    >>> schedule = Schedule(people=("U1", "U2"), first_week="2026-11-23", timezone="Europe/Paris")
    >>> on_call(schedule, 1_795_420_799_000), on_call(schedule, 1_795_420_800_000)
    (('U2',), ('U1',))
    """
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(schedule.timezone)).replace(tzinfo=None)
    stand_in = _exception_at(schedule, local) if not ahead else None
    if stand_in is not None:
        return (stand_in,)
    return _by_calendar(schedule, at, ahead) or _by_rotation(schedule, local, ahead)


def _by_calendar(schedule: Schedule, at: int, ahead: int) -> tuple[str, ...]:
    """Return whose shift it is, or who takes over `ahead` changes later; nobody where the calendar has a gap."""
    shifts = [parse_shift(written) for written in schedule.shifts]
    who = _users_at(shifts, at)
    if not ahead:
        return who
    for start in sorted({shift.start for shift in shifts if shift.start > at}):
        following = _users_at(shifts, start)
        if following != who:
            who, ahead = following, ahead - 1
        if not ahead:
            return who
    return ()


def _users_at(shifts: list[CalendarShift], at: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shift.user for shift in sorted(shifts) if shift.start <= at < shift.end))


def _by_rotation(schedule: Schedule, local: datetime, ahead: int) -> tuple[str, ...]:
    if not schedule.people:
        return ()
    start = last_handover(schedule, datetime.combine(schedule.first_week or local.date(), time.max))
    weeks = (last_handover(schedule, local) - start) // WEEK
    return (schedule.people[(weeks + ahead) % len(schedule.people)],)


def last_handover(schedule: Schedule, local: datetime) -> datetime:
    """Return the latest handover at or before a local time; by the wall clock, so that summer time moves nothing."""
    found = _HANDOVER.fullmatch(schedule.handover)
    assert found is not None
    day, hour, minute = _DAYS.index(found[1]), int(found[2]), int(found[3])
    candidate = datetime.combine(local.date() - timedelta(days=(local.weekday() - day) % 7), time(hour, minute))
    return candidate if candidate <= local else candidate - WEEK


def _exception_at(schedule: Schedule, local: datetime) -> str | None:
    for written in reversed(schedule.exceptions):
        begin, end = exception_bounds(written)
        if begin <= local < end:
            return written.rpartition(" ")[2]
    return None


@lru_cache(maxsize=1024)
def exception_bounds(written: str) -> tuple[datetime, datetime]:
    """Return from when to when an exception holds, by the schedule's own clock."""
    found = _EXCEPTION.fullmatch(written)
    assert found is not None
    return datetime.fromisoformat(found[1]), datetime.fromisoformat(found[2])
