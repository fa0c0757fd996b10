"""There is never more used in a day or a month than allowed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.budget import DAY, EURO, Budget, BudgetUsedUpError, Limits, Spending, Used

NOVEMBER = datetime(2026, 11, 28, 1, 0, tzinfo=UTC).timestamp()
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC).timestamp()


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float = NOVEMBER) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def restarted(budget: Budget, day: Limits, month: Limits, clock: Clock) -> Budget:
    """Return the budget of a process that starts now, from what was kept."""
    kept = msgspec.json.decode(msgspec.json.encode(budget.spending), type=Spending)
    return Budget(day, month, kept, clock)


STEPS = st.lists(st.tuples(st.floats(0.0, DAY), st.booleans()), max_size=60)


@given(st.integers(1, 8), st.integers(1, 30), STEPS)
def test_no_day_and_no_month_has_more_than_its_requests(
    limit: int, monthly: int, steps: list[tuple[float, bool]]
) -> None:
    """However they are spread, and however often the process starts again."""
    clock, limits = Clock(), (Limits(requests=limit), Limits(requests=monthly))
    budget = Budget(*limits, clock=clock)
    made: dict[str, int] = {}
    for passed, restart in steps:
        clock.now += passed
        if restart:
            budget = restarted(budget, *limits, clock)
        now = datetime.fromtimestamp(clock.now, UTC)
        day, month = f"{now:%Y-%m-%d}", f"{now:%Y-%m}"
        left = min(limit - made.get(day, 0), monthly - made.get(month, 0))
        assert budget.left("requests") == left
        if left:
            budget.spend_request()
            made[day], made[month] = made.get(day, 0) + 1, made.get(month, 0) + 1
        else:
            with pytest.raises(BudgetUsedUpError):
                budget.spend_request()


@given(st.integers(1, 130), st.lists(st.booleans(), max_size=150))
def test_requests_are_taken_off_before_they_are_made(limit: int, deaths: list[bool]) -> None:
    """So that a process that is killed while it asks, again and again, asks no more often than it may."""
    clock, limits = Clock(), Limits(requests=limit)
    kept = Spending()
    made = writes = 0

    async def run() -> None:
        nonlocal kept, made, writes

        async def keep() -> None:
            nonlocal kept, writes
            kept, writes = budget.spending, writes + 1

        budget = Budget(limits, clock=clock)
        for dies in deaths:
            budget.keep = keep
            if budget.left("requests"):
                await budget.reserve_request()
                made += 1
            assert made <= kept.day.requests <= limit
            if dies:
                budget = Budget(limits, spending=kept, clock=clock)

    asyncio.run(run())
    assert made == min(limit, len(deaths)) or any(deaths)
    assert writes <= max(limit, 1) if limit < 100 else writes <= 51 + sum(deaths)


@given(st.integers(1, 5), st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_clock_that_swings_over_midnight_gives_nothing_twice(limit: int, swings: list[bool]) -> None:
    """Set back by minutes it is still the day, and the month, that had begun."""
    clock = Clock(DECEMBER - 60)
    budget = Budget(Limits(requests=limit), Limits(requests=10 * limit), clock=clock)
    made = 0
    for after in swings:
        clock.now = DECEMBER + (60 if after else -60)
        made += bool(budget.left("requests"))
        if budget.left("requests"):
            budget.spend_request()

    assert made <= 2 * limit


def test_a_clock_that_was_a_year_ahead_blocks_nothing() -> None:
    """What was used on a day that is far off does not count."""
    ahead = Spending(Used(20_800, requests=3), Used(2027 * 12 + 10, requests=3))

    assert Budget(Limits(requests=3), Limits(requests=3), ahead, Clock()).left("requests") == 3


def test_none_is_left_until_midnight() -> None:
    """The reason names the limit, the remedy and the wait."""
    clock = Clock()
    budget = Budget(Limits(requests=1), clock=clock)
    budget.spend_request()
    with pytest.raises(
        BudgetUsedUpError, match=r"its 1 request of today, .* 00:00 UTC: raise `budget\.requests`"
    ) as up:
        budget.spend_request()

    assert up.value.retry_after == DAY - 3_600
    clock.now += up.value.retry_after
    assert (budget.spending.day.requests, budget.left("requests")) == (0, 1)


async def test_a_month_that_is_used_up_ends_with_the_month() -> None:
    """Though each new day would have money again."""
    clock = Clock()
    budget = Budget(Limits(euros=2 * EURO), Limits(euros=3 * EURO), clock=clock)
    await budget.reserve(2 * EURO)
    with pytest.raises(BudgetUsedUpError, match=r"€2\.00 of today"):
        await budget.reserve(1)
    clock.now += DAY
    with pytest.raises(
        BudgetUsedUpError, match=r"has €1\.00 left of its €3\.00 of this month.*1 December.*`monthly_budget\.euros`"
    ) as up:
        await budget.reserve(2 * EURO)
    assert clock.now + up.value.retry_after == DECEMBER
    clock.now = DECEMBER
    await budget.reserve(2 * EURO)


def test_a_limit_that_was_lowered_counts_at_once() -> None:
    """Nothing is owed."""
    used = Spending(Used(int(NOVEMBER // DAY), requests=5), Used())
    assert Budget(Limits(requests=2), spending=used, clock=Clock()).left("requests") == 0


def test_bytes_that_were_read_count_and_then_no_request_is_made() -> None:
    """The piece that was one too many is the last."""
    budget = Budget(Limits(bytes=100), clock=Clock())
    budget.spend_request()
    budget.spend_bytes(100)
    with pytest.raises(BudgetUsedUpError, match=r"MB of today.*`budget\.bytes`"):
        budget.spend_request()
    with pytest.raises(BudgetUsedUpError):
        budget.spend_bytes(1)
    assert budget.spending.day.bytes == 101


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1), st.sampled_from(["ends", "dies", "dies early"]))))
def test_money_is_taken_off_before_it_is_spent(buys: list[tuple[int, float, str]]) -> None:
    """So that a process that dies between the two, or before it has given back, has never spent too much."""
    limit, clock = Limits(euros=1_000), Clock()
    kept = Spending()
    paid = 0

    async def run() -> None:
        nonlocal kept, paid
        budget = Budget(limit, spending=kept, clock=clock)
        for amount, share, end in buys:

            async def keep(budget: Budget = budget) -> None:
                nonlocal kept
                kept = budget.spending

            budget.keep = keep
            try:
                await budget.reserve(amount)
            except BudgetUsedUpError:
                continue
            if end != "dies early":
                paid += int(amount * share)
            if end == "ends":
                budget.settle(amount, int(amount * share))
            else:
                budget = Budget(limit, spending=kept, clock=clock)

    asyncio.run(run())
    assert paid <= 1_000
    assert kept.day.euros >= 0
