"""Who is on call from when to when?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from alerts.oncall.schedule import CalendarShift, Schedule, format_shift, on_call
from alerts.oncall.shifts import gaps, shifts_between

DAY = 86_400_000
START = int(datetime(2026, 10, 19, tzinfo=UTC).timestamp() * 1000)


def schedule(shifts: list[tuple[int, int, str]] | None = None, **given: Any) -> Schedule:
    """Return a schedule with shifts in days from the start."""
    written = [format_shift(CalendarShift(START + a * DAY, START + b * DAY, who)) for a, b, who in shifts or []]
    return Schedule.model_validate({"shifts": written, **given})


def days(found: Schedule, until: int = 10) -> list[tuple[float, float, tuple[str, ...]]]:
    """Return the turns in days from the start."""
    return [
        ((a - START) / DAY, (b - START) / DAY, who) for a, b, who in shifts_between(found, START, START + until * DAY)
    ]


def test_shifts_overlap_leave_gaps_and_the_week_fills_them() -> None:
    """All whose shifts overlap are on call together; where there is none, the weekly rotation is."""
    shifts = [(0, 3, "U0ANA"), (2, 4, "U0BEN"), (6, 8, "U0ZOE")]
    with_gaps = [
        (0, 2, ("U0ANA",)),
        (2, 3, ("U0ANA", "U0BEN")),
        (3, 4, ("U0BEN",)),
        (4, 6, ()),
        (6, 8, ("U0ZOE",)),
        (8, 10, ()),
    ]
    assert days(schedule(shifts)) == with_gaps
    assert [who or ("U0DAN",) for *_, who in with_gaps] == [who for *_, who in days(schedule(shifts, people=["U0DAN"]))]
    assert [gap[:2] for gap in gaps(schedule(shifts), START, START + 10 * DAY)] == [
        (START + 4 * DAY, START + 6 * DAY),
        (START + 8 * DAY, START + 10 * DAY),
    ]


def test_an_exception_goes_before_shifts_and_a_schedule_that_is_not_used_has_no_gaps() -> None:
    """Who stands in does so whatever the calendar says."""
    exceptions = ["2026-10-20T00:00 to 2026-10-21T00:00: U0DAN"]
    assert days(schedule([(0, 9, "U0ANA")], exceptions=exceptions), 3) == [
        (0, 1, ("U0ANA",)),
        (1, 2, ("U0DAN",)),
        (2, 3, ("U0ANA",)),
    ]
    assert not gaps(Schedule(), START, START + DAY)


def test_the_next_one_is_the_one_who_takes_over() -> None:
    """`next_on_call` is the next in the calendar who is somebody else, after a gap too; then the week's next."""
    plan = schedule([(0, 2, "U0ANA"), (2, 3, "U0ANA"), (5, 6, "U0BEN")])
    assert on_call(plan, START, 1) == ("U0BEN",)
    assert on_call(plan, START + 5 * DAY, 1) == ()
    assert on_call(schedule([(0, 2, "U0ANA")], people=["U0DAN"]), START, 1) == ("U0DAN",)


moments = st.integers(0, 20).map(lambda hours: timedelta(hours=hours * 13))


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from(["U1", "U2", "U3"])), max_size=8),
    st.lists(st.tuples(moments, st.integers(1, 90)), max_size=3),
    st.sampled_from(["Europe/Paris", "America/New_York", "Pacific/Chatham", "UTC"]),
    st.sampled_from(["sun 02:30", "mon 09:00", "sun 01:15"]),
)
def test_turns_are_what_on_call_says_at_every_instant(
    shifts: list[tuple[int, int, str]], exceptions: list[tuple[timedelta, int]], zone: str, handover: str
) -> None:
    """The turns cover the time without a hole, no two alike in a row, and each quarter of an hour agrees with them."""
    begins = [datetime(2026, 10, 19) + after for after, _ in exceptions]  # noqa: DTZ001  the schedule's own clock
    written = [
        f"{begin:%Y-%m-%dT%H:%M} to {begin + timedelta(hours=hours):%Y-%m-%dT%H:%M}: U9"
        for begin, (_, hours) in zip(begins, exceptions, strict=True)
    ]
    plan = schedule(
        [(start, start + length, who) for start, length, who in shifts],
        exceptions=written, timezone=zone, handover=handover, people=["U4", "U5"], first_week="2026-10-19",
    )  # fmt: skip
    until = START + 16 * DAY
    found = shifts_between(plan, START, until)
    assert [turn.start for turn in found[1:]] == [turn.end for turn in found[:-1]]
    assert (found[0].start, found[-1].end) == (START, until)
    assert all(one.users != other.users for one, other in pairwise(found))
    for turn in found:
        for at in range(turn.start, turn.end, 900_000):
            assert on_call(plan, at) == turn.users
