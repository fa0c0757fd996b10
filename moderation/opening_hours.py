"""Opening hours of a moderation team: the time in which items may wait is counted while it is there. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES: Final = 24 * 60

_WRITTEN: Final = re.compile(r"([a-z]+)(?:-([a-z]+))? (\d\d):(\d\d)-(\d\d):(\d\d)")


class OpenSpan(NamedTuple):
    """Hours of some days of the week: minutes of the day from `start` to before `end`."""

    days: frozenset[int]  # Monday is 0
    start: int
    end: int


def parse_span(text: str) -> OpenSpan:
    """Return the hours that a text such as `monday-friday 09:00-18:00` means; the days may go over the weekend.

    >>> sorted(parse_span("saturday-monday 10:00-24:00").days)
    [0, 5, 6]

    Raises:
        ValueError: it means none.
    """
    found = _WRITTEN.fullmatch(text)
    wrong = 'must be days and hours such as "monday-friday 09:00-18:00"'
    if found is None or found[1] not in DAYS or (found[2] or found[1]) not in DAYS:
        raise ValueError(wrong)
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    start, end = 60 * int(found[3]) + int(found[4]), 60 * int(found[5]) + int(found[6])
    if not 0 <= start < end <= DAY_MINUTES or int(found[4]) > 59 or int(found[6]) > 59:  # noqa: PLR2004  minutes
        raise ValueError(f"{wrong}, and end after they begin, at 24:00 at the latest")
    return OpenSpan(frozenset((first + step) % 7 for step in range((last - first) % 7 + 1)), start, end)


def add_open_time(now: int, span: int, hours: Sequence[OpenSpan], zone: str) -> int:
    """Return when `span` ms of open time have passed since an instant (ms); without hours it is always open.

    >>> add_open_time(5, 1_000, (), "UTC")
    1005
    """
    if not hours:
        return now + span
    left = span
    for start, end in _open_times(now, hours, ZoneInfo(zone)):
        begin = max(now, start)
        if end - begin >= left:
            return begin + left
        left -= max(0, end - begin)
    raise AssertionError("hours of a week come every week")


def _open_times(now: int, hours: Sequence[OpenSpan], zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Yield the open times (ms) that end after an instant, each once, ascending, without end."""
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()
    while True:
        reached = 0
        for span in sorted((one for one in hours if day.weekday() in one.days), key=lambda one: (one.start, one.end)):
            start, end = max(reached, _instant(day, span.start, zone)), _instant(day, span.end, zone)
            reached = max(reached, end)
            if end > max(start, now):
                yield start, end
        day += timedelta(days=1)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    date_of, rest = (day + timedelta(days=1), 0) if minute == DAY_MINUTES else (day, minute)
    return int(datetime.combine(date_of, time(rest // 60, rest % 60), zone).timestamp() * 1000)
