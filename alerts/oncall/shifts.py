"""Shifts: who is on call from when to when, and the gaps where nobody is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from alerts.oncall.schedule import WEEK, exception_bounds, last_handover, on_call, parse_shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.oncall.schedule import Schedule


class Shift(NamedTuple):
    """The same users are on call from an instant up to but not including another (ms); no users is a gap."""

    start: int
    end: int
    users: tuple[str, ...]


def shifts_between(schedule: Schedule, since: int, until: int) -> list[Shift]:
    """Return the shifts between two instants (ms), each cut off at them."""
    found: list[Shift] = []
    points = sorted({since, *(at for at in _changes(schedule, since, until) if since < at < until)})
    for start, end in zip(points, [*points[1:], until], strict=True):
        for turn in _split_at_change(schedule, start, end):
            if found and found[-1].users == turn.users:
                found[-1] = found[-1]._replace(end=turn.end)
            else:
                found.append(turn)
    return found


def gaps(schedule: Schedule, since: int, until: int) -> list[Shift]:
    """Return when a schedule names nobody; one that is not used at all has no gaps."""
    if not (schedule.people or schedule.ical or schedule.shifts):
        return []
    return [turn for turn in shifts_between(schedule, since, until) if not turn.users]


def _changes(schedule: Schedule, since: int, until: int) -> Iterator[int]:
    """Yield the instants (ms) at which others may come on call."""
    for written in schedule.shifts:
        yield from parse_shift(written)[:2]
    zone = ZoneInfo(schedule.timezone)
    walls = [bound for written in schedule.exceptions for bound in exception_bounds(written)]
    if schedule.people:
        handover = last_handover(
            schedule, datetime.fromtimestamp(since / 1000, UTC).astimezone(zone).replace(tzinfo=None)
        )
        weeks = (until - since) // 1000 // int(WEEK.total_seconds()) + 2
        walls += [handover + number * WEEK for number in range(weeks)]
    for wall in walls:  # when the clocks are set back a wall time comes twice
        yield from (int(wall.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1))


def _split_at_change(schedule: Schedule, start: int, end: int) -> Iterator[Shift]:
    """Yield the turns of a stretch: two where the clocks were set forward over its end."""
    first, last = on_call(schedule, start), on_call(schedule, end - 1)
    if first == last:
        yield Shift(start, end, first)
        return
    low, high = start, end - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if on_call(schedule, middle) == first else (low, middle)
    yield Shift(start, high, first)
    yield Shift(high, end, last)
