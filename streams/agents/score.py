"""The score agent: records of `mentions` in; batches, rejections and ticks out, in the order of their partition."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import structlog

from mentions.model.batches import Tick, encode
from streams.agents import dead_letters, metrics
from streams.clock import wall_ms
from streams.exactly_once.producer import SendBatch
from streams.kafka import headers
from streams.stages.event_time import MINUTE
from streams.stages.score import MentionsRecord, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import TP, EventT

    from mentions.scorer_port import Scorer
    from streams.clock import Clock
    from streams.exactly_once.producer import Sender
    from streams.kafka.topics import Topics
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)

TICK_INTERVAL: Final = 1_000  # ms of the arrival clock between two ticks of a partition, unless a minute is passed


def mentions_record(event: EventT[bytes]) -> MentionsRecord:
    """Return what the pure score stage needs of a Kafka record."""
    message = event.message
    arrived = headers.timestamp_ms(message.headers, headers.ARRIVED_AT)
    return MentionsRecord(
        value=message.value,
        key=message.key,
        offset=message.offset,
        arrived=_arrival(message.timestamp) if arrived is None else arrived,
        read_up_to=headers.timestamp_ms(message.headers, headers.READ_UP_TO),
    )


def _arrival(timestamp: float | None) -> int:
    """Return a record's timestamp in ms; a producer so old that it sets none (-1) counts as arriving now."""
    return round(timestamp * 1000) if timestamp and timestamp > 0 else wall_ms()


class ScoreAgent:
    """Scores the source partitions this worker owns."""

    def __init__(
        self, topics: Topics, sender: Sender, registry: BrandRegistry, scorer: Scorer, clock: Clock, partitions: int
    ) -> None:
        self._topics = topics
        self._sender = sender
        self._brands = registry
        self._scorer = scorer
        self._clock = clock
        self._partitions = partitions
        self._ticked: dict[int, int] = {}
        self._sending = asyncio.Lock()

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Score the records; returns when all that follows from them is acknowledged."""
        await self._brands.loaded()
        by_partition: dict[int, list[MentionsRecord]] = defaultdict(list)
        for event in events:
            by_partition[event.message.partition].append(mentions_record(event))
        async with self._sending:
            sends = SendBatch(self._sender)
            for partition, records in by_partition.items():
                await self._score(sends, partition, records)
            await sends.flush()

    async def _score(self, sends: SendBatch, partition: int, records: Sequence[MentionsRecord]) -> None:
        scored = score(partition, records, self._brands.watchlist, self._scorer)
        for batch in scored.batches:
            await sends.send(self._topics.scored.name, batch.brand.encode(), encode(batch))
        for record, rejection in scored.rejections:
            value = dead_letters.encode(self._topics.mentions.name, partition, record, rejection)
            await sends.send(self._topics.dead_letters.name, record.key, value)
        metrics.count_scored(scored)
        if scored.read_up_to is not None:
            await self._tick(sends, partition, scored.read_up_to)

    async def _tick(self, sends: SendBatch, partition: int, read_up_to: int) -> None:
        last = self._ticked.get(partition, -1)
        if read_up_to < last + TICK_INTERVAL and read_up_to // MINUTE <= last // MINUTE:
            return
        self._ticked[partition] = read_up_to
        value = encode(Tick(partition, self._partitions, read_up_to, self._clock.now()))
        for target in range(self._partitions):
            await sends.send(self._topics.scored.name, None, value, target)

    async def tick_idle(self, at_end: Sequence[TP]) -> None:
        """Tick at the wall clock for partitions that are read to their end; does nothing where records set the time."""
        now = self._clock.now()  # before the wait: what comes meanwhile may be older than the end of it
        if now is None or not at_end:
            return
        async with self._sending:
            sends = SendBatch(self._sender)
            for tp in at_end:
                await self._tick(sends, tp.partition, now)
            await sends.flush()

    def reset(self) -> None:
        """Start again: the partitions are being reassigned."""
        self._ticked.clear()
