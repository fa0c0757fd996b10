"""Are there ever more requests on a day than allowed?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.budget import DAY, DailyBudget
from sources.item import SourceError


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float = 20_000 * DAY) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now


STEPS = st.lists(st.tuples(st.floats(0.0, DAY), st.booleans()), max_size=60)


@given(st.integers(1, 8), STEPS)
def test_a_day_never_has_more_than_its_requests(limit: int, steps: list[tuple[float, bool]]) -> None:
    """However they are spread, and however often the process starts again."""
    clock = Clock()
    budget = DailyBudget(limit, clock=clock)
    made: dict[int, int] = {}
    for passed, restart in steps:
        clock.now += passed
        if restart:
            budget = DailyBudget(limit, budget.spent, budget.day, clock)
        today = int(clock.now // DAY)
        assert budget.left == limit - made.get(today, 0)
        if budget.left:
            budget.spend()
            made[today] = made.get(today, 0) + 1
        else:
            with pytest.raises(SourceError):
                budget.spend()
        assert made[today] <= limit


@given(st.integers(1, 5), st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_clock_that_swings_over_midnight_gives_nothing_twice(limit: int, swings: list[bool]) -> None:
    """Set back by minutes it is still the day that had begun."""
    clock = Clock(20_000 * DAY - 60)
    budget = DailyBudget(limit, clock=clock)
    made = 0
    for after in swings:
        clock.now = 20_000 * DAY + (60 if after else -60)
        made += bool(budget.left)
        if budget.left:
            budget.spend()

    assert made <= 2 * limit


def test_a_clock_that_was_a_year_ahead_blocks_nothing() -> None:
    """What was spent on a day that is far off does not count."""
    clock = Clock()
    budget = DailyBudget(3, spent=3, day=20_365, clock=clock)

    assert budget.left == 3


def test_none_is_left_until_midnight() -> None:
    """The reason names the limit, the remedy and the wait."""
    clock = Clock(20_000 * DAY + 3_600)
    budget = DailyBudget(1, clock=clock)
    budget.spend()
    with pytest.raises(SourceError, match="raise `requests_per_day`") as raised:
        budget.spend()

    assert raised.value.retry_after == DAY - 3_600
    clock.now += raised.value.retry_after
    assert (budget.spent, budget.left) == (0, 1)


def test_a_limit_that_was_lowered_counts_at_once() -> None:
    """Nothing is owed."""
    assert DailyBudget(2, spent=5, day=20_000, clock=Clock()).left == 0
