"""iCal parser: the shifts of a calendar, with bounds that keep hostile or broken calendars cheap."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from alerts.oncall.schedule import CalendarShift
from mentions.watchlist.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.oncall.schedule import Schedule

MAX_EVENTS: Final = 2_000
MAX_SERIES: Final = 50
MAX_SHIFTS: Final = 500

_TOO_OFTEN: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_TOO_FINE: Final = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYSETPOS")
_EARLIEST: Final = 1990  # a series that begins before takes long to come to the present
_SHOWN: Final = 40  # characters of an event's name
_ID: Final = re.compile(r"(?<![A-Za-z0-9])[UWS](?=[A-Z0-9]*\d)[A-Z0-9]{7,20}(?![A-Za-z0-9])")


class CalendarError(Exception):
    """A calendar that cannot be parsed, or contains an event that is no shift; the message names event and remedy."""


class ParsedCalendar(NamedTuple):
    """Shifts of a calendar in order of their start, and warnings about it."""

    shifts: tuple[CalendarShift, ...]
    warnings: tuple[str, ...]


def parse(raw: bytes, schedule: Schedule, since: int, until: int) -> ParsedCalendar:
    """Return the shifts of an iCalendar file that touch the time between two instants (ms).

    An event is a shift of everybody its name (SUMMARY) mentions: by Slack id, or by a name of `schedule.names`.

    Raises:
        CalendarError: it is not a calendar, is too large, or has a broken event.
    """
    calendar = _parse(raw)
    _validate(calendar)
    zone, shifts, unknown = ZoneInfo(schedule.timezone), list[CalendarShift](), dict[str, None]()
    for event in _between(calendar, since, until):
        start, end = (_instant(moment, zone) for moment in (event.start, event.end))
        who = users_named(str(event.get("SUMMARY", "")), schedule.names)
        shifts += [CalendarShift(start, end, one) for one in who if start < end and start < until and end > since]
        if not who:
            unknown.setdefault(_named(event))
        if len(shifts) > MAX_SHIFTS:
            raise CalendarError(
                f"holds more than {MAX_SHIFTS} shifts for the coming weeks: is it a calendar of shifts?"
            )
    warnings = (
        f"nobody is known who is meant by {name}: add the name to schedule.names" for name in islice(unknown, 5)
    )
    return ParsedCalendar(tuple(sorted(set(shifts))), tuple(warnings))


def users_named(summary: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the people that an event's name mentions, as Slack ids.

    >>> users_named("On call: Ana Lima / U024BE7LH", {"Ana Lima": "U0ANA"})
    ('U024BE7LH', 'U0ANA')
    """
    text = f" {_words(summary)} "
    named = [who for name, who in names.items() if _words(name) and f" {_words(name)} " in text]
    return tuple(dict.fromkeys([*_ID.findall(summary), *named]))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise(text)))


def _parse(raw: bytes) -> Calendar:
    if not raw.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR"):
        raise CalendarError("is no iCalendar file (it does not begin with BEGIN:VCALENDAR): is the address right?")
    try:
        return Calendar.from_ical(raw.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CalendarError(f"is no iCalendar file: {_clip(str(error))}") from None


def _validate(calendar: Calendar) -> None:
    """Raise an error for a broken event, or one that would take too long to expand."""
    events = list(islice(calendar.walk("VEVENT"), MAX_EVENTS + 1))
    series = [event for event in events if "RRULE" in event or "RDATE" in event]
    if len(events) > MAX_EVENTS or len(series) > MAX_SERIES:
        most = f"{MAX_EVENTS} events, {MAX_SERIES} of them repeated"
        raise CalendarError(f"is too large, at most {most}: export the shifts alone")
    for event in events:
        rule = _fault(event)
        if rule:
            raise CalendarError(f"{_named(event)}: {rule}")


def _fault(event: Any) -> str:
    """Return the problem of an event, "" without one."""
    if event.errors:
        name, why = event.errors[0]
        return f"{name} is wrong: {_clip(str(why))}"
    return _without_zone(event) or _endless(event) if "DTSTART" in event else "has no DTSTART"


def _without_zone(event: Any) -> str:
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        zone = event[name].params.get("TZID") if name in event and hasattr(event[name], "params") else None
        if zone and getattr(event[name].dt, "tzinfo", None) is None:
            return f"{name} names the time zone {_clip(zone)}, which is not known: use one of the IANA database"
    return ""


def _endless(event: Any) -> str:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if _TOO_OFTEN & set(rule.get("FREQ", [])) or any(name in rule for name in _TOO_FINE):
            return "repeats by the hour or finer: a shift repeats by the day, week, month or year"
        if min(rule.get("INTERVAL", [1])) < 1:
            return "has an INTERVAL below 1"
        if event["DTSTART"].dt.year < _EARLIEST:
            return f"begins before {_EARLIEST}: let the series begin later"
    return ""


def _between(calendar: Calendar, since: int, until: int) -> Iterable[Any]:
    start, end = (datetime.fromtimestamp(at / 1000, UTC) for at in (since, until))
    try:
        found: list[Any] = recurring_ical_events.of(calendar).between(
            start - timedelta(days=1), end + timedelta(days=1)
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise CalendarError(f"cannot be unfolded: {_clip(str(error))}") from None
    return (event for event in found if str(event.get("STATUS", "")).upper() != "CANCELLED")


def _instant(moment: date | datetime, zone: ZoneInfo) -> int:
    """Return an instant in ms, whole minutes; days and times without a zone are in the schedule's."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp()) // 60 * 60_000


def _named(event: Any) -> str:
    start = event.get("DTSTART")
    when = _clip(str(getattr(start, "dt", start))) if not event.errors else "?"
    return f'the event "{_clip(str(event.get("SUMMARY", "")))}" ({when})'


def _clip(text: str) -> str:
    plain = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
