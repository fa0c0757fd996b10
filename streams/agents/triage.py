"""The triage agent: signals and actions in, incidents, notifications and verdicts out, the states kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec.structs import replace

from alerts.incidents import model, state
from mentions.model.batches import encode as encode_scored
from streams.agents import metrics
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.exactly_once.fetch_batches import place
from streams.exactly_once.partition_state import PerPartition
from streams.exactly_once.producer import SendBatch
from streams.kafka.partitioning import partition_of
from streams.stages import group_routing
from streams.stages.event_time import MAX_SKEW
from streams.stages.group_routing import ForwardedRecord, PartitionTriage, group_partition
from streams.stages.verdicts import verdicts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from alerts.incidents.model import Action, Notification
    from alerts.incidents.state import TriageState
    from streams.agents.erasure import Erasure
    from streams.clock import Clock
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Sender
    from streams.exactly_once.state_table import StateTable
    from streams.kafka.topics import Topics
    from streams.stages.group_routing import SignalsRecord
    from streams.stages.triage import TriageShard
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


GROUP_STATE: Final = "\0group/"
"""Between the name of a state and a partition: the key of a state that belongs to a group."""


class TriagePartition:
    """One owned partition: its triage, and the versions under which its states are stored.

    A stored state whose time is ahead of the clock is set back to it.

    A state is a fold of two topics, so its version counts the writes instead of naming an offset. Redelivered signals
    and actions change nothing, since a state remembers which it has applied.
    """

    def __init__(self, number: int, table: StateTable, brands: BrandRegistry, partitions: int, clock: Clock) -> None:
        self.number = number
        self.triage = PartitionTriage(brands, partitions)
        self._table = table
        self._epoch = table.epoch(number)
        self._writes: dict[str, int] = {}
        self._unreadable: list[bytes] = []
        limit = _limit(clock)
        for key, value in table.rows(number):
            try:
                name, of_group, _ = key.decode().partition(GROUP_STATE)
                case = state.decode(value.payload)
            except (UnicodeDecodeError, msgspec.DecodeError) as error:
                table.quarantine(key, number, f"{type(error).__name__}: no state of a brand's incidents")
                self._unreadable.append(key)
                continue
            shard = self.triage.groups if of_group else self.triage.brands
            shard.cases[name] = case
            self._writes[key.decode()] = value.version.number
            if limit is not None and case.clock > limit:
                shard.cases[name] = replace(case, clock=limit)
                shard.changed.add(name)

    def mark_removed(self, watches: Callable[[str], bool], *, all_states: bool) -> None:
        """Note which brands are not configured any more: of all states, or of those that changed."""
        for shard in (self.triage.brands, self.triage.groups):
            for name in list(shard.cases if all_states else shard.changed):
                before = shard.cases[name]
                after = shard.cases[name] = state.mark_removed(before, watched=watches(before.brand))
                if after is not before:
                    shard.changed.add(name)

    def due_for_erasure(self, retention: int) -> set[str]:
        """Return the brands whose states are to be erased `retention` [ms] after their removal."""
        shards = (self.triage.brands, self.triage.groups)
        return {
            case.brand for shard in shards for case in shard.cases.values() if state.is_due_for_erasure(case, retention)
        }

    async def erase(self, brands: Collection[str], batch: SendBatch) -> None:
        """Remove the states of some brands."""
        for shard, suffix in self._shards():
            for name in [name for name, case in shard.cases.items() if case.brand in brands]:
                del shard.cases[name]
                shard.changed.discard(name)
                self._writes.pop(name + suffix, None)
                batch.await_ack(await self._table.remove((name + suffix).encode(), self.number))

    def _shards(self) -> tuple[tuple[TriageShard, str], ...]:
        """Return the states of brands and those of groups, with what the keys of their rows end with."""
        return (self.triage.brands, ""), (self.triage.groups, f"{GROUP_STATE}{self.number}")

    async def save(self, batch: SendBatch) -> None:
        """Store the states that changed, and remove those that cannot be read."""
        while self._unreadable:
            batch.await_ack(await self._table.remove(self._unreadable.pop(), self.number))
        for shard, suffix in self._shards():
            for name in shard.changed:
                await self._write(name + suffix, shard.cases[name], batch)
            shard.changed.clear()

    async def _write(self, key: str, value: TriageState, batch: SendBatch) -> None:
        number = self._writes[key] = self._writes.get(key, 0) + 1
        fenced = FencedValue(FencedVersion(self._epoch, number), self.number, state.encode(value))
        batch.await_ack(await self._table.write(key.encode(), fenced))


def _limit(clock: Clock) -> int | None:
    """Return how far event time may be by the clock [ms]; None: records set the time."""
    now = clock.now()
    return None if now is None else now + MAX_SKEW


def within_clock(record: SignalsRecord | Action, limit: int | None) -> SignalsRecord | Action:
    """Return a record of event time `limit` [ms] at most."""
    if isinstance(record, ForwardedRecord):
        inner = record.record
        return record if limit is None or inner.at <= limit else replace(record, record=replace(inner, at=limit))
    return record if limit is None or record.at <= limit else replace(record, at=limit)


class TriageAgent:
    """Turns the signals of the partitions this worker owns into incidents."""

    def __init__(
        self,
        topics: Topics,
        sender: Sender,
        brands: BrandRegistry,
        table: StateTable,
        partitions: int,
        clock: Clock,
        erasure: Erasure,
    ) -> None:
        self._erasure = erasure
        self._generation = -1
        self._clock = clock
        self._topics = topics
        self._sender = sender
        self._brands = brands
        self._partitions = partitions
        self._owned_partitions = PerPartition(lambda number: TriagePartition(number, table, brands, partitions, clock))

    async def process(self, records: Sequence[KafkaRecord]) -> None:
        """Apply the records; returns when all that follows from them and then the states are acknowledged."""
        await self._brands.loaded()
        batch = SendBatch(self._sender)
        touched: dict[int, TriagePartition] = {}
        for record in records:
            decoded = self._read(record)
            if decoded is None:
                continue
            partition = touched[record.partition] = self._owned_partitions[record.partition]
            for notification in await self._apply(partition, decoded, batch):
                await self._send_notification(batch, notification)
        await batch.flush()
        self._mark_removed(touched.values())
        for partition in touched.values():
            await partition.save(batch)
        await batch.flush()
        for partition in touched.values():
            await self._erase(partition, batch)

    def _mark_removed(self, touched: Iterable[TriagePartition]) -> None:
        """Note which brands the latest generation of the registry no longer has, in all partitions once."""
        all_states = self._generation != self._brands.generation
        for partition in self._owned_partitions if all_states else touched:
            partition.mark_removed(self._brands.watches, all_states=all_states)
        self._generation = self._brands.generation

    async def _erase(self, partition: TriagePartition, batch: SendBatch) -> None:
        """Erase what is kept of brands that were removed long ago: their incidents, then their states."""
        due = partition.due_for_erasure(self._erasure.retention)
        if due and await self._erasure.erase_incidents(due, batch):
            await partition.erase(due, batch)
            await batch.flush()

    async def _apply(
        self, partition: TriagePartition, record: SignalsRecord | Action, batch: SendBatch
    ) -> list[Notification]:
        """Return the notifications after a record, and send on what a group's partition needs of it."""
        record = within_clock(record, _limit(self._clock))
        if isinstance(record, ForwardedRecord):
            return partition.triage.receive(record)
        result = partition.triage.apply(partition.number, record)
        for forwarded in result.forwarded:
            await self._forward(forwarded, batch)
        return result.notifications

    async def _forward(self, forwarded: ForwardedRecord, batch: SendBatch) -> None:
        """Send a record to the partition of its group; a watermark to the partitions of all groups."""
        groups = [forwarded.group] if forwarded.group else self._brands.groups
        key = forwarded.group.encode() or None
        for target in {group_partition(group, self._partitions) for group in groups}:
            await batch.send(self._topics.signals.name, key, group_routing.encode(forwarded), target)

    async def _send_notification(self, batch: SendBatch, notification: Notification) -> None:
        key = notification.incident.id.encode()
        await batch.send(self._topics.notifications.name, key, model.encode(notification))
        await batch.send(self._topics.incidents.name, key, model.encode(notification.incident))
        for verdict in verdicts_of(notification):
            target = partition_of(verdict.brand.encode(), self._partitions)
            await batch.send(self._topics.scored.name, None, encode_scored([verdict]), target)
        metrics.count_notification(notification)

    def _read(self, record: KafkaRecord) -> SignalsRecord | Action | None:
        try:
            if record.topic == self._topics.actions.name:
                return model.decode_action(record.value or b"")
            return group_routing.decode(record.value or b"")
        except msgspec.DecodeError as error:
            log.error("undecodable record skipped", **place(record), reason=str(error))  # noqa: TRY400
            return None

    def cases(self) -> Iterator[Mapping[str, TriageState]]:
        """Yield the states of the owned partitions, those of brands and those of groups."""
        for partition in self._owned_partitions:
            yield partition.triage.brands.cases
            yield partition.triage.groups.cases

    def reset(self) -> None:
        """Drop all partitions: they are being reassigned."""
        self._owned_partitions.reset()
        self._generation = -1
