"""The score agent: records of `mentions` in; batches, rejections and ticks out, in the order of their partition."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import structlog

from mentions.model.batches import Tick, encode_all, together
from streams.agents import dead_letters, metrics
from streams.agents.arrival import ArrivalReader
from streams.exactly_once.producer import SendBatch
from streams.kafka.partitioning import partition_of
from streams.stages.event_time import MINUTE
from streams.stages.score import ScoreResult, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from faust.types import TP

    from mentions.model.batches import Batch
    from mentions.scorer_port import Scorer
    from streams.clock import Clock
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Sender
    from streams.kafka.topics import Topics
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)

TICK_INTERVAL: Final = 1_000  # ms of event time between two ticks of a partition, unless a minute is passed
IDLE_TICK_INTERVAL: Final = 10_000  # ms of the wall clock: at its multiples idle partitions tick, all in one record


class ScoreAgent:
    """Scores the source partitions this worker owns."""

    def __init__(
        self,
        topics: Topics,
        sender: Sender,
        registry: BrandRegistry,
        scorer: Scorer,
        clock: Clock,
        partitions: int,
        identity: Callable[[str], int],
    ) -> None:
        """Take what a worker has; `identity` returns the identity of a topic."""
        self._topics = topics
        self._sender = sender
        self._brands = registry
        self._scorer = scorer
        self._clock = clock
        self._partitions = partitions
        self._identity = identity
        self._arrivals = ArrivalReader(clock)
        self._ticked: dict[int, int] = {}
        self._sending = asyncio.Lock()

    async def process(self, records: Sequence[KafkaRecord]) -> None:
        """Score the records; returns when all that follows from them is acknowledged."""
        await self._brands.loaded()
        by_partition: dict[int, list[KafkaRecord]] = defaultdict(list)
        for record in records:
            by_partition[record.partition].append(record)
        async with self._sending:
            sends = SendBatch(self._sender)
            outbox = _ScoredRound(self._partitions)
            epoch = self._identity(self._topics.mentions.name)
            for partition, several in by_partition.items():
                read = map(self._arrivals.read, several)
                scored = score(partition, read, self._brands.watchlist, self._scorer, epoch)
                metrics.count_scored(scored)
                self._arrivals.note_published(several[-1], scored.ahead)
                outbox.add(scored, self._due_tick(partition, scored.read_up_to))
                await self._send_rejections(sends, partition, scored)
            await self._send(sends, outbox)
            await sends.flush()

    async def _send(self, sends: SendBatch, outbox: _ScoredRound) -> None:
        for target, value in outbox.records():
            await sends.send(self._topics.scored.name, None, value, target)

    async def _send_rejections(self, sends: SendBatch, partition: int, scored: ScoreResult) -> None:
        for record, rejection in scored.rejections:
            value = dead_letters.encode(self._topics.mentions.name, partition, record, rejection)
            await sends.send(self._topics.dead_letters.name, record.key, value)

    def _due_tick(self, partition: int, read_up_to: int | None) -> Tick | None:
        """Return the tick that a partition owes, None if it ticked within TICK_INTERVAL and the minute."""
        now, last = self._clock.now(), self._last_tick(partition)
        if read_up_to is None or (read_up_to < last + TICK_INTERVAL and read_up_to // MINUTE <= last // MINUTE):
            return None
        return self._tick(partition, read_up_to, now)

    def _due_idle_tick(self, partition: int, now: int) -> Tick | None:
        """Return the tick that an idle partition owes, None if it ticked since the last multiple of the interval."""
        if now // IDLE_TICK_INTERVAL <= self._last_tick(partition) // IDLE_TICK_INTERVAL:
            return None
        return self._tick(partition, now, now)

    def _last_tick(self, partition: int) -> int:
        """Return what a partition was last said to be read up to; not later than the clock, which may be set back."""
        now, last = self._clock.now(), self._ticked.get(partition, -1)
        return last if now is None else min(last, now)

    def _tick(self, partition: int, read_up_to: int, now: int | None) -> Tick:
        self._ticked[partition] = read_up_to
        return Tick(partition, self._partitions, read_up_to, now, self._arrivals.skew(partition))

    async def tick_idle(self, at_end: Sequence[TP]) -> None:
        """Tick at the wall clock for partitions that are read to their end; does nothing where records set the time."""
        now = self._clock.now()  # before the wait: what comes meanwhile may be older than the end of it
        if now is None or not at_end:
            return
        async with self._sending:
            sends = SendBatch(self._sender)
            outbox = _ScoredRound(self._partitions)
            for tp in at_end:
                outbox.tick(self._due_idle_tick(tp.partition, now))
            await self._send(sends, outbox)
            await sends.flush()

    def reset(self) -> None:
        """Start again: the partitions are being reassigned."""
        self._ticked.clear()


class _ScoredRound:
    """What one round of scoring sends: for each partition of `mentions.scored` its brands' batches, then the ticks."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._batches: dict[int, list[Batch]] = defaultdict(list)
        self._ticks: list[Tick] = []

    def add(self, scored: ScoreResult, tick: Tick | None) -> None:
        """Add what a source partition has."""
        for batch in scored.batches:
            self._batches[partition_of(batch.brand.encode(), self._partitions)].append(batch)
        self.tick(tick)

    def tick(self, tick: Tick | None) -> None:
        """Add a tick, which goes to every partition."""
        if tick is not None:
            self._ticks.append(tick)

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yield (partition, record): as few records as hold it all, each partition's in order."""
        ticks = together(self._ticks)
        for target in range(self._partitions) if ticks else sorted(self._batches):
            for value in encode_all([*self._batches[target], *ticks]):
                yield target, value
