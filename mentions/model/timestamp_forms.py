"""Written forms of timestamps besides ISO 8601: mail, X, Unix, BigQuery, Java, spreadsheets, listening tools.

Each form is read where it can mean one instant only. A time without a zone comes back without one, so that the caller
refuses it or settles it; the order of day and month is never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

MAX_CHARS: Final = 80

ORDERS: Final = ("dmy", "mdy", "ymd")

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier",
            "feb february févr fév fevr février fevrier",
            "mar march mars",
            "apr april avr avril",
            "may mai",
            "jun june juin",
            "jul july juil juillet",
            "aug august août aout",
            "sep sept september septembre",
            "oct october octobre",
            "nov november novembre",
            "dec december déc décembre decembre",
        ),
        1,
    )
    for name in names.split()
}

_ZONES: Final = {
    name: minutes
    for minutes, names in (
        (0, "utc gmt ut z wet"),
        (60, "cet west"),
        (120, "cest eet sast"),
        (180, "eest msk"),
        (480, "hkt sgt awst"),
        (540, "jst kst"),
        (570, "acst"),
        (600, "aest"),
        (630, "acdt"),
        (660, "aedt"),
        (720, "nzst"),
        (780, "nzdt"),
        (-240, "edt"),
        (-360, "mdt"),
        (-420, "pdt"),
    )
    for name in names.split()
}
"""Names of zones that mean one offset wherever they are used [min]."""

_MAIL_ZONES: Final = _ZONES | {"est": -300, "cst": -360, "cdt": -300, "mst": -420, "pst": -480}
"""RFC 2822 gives these names their offset, whatever they mean elsewhere."""

_TIME: Final = (
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?(?![a-z]))?"
)
_ZONE: Final = r"(?P<zone>[+-]\d{2}(?::?\d{2})?|z|[a-z]{2,5}|[a-z_]+/[a-z_/+-]+\d*)?(?:\[(?P<place>[a-z_/+-]+)\])?"
_AFTER: Final = rf"(?:(?:\s*,?\s*@\s*|\s*t\s*|,?\s+(?:at\s+|à\s+)?){_TIME}\s*{_ZONE})?"
_WEEKDAY: Final = r"(?:[^\W\d_]{2,9}\.?,?\s+)?"
_WORD: Final = r"(?P<word>[^\W\d_]{3,9})\.?"


def _form(date: str) -> re.Pattern[str]:
    return re.compile(rf"{_WEEKDAY}{date}{_AFTER}", re.IGNORECASE)


_MAIL: Final = _form(rf"(?P<day>\d{{1,2}})\s+{_WORD}\s+(?P<year>\d{{4}})")
_NAMED_MONTH: Final = (
    _MAIL,
    _form(rf"(?P<day>\d{{1,2}})[ .-]+{_WORD}[ .-]+(?P<year>\d{{4}})"),
    _form(rf"{_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"),
    re.compile(rf"{_WEEKDAY}{_WORD}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})", re.IGNORECASE),
)
_YEAR_FIRST: Final = _form(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
_NUMBERS: Final = _form(r"(?P<first>\d{1,4})(?P<mark>[-/.])(?P<middle>\d{1,2})(?P=mark)(?P<last>\d{1,4})")

_NOON: Final = 12
_MIDNIGHT: Final = 24
_LEAP: Final = 60
_CENTURY: Final = 100


class AmbiguousTimestampError(ValueError):
    """A timestamp that can mean several instants: the message says why, `remedy` which option settles it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy: Final = remedy


class Written(NamedTuple):
    """A timestamp as written: without a zone where it names none, at midnight where it names no time of day."""

    moment: datetime
    has_time: bool


def parse_written(text: str, order: str = "", zone: tzinfo | None = None) -> Written:
    """Return the moment that a text means.

    Args:
        text: the timestamp.
        order: one of ORDERS, of the parts of a date in figures; "": such a date is refused.
        zone: settles names of zones that several countries use.

    Raises:
        AmbiguousTimestampError: it can mean several instants.
        ValueError: it is no timestamp in any of the forms, or no such day or time exists.
    """
    text = text.strip()
    if len(text) > MAX_CHARS:
        raise ValueError("no timestamp is so long")
    for form in _NAMED_MONTH:
        found = form.fullmatch(text)
        if found is not None and found["word"].lower() in _MONTHS:
            return _built(found, _MONTHS[found["word"].lower()], int(found["day"]), int(found["year"]), zone, form)
    found = _YEAR_FIRST.fullmatch(text)
    if found is not None:
        return _built(found, int(found["month"]), int(found["day"]), int(found["year"]), zone)
    found = _NUMBERS.fullmatch(text)
    if found is None:
        raise ValueError("is in no form that is known")
    if not order:
        raise AmbiguousTimestampError(
            "does not say which figure is the day", "state the order, such as --date-format dd/mm/yyyy"
        )
    parts = dict(zip(order, (int(found[name]) for name in ("first", "middle", "last")), strict=True))
    year = parts["y"] if parts["y"] >= _CENTURY else 2000 + parts["y"]
    return _built(found, parts["m"], parts["d"], year, zone)


def offset_zone(text: str) -> tzinfo | None:
    """Return the zone of an offset such as `+02:00`, `-0800` or `+01`, None for what is none.

    >>> offset_zone("-0800")
    datetime.timezone(datetime.timedelta(days=-1, seconds=57600))
    """
    found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})?", text)
    if found is None or int(found[2]) >= _MIDNIGHT or int(found[3] or 0) >= _LEAP:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)


def place_zone(name: str) -> tzinfo | None:
    """Return the zone of a place such as `Europe/Paris`, None for what is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return the moment that a clock in `zone` shows as this.

    Raises:
        AmbiguousTimestampError: the clock shows it twice, or never, because it is changed then.
    """
    first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
    how = "shows that time twice" if exists else "never shows that time"
    problem = f"falls on the change of the clocks: {zone} {how}"
    raise AmbiguousTimestampError(problem, "state the offset, such as --timezone +02:00")


def _built(
    found: re.Match[str],
    month: int,
    day: int,
    year: int,
    zone: tzinfo | None,
    form: re.Pattern[str] | None = None,
) -> Written:
    moment = datetime(year, month, day)  # noqa: DTZ001  the zone follows
    if found["hour"] is None:
        return Written(moment, has_time=False)
    moment = moment + _time(found)
    named = _zone(found, moment, zone, _MAIL_ZONES if form is _MAIL else _ZONES)
    return Written(moment if named is None else in_zone(moment, named), has_time=True)


def _time(found: re.Match[str]) -> timedelta:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = (found["half"] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError("no hour of half a day is so large")
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    end_of_day = hour == _MIDNIGHT and minute == second == 0
    if (hour >= _MIDNIGHT and not end_of_day) or minute >= _LEAP or second > _LEAP:
        raise ValueError("no clock shows such a time")
    microseconds = int((found["fraction"] or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)


def _zone(found: re.Match[str], moment: datetime, stated: tzinfo | None, names: dict[str, int]) -> tzinfo | None:
    """Return the zone that the text names; an offset goes before the place in brackets."""
    text = found["zone"] or found["place"]
    if not text:
        return None
    offset = offset_zone(text)
    if offset is not None:
        return offset
    minutes = names.get(text.lower())
    if minutes is not None:
        return timezone(timedelta(minutes=minutes))
    if "/" in text:
        place = place_zone(text)
        if place is not None:
            return place
        raise ValueError(f"{text} is no time zone")
    if stated is not None and (moment.replace(tzinfo=stated).tzname() or "").lower() == text.lower():
        return stated
    raise AmbiguousTimestampError(
        f"names {text}, which is several zones", "state the place, such as --timezone America/New_York"
    )
