"""Start offsets: what the group has committed, else the earliest record; asked for at each assignment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from faust.types import TP

from streams.exactly_once.start_offsets import StartOffsets, start_offset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

P, Q = TP("mentions", 0), TP("mentions", 1)


class Consumer:
    """A consumer as Faust has it, whose broker may not answer at first."""

    def __init__(self, failures: int = 0) -> None:
        self._failures = failures
        self._thread = self

    def _ensure_consumer(self) -> Consumer:
        return self

    async def call_thread(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Run something in the consumer's thread."""
        return await ask()

    async def committed(self, tp: TP) -> int | None:
        """Return what the group has committed."""
        if self._failures:
            self._failures -= 1
            raise ConnectionError("no broker")
        return {P: 7}.get(tp)

    async def earliest_offsets(self, *tps: TP) -> dict[TP, int]:
        """Return where partitions begin."""
        return dict.fromkeys(tps, 3)

    async def highwaters(self, *tps: TP) -> dict[TP, int]:
        """Return where partitions end."""
        return dict.fromkeys(tps, 9)


def _starts(consumer: Consumer) -> StartOffsets:
    class App:
        """As much of a Faust app as is needed."""

    app: Any = App()
    app.consumer = consumer
    return StartOffsets(app)


async def test_a_partition_begins_where_the_group_stopped() -> None:
    """One that nobody has read yet begins at its earliest record; one that is not owned has no start."""
    starts = _starts(Consumer())
    assert await starts.get(P) is None
    starts.fetch([P, Q])
    assert [await starts.get(tp) for tp in (P, Q, TP("signals", 0))] == [7, 3, None]


async def test_a_broker_that_does_not_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from a guess."""
    monkeypatch.setattr("streams.exactly_once.start_offsets.RETRY_DELAY", 0.0)
    starts = _starts(Consumer(failures=2))
    starts.fetch([P])
    assert await starts.get(P) == 7


async def test_what_is_reassigned_meanwhile_has_no_start() -> None:
    """Who waits for the start of a partition that is being revoked gets none, and does not wait for ever."""
    starts = _starts(Consumer())
    starts.fetch([P])
    waiting = asyncio.create_task(starts.get(P))
    await asyncio.sleep(0)
    starts.reset()
    assert await waiting is None
    assert await starts.get(P) is None


@pytest.mark.parametrize(("committed", "earliest", "start"), [(7, 3, 7), (2, 3, 3), (9, 3, 9), (10, 3, 3)])
def test_an_offset_beyond_the_end_is_of_a_topic_that_was_deleted(committed: int, earliest: int, start: int) -> None:
    """The new topic is read from its beginning; what retention has removed cannot be read."""
    assert start_offset(P, committed, earliest, 9) == start
