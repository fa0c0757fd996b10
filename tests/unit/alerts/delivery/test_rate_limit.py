"""When does the next message go out?"""

from __future__ import annotations

import asyncio

import pytest

from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import MAX_RETRY_DELAY, Clock, RateLimiter, retry_delay


class Stopwatch:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def timing(self) -> Clock:
        """Return the clocks."""
        return Clock(monotonic=lambda: self.now, sleep=self.sleep)


async def test_a_lane_lets_one_through_a_gap_and_the_first_at_once() -> None:
    """An idle channel costs no waiting, a busy one a second for each message."""
    watch = Stopwatch()
    pacer = RateLimiter(1.0, watch.timing())
    moments = []
    for _ in range(3):
        await pacer.acquire("C1")
        moments.append(watch.now)
    assert moments == [100.0, 101.0, 102.0]


async def test_lanes_do_not_wait_for_each_other() -> None:
    """One channel's crowd is not another's."""
    watch = Stopwatch()
    pacer = RateLimiter(1.0, watch.timing())
    pacer.pause("C1", 60)
    await pacer.acquire("C2")
    assert watch.now == 100.0


async def test_a_held_lane_opens_when_the_time_is_over_one_by_one() -> None:
    """Those who waited do not storm out together."""
    watch = Stopwatch()
    pacer = RateLimiter(1.0, watch.timing())
    pacer.pause("C1", 30)
    moments: list[float] = []

    async def wait() -> None:
        await pacer.acquire("C1")
        moments.append(watch.now)

    await asyncio.gather(wait(), wait())
    assert moments == [130.0, 131.0]


def failure(code: str, *, retryable: bool = True, retry_after: float | None = None) -> DeliveryError:
    """Return an error."""
    return DeliveryError(code, "", retryable=retryable, retry_after=retry_after)


def test_delays_double_up_to_a_minute() -> None:
    """A long outage is asked about once a minute at most, and never given up."""
    waits = [retry_delay(failure("unreachable"), attempt, 0.99) for attempt in range(1, 1000)]
    assert waits == sorted(waits)
    assert (0.4 < waits[0] <= 0.5, 59 < waits[-1] <= MAX_RETRY_DELAY) == (True, True)


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_delays_are_spread_and_never_shorter_than_asked(chance: float) -> None:
    """500 incidents do not come back in the same instant, and Retry-After is a least."""
    assert retry_delay(failure("ratelimited", retry_after=7.0), 1, chance) >= 7.0
    assert 30 <= retry_delay(failure("unreachable"), 20, chance) <= 60


def test_what_may_have_arrived_is_given_time_to_show() -> None:
    """A message on its way is looked for a little later."""
    assert retry_delay(failure("timeout"), 1, 0.0) >= 1.0


def test_what_only_a_person_can_cure_is_tried_at_the_slowest_pace() -> None:
    """Asking faster does not bring a channel into being."""
    assert retry_delay(failure("channel_not_found", retryable=False), 1, 0.0) == MAX_RETRY_DELAY
