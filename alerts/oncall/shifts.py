"""Who is on call from when to when, and when is nobody?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from alerts.oncall.schedule import WEEK, exception_bounds, last_handover, on_call, read_shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.oncall.schedule import Rota


class Turn(NamedTuple):
    """The same people are on call from an instant up to but not including another (ms); nobody is a gap."""

    start: int
    end: int
    who: tuple[str, ...]


def turns(rota: Rota, since: int, until: int) -> list[Turn]:
    """Return the turns between two instants (ms), each cut off at them."""
    found: list[Turn] = []
    points = sorted({since, *(at for at in _points(rota, since, until) if since < at < until)})
    for start, end in zip(points, [*points[1:], until], strict=True):
        for turn in _exactly(rota, start, end):
            if found and found[-1].who == turn.who:
                found[-1] = found[-1]._replace(end=turn.end)
            else:
                found.append(turn)
    return found


def gaps(rota: Rota, since: int, until: int) -> list[Turn]:
    """Return when a rota names nobody; one that is not used at all has no gaps."""
    if not (rota.people or rota.ical or rota.shifts):
        return []
    return [turn for turn in turns(rota, since, until) if not turn.who]


def _points(rota: Rota, since: int, until: int) -> Iterator[int]:
    """Yield the instants (ms) at which others may come on call."""
    for written in rota.shifts:
        yield from read_shift(written)[:2]
    zone = ZoneInfo(rota.timezone)
    walls = [bound for written in rota.exceptions for bound in exception_bounds(written)]
    if rota.people:
        handover = last_handover(rota, datetime.fromtimestamp(since / 1000, UTC).astimezone(zone).replace(tzinfo=None))
        weeks = (until - since) // 1000 // int(WEEK.total_seconds()) + 2
        walls += [handover + number * WEEK for number in range(weeks)]
    for wall in walls:  # when the clocks are set back a wall time comes twice
        yield from (int(wall.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1))


def _exactly(rota: Rota, start: int, end: int) -> Iterator[Turn]:
    """Yield the turns of a stretch: two where the clocks were set forward over its end."""
    first, last = on_call(rota, start), on_call(rota, end - 1)
    if first == last:
        yield Turn(start, end, first)
        return
    low, high = start, end - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if on_call(rota, middle) == first else (low, middle)
    yield Turn(start, high, first)
    yield Turn(high, end, last)
