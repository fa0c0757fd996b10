"""The watch agent: scored batches and ticks in, signals out, the brands' detection states kept in a table."""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING

import msgspec
import structlog
from msgspec.structs import replace

from detectors.engine import watermarks
from detectors.engine.storage import encode_parts
from detectors.engine.watermarks import Watermarks
from detectors.model.signal import Watermark
from mentions.model.batches import Batch, ClockSkew, Tick, decode_parts
from streams.agents import metrics, stage_metrics
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.exactly_once.fetch_batches import place
from streams.exactly_once.partition_state import PerPartition
from streams.exactly_once.producer import SendBatch
from streams.kafka.topic_watch import UNKNOWN
from streams.stages import group_routing, watch_rows
from streams.stages.event_time import MAX_SKEW
from streams.stages.watch import WatchShard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detectors.engine.state import Totals
    from detectors.model.correction import Correction
    from detectors.model.signal import Signal
    from mentions.model.batches import ScoredPart
    from streams.clock import Clock
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Sender
    from streams.exactly_once.state_table import StateTable
    from streams.kafka.topics import Topics
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


class WatchPartition:
    """One owned partition: its shard, the epoch it writes under, and the last offset applied to each brand's state."""

    def __init__(self, number: int, table: StateTable, registry: BrandRegistry, clock: Clock, epoch: int) -> None:
        self.number = number
        self._clock = clock
        self.shard = WatchShard(registry)
        self._table = table
        self._time_key = watch_rows.time_key(number)
        self._epoch = table.epoch(number)
        self._applied: dict[str, int] = {}
        self._offset = -1
        self._epochs: dict[int, int] = {}  # source partition → identity of its topic, as logged
        self._unreadable: list[bytes] = []
        rows = dict(table.rows(number))
        self.shard.watermarks = watch_rows.read_watermarks(rows.items(), self._quarantine).get(number, Watermarks())
        for state, version in watch_rows.read_states(rows.items(), self._quarantine):
            self.shard.states[state.brand] = state
            self._applied[state.brand] = version.number
        self._begin_epoch(epoch)
        self._mend()

    def _quarantine(self, key: bytes, reason: str) -> None:
        """Let a row go that cannot be read: its brand starts afresh."""
        self._table.quarantine(key, self.number, reason)
        self._unreadable.append(key)

    def _begin_epoch(self, epoch: int) -> None:
        """Note which topic the offsets count in; those of one that was deleted since hold nothing back."""
        if epoch in (UNKNOWN, known := self.shard.watermarks.epoch):
            return
        self.shard.watermarks.epoch = epoch
        if known != UNKNOWN:
            self._applied.clear()
            log.error("scored mentions counted in another topic before, a new epoch begins", partition=self.number)

    def _note_epoch(self, batch: Batch) -> None:
        """Log the first batch whose source partition is of a topic created again: its marks begin again."""
        state = self.shard.states.get(batch.brand)
        known = UNKNOWN if state is None else state.epochs.get(batch.partition, UNKNOWN)
        if UNKNOWN not in (known, batch.epoch) and known != batch.epoch != self._epochs.get(batch.partition):
            self._epochs[batch.partition] = batch.epoch
            where = {"partition": batch.partition, "offset": batch.places[0][0]}
            log.error("mentions counted in another topic before, a new epoch begins", **where)

    def _mend(self) -> None:
        """Take what is ahead of the clock out of event time and states, and say so."""
        now = self._clock.now()
        reached = self.shard.watermarks.emitted or 0
        if now is not None and (ahead := self.shard.mend(now)):
            where = {"topic": self._table.changelog_topic_name, "partition": self.number}
            brands = sum(map(bool, ahead))
            log.error(
                "stored event time ahead of the clock, mended", **where, brands=brands, ahead_s=(reached - now) // 1000
            )

    def apply(self, part: ScoredPart, offset: int) -> list[Signal | Correction | Watermark]:
        """Return what follows from a part of the record at `offset`; nothing if the brand's state includes it."""
        self._offset = offset
        if not isinstance(part, Tick) and offset <= self._applied.get(part.brand, -1):
            return []
        if isinstance(part, Batch):
            self._note_epoch(part)
            before = self._totals(part.brand)
            signals = self.shard.apply(part)
            stage_metrics.count_totals(before, self._totals(part.brand))
            return signals
        if not isinstance(part, Tick):
            return self.shard.apply(part)
        now = self._clock.now()
        if now is not None and self.shard.watermarks.is_ahead(now + MAX_SKEW):
            self._mend()
        return self.shard.apply(within_clock(part, now))

    def _totals(self, brand: str) -> Totals | None:
        """Return what became of a brand's rows so far."""
        state = self.shard.states.get(brand)
        return None if state is None else copy(state.totals)

    async def save(self, sends: SendBatch) -> None:
        """Store what changed, in the order of dependence, each acknowledged: full segments, brands, event time."""
        while self.shard.unreadable:
            brand, reason = self.shard.unreadable.popitem()
            self._table.report_unreadable(brand.encode(), self.number, reason)
        while self._unreadable:
            sends.await_ack(await self._table.remove(self._unreadable.pop(), self.number))
        cores = [await self._write_segments(brand, sends) for brand in self.shard.changed]
        await sends.flush()
        for brand, core in zip(self.shard.changed, cores, strict=True):
            self._applied[brand] = self._offset
            sends.await_ack(await self._table.write(brand.encode(), self._versioned(core)))
        self.shard.changed.clear()
        await sends.flush()
        sends.await_ack(
            await self._table.write(self._time_key, self._versioned(watermarks.encode(self.shard.watermarks)))
        )
        await sends.flush()

    async def remove_unwatched(self, watches: Callable[[str], bool], sends: SendBatch) -> None:
        """Remove the brands that are no longer watched, and all their rows."""
        gone = {brand.encode(): brand for brand in self.shard.states if not watches(brand)}
        if not gone:
            return
        for brand in gone.values():
            del self.shard.states[brand]
            self._applied.pop(brand, None)
        for key in [key for key, _ in self._table.rows(self.number) if watch_rows.brand_of(key) in gone]:
            sends.await_ack(await self._table.remove(key, self.number))

    async def _write_segments(self, brand: str, sends: SendBatch) -> bytes:
        """Store the full segments of the memories, remove those that are too old, and return the core of the state."""
        parts = encode_parts(self.shard.states[brand])
        for name, segment in parts.sealed.items():
            key = watch_rows.segment_key(brand, name)
            if segment is None:
                sends.await_ack(await self._table.remove(key, self.number))
            else:
                sends.await_ack(await self._table.write(key, self._versioned(segment)))
        return parts.core

    def _versioned(self, payload: bytes) -> FencedValue:
        return FencedValue(FencedVersion(self._epoch, self._offset), self.number, payload)


def within_clock(tick: Tick, now: int | None) -> Tick:
    """Return a tick of event time that is at most MAX_SKEW ahead of the clock, `now` [ms]; None: records set the time.

    The clock of the worker that sent it may be wrong.
    """
    if now is None:
        return tick
    reached = max(tick.read_up_to, tick.clock or 0)
    if reached <= now + MAX_SKEW:
        return tick
    skew = ClockSkew("clock of another worker", reached - now, now)
    clock = None if tick.clock is None else min(tick.clock, now)
    return replace(tick, read_up_to=min(tick.read_up_to, now), clock=clock, skew=skew)


class WatchAgent:
    """Detects signals in the brands of the partitions that this worker owns."""

    def __init__(
        self,
        topics: Topics,
        sender: Sender,
        registry: BrandRegistry,
        table: StateTable,
        clock: Clock,
        identity: Callable[[str], int],
    ) -> None:
        """Take what a worker has; `identity` returns the identity of a topic."""
        self._topics = topics
        self._sender = sender
        self._brands = registry
        self._partitions = PerPartition(
            lambda number: WatchPartition(number, table, registry, clock, identity(topics.scored.name))
        )
        self._generation = -1

    async def process(self, records: Sequence[KafkaRecord]) -> None:
        """Apply the records; returns when signals and states are acknowledged."""
        await self._brands.loaded()
        sends = SendBatch(self._sender)
        touched: dict[int, WatchPartition] = {}
        spent = 0.0
        for record in records:
            for part in self._read(record):
                if isinstance(part, Batch) and not await self._watched(part):
                    continue
                partition = touched[record.partition] = self._partitions[record.partition]
                started = time.perf_counter()
                signals = partition.apply(part, record.offset)
                spent += time.perf_counter() - started
                for found in signals:
                    await self._send_signal(sends, partition.number, found)
        stage_metrics.DETECTION.observe(spent)
        await sends.flush()
        for partition in touched.values():
            await partition.save(sends)
        await self._drop_unwatched()

    async def _watched(self, batch: Batch) -> bool:
        """Return whether the batch's brand is still watched, once its revision has arrived here."""
        await self._brands.wait_for_revision(batch.brand, batch.policy)
        return self._brands.watches(batch.brand)

    async def _drop_unwatched(self) -> None:
        """Remove the brands that the latest generation of the registry no longer has."""
        if self._generation == self._brands.generation:
            return
        sends = SendBatch(self._sender)
        for partition in self._partitions:
            await partition.remove_unwatched(self._brands.watches, sends)
        await sends.flush()
        self._generation = self._brands.generation

    async def _send_signal(self, sends: SendBatch, partition: int, found: Signal | Correction | Watermark) -> None:
        key = None if isinstance(found, Watermark) else found.brand.encode()
        await sends.send(self._topics.signals.name, key, group_routing.encode(found), partition)
        metrics.count_signal(found)

    @staticmethod
    def _read(record: KafkaRecord) -> list[ScoredPart]:
        try:
            return decode_parts(record.value or b"")
        except msgspec.DecodeError as error:
            log.error("undecodable record skipped", **place(record), reason=str(error))  # noqa: TRY400
            return []

    def reset(self) -> None:
        """Let all partitions go: they are being reassigned."""
        self._partitions.reset()
        self._generation = -1
