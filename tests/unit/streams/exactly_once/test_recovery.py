"""Recovery of the state tables: a broker that is away for long is waited for."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import IllegalStateError, KafkaTimeoutError
from faust.types import TP

from streams.exactly_once import recovery
from streams.exactly_once.orderly_app import orderly_app
from streams.kafka.connection import Connection
from streams.kafka.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Mapping

P = TP("tocsin-watch-changelog", 0)


class Consumer:
    """A consumer whose broker is away for the first questions."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def highwaters(self, *tps: TP) -> Mapping[TP, int]:
        """Return the ends of partitions."""
        return self._answer(tps, 9)

    async def earliest_offsets(self, *tps: TP) -> Mapping[TP, int]:
        """Return the beginnings of partitions."""
        return self._answer(tps, 4)

    def _answer(self, tps: tuple[TP, ...], offset: int) -> Mapping[TP, int]:
        if self.errors:
            raise self.errors.pop()
        return dict.fromkeys(tps, offset)


@pytest.fixture
async def patient(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the recovery of a worker, which asks again at once."""
    monkeypatch.setattr(recovery, "RETRY_DELAY", 0.0)

    async def finish() -> None:
        pass

    topics = Topics("recovering.")
    app = orderly_app(topics.application, Connection(("127.0.0.1:1",)), 4, [topics.mentions], finish)
    tables: Any = app.tables
    return tables.recovery


async def test_a_broker_that_does_not_answer_is_asked_again(patient: Any) -> None:
    """Both for the end of a changelog and for its beginning."""
    for build, found in ((patient._build_highwaters, 8), (patient._build_offsets, 3)):
        offsets: Counter[TP] = Counter({P: -1})
        await build(Consumer(KafkaTimeoutError(), KafkaTimeoutError()), {P}, offsets, "active")
        assert offsets == {P: found}


async def test_partitions_that_are_lost_meanwhile_are_not_waited_for(patient: Any) -> None:
    """The next rebalance recovers what is ours then."""
    with pytest.raises(IllegalStateError):
        await patient._build_highwaters(Consumer(IllegalStateError(P)), {P}, Counter(), "active")


async def test_a_step_that_takes_long_is_no_end_of_the_worker(patient: Any) -> None:
    """Faust calls `_wait` with a timeout, and would end the recovery for good after it."""
    done = []

    async def step() -> None:
        await asyncio.sleep(0.05)
        done.append(True)

    await patient._wait(step(), timeout=0.001)
    assert done == [True]
