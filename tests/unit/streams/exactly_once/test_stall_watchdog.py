"""Stall watchdog: stops a worker that misses records which the broker holds, and no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from streams.exactly_once.offsets import OffsetTracker
from streams.exactly_once.stall_watchdog import PartitionStalledError, StallWatchdog
from streams.exactly_once.start_offsets import NullReadOffsets

if TYPE_CHECKING:
    from collections.abc import Mapping


class Tp(NamedTuple):
    """A partition."""

    topic: str
    partition: int


P = Tp("mentions", 0)


@dataclass
class Consumer:
    """What a worker owns, and where its partitions end."""

    ends: dict[Tp, int] = field(default_factory=lambda: {P: 0})
    down: bool = False
    sought: list[tuple[Tp, int]] = field(default_factory=list)

    async def seek(self, tp: Tp, offset: int) -> None:
        """Note a seek."""
        self.sought.append((tp, offset))

    def assignment(self) -> set[Tp]:
        """Return the owned partitions."""
        return set(self.ends)

    async def highwaters(self, *tps: Tp) -> Mapping[Tp, int]:
        """Return the ends of partitions."""
        if self.down:
            raise ConnectionError("no broker")
        return {tp: self.ends[tp] for tp in tps}


class StartOffsets:
    """Every partition is read from its beginning."""

    async def get(self, _: Tp) -> int:
        """Return a partition's start."""
        return 0


class Bench:
    """A watchdog beside one stage."""

    def __init__(self) -> None:
        self.consumer = Consumer()
        self.positions: OffsetTracker[Tp] = OffsetTracker()
        self.stage = SimpleNamespace(idle=True, topics={"mentions"}, offsets=self.positions)
        app: Any = SimpleNamespace(consumer=self.consumer, rebalancing=False)
        self.app = app
        stages: Any = [self.stage]
        starts: Any = StartOffsets()
        self.refreshed = 0
        self.watchdog = StallWatchdog(app, stages, starts, timeout=60.0, refresh=self._refresh)

    async def _refresh(self, consumer: Any) -> None:
        assert consumer is self.consumer
        self.refreshed += 1
        if consumer.down:
            raise ConnectionError("no broker")

    async def look(self, *seconds: float) -> None:
        """Look at these times."""
        for now in seconds:
            await self.watchdog._check(now)


@pytest.fixture
def bench() -> Bench:
    """Return an watchdog beside a stage that has nothing to do."""
    return Bench()


async def test_a_partition_that_holds_records_and_gives_none_ends_the_worker(bench: Bench) -> None:
    """After the patience, and not before, the error names the partition that is stalled."""
    bench.consumer.ends[P] = 568
    bench.positions.expect(P, 334)
    await bench.look(0.0, 59.0)
    with pytest.raises(
        PartitionStalledError, match=r"mentions partition 0: nothing has come for 60 s from offset 334 on"
    ):
        await bench.look(60.0)


async def test_what_does_not_come_is_asked_for_again(bench: Bench) -> None:
    """A record that was let go while partitions were reassigned, with none after it to show the gap, is read again."""
    bench.consumer.ends[P] = 8
    bench.positions.expect(P, 7)
    await bench.look(0.0)
    assert bench.consumer.sought == []
    await bench.look(15.0)
    assert bench.consumer.sought == [(P, 7)]


async def test_a_partition_of_which_nothing_ever_came_counts_from_its_start(bench: Bench) -> None:
    """Deafness from the first record on is found too."""
    bench.consumer.ends[P] = 1
    await bench.look(0.0)
    with pytest.raises(PartitionStalledError):
        await bench.look(60.0)


async def test_what_moves_is_not_stalled(bench: Bench) -> None:
    """A partition far behind that moves, however slowly, is left alone."""
    bench.consumer.ends[P] = 10_000
    for minute in range(10):
        bench.positions.expect(P, minute)
        await bench.look(60.0 * minute, 60.0 * minute + 59.0)


async def test_what_is_read_to_its_end_is_not_stalled(bench: Bench) -> None:
    """A quiet night is no fault."""
    bench.positions.expect(P, 5)
    bench.consumer.ends[P] = 5
    await bench.look(0.0, 3600.0)


async def test_a_stage_that_is_busy_is_not_stalled(bench: Bench) -> None:
    """Who waits for Slack, or for the broker's answer, has work at hand: that is no stall."""
    bench.consumer.ends[P] = 9
    await bench.look(0.0)
    bench.stage.idle = False
    await bench.look(61.0)
    bench.stage.idle = True
    await bench.look(62.0, 100.0)


@pytest.mark.parametrize("trouble", ["a rebalance", "an outage"])
async def test_neither_a_rebalance_nor_an_outage_is_a_stall(bench: Bench, trouble: str) -> None:
    """While partitions are assigned, or the broker is down, patience does not run; it begins again afterwards."""
    bench.consumer.ends[P] = 9
    await bench.look(0.0)
    bench.app.rebalancing, bench.consumer.down = trouble == "a rebalance", trouble == "an outage"
    await bench.look(61.0)
    bench.app.rebalancing, bench.consumer.down = False, False
    await bench.look(62.0, 100.0)


def test_no_offset_is_noted_as_read_for_the_topics_of_stages() -> None:
    """Faust's own filter, which would drop what is read again, holds nothing for them, and all for other topics."""
    filtered = NullReadOffsets({"mentions"})
    filtered.update({P: 48, Tp("changelog", 1): 7})
    filtered[P] = 49
    assert (filtered[P], filtered[Tp("changelog", 1)], filtered[Tp("changelog", 2)]) == (None, 7, None)
    assert filtered.pop(P, None) is None


async def test_a_topic_of_which_nothing_is_owned_is_asked_for(bench: Bench) -> None:
    """A broker that has just started did not know it, and nobody got its partitions; in a rebalance nobody owns any."""
    await bench.look(0.0)
    assert bench.refreshed == 0
    bench.stage.topics.add("mentions.scored")
    await bench.look(5.0)
    bench.consumer.down = True
    await bench.look(10.0)
    bench.app.rebalancing = True
    await bench.look(15.0)
    assert bench.refreshed == 2


async def test_a_worker_that_stands_by_asks_less_and_less_often(bench: Bench) -> None:
    """With more workers than partitions one owns nothing for days; a rebalance makes it ask at once again."""
    bench.stage.topics.add("mentions.scored")
    await bench.look(*range(0, 3600, 5))
    assert bench.refreshed < 70
    asked = bench.refreshed
    bench.app.rebalancing = True
    await bench.look(3600.0)
    bench.app.rebalancing = False
    await bench.look(3605.0, 3610.0)
    assert bench.refreshed == asked + 2


async def test_the_watchdog_goes_on_until_it_finds_a_stall(bench: Bench) -> None:
    """It checks again and again, and ends by the error that ends the worker."""
    bench.consumer.ends[P] = 5
    bench.watchdog._timeout = 0.0
    with pytest.raises(PartitionStalledError):
        await bench.watchdog.run(every=0.0)
