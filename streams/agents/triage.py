"""The triage agent: signals and actions in, incidents and notifications out, the brands' cases kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from alerts.incidents import model
from alerts.incidents import state as cases
from alerts.incidents.model import Action
from detectors.model import signal
from detectors.model.signal import Watermark
from streams.agents import metrics
from streams.agents.group_routing import ACT, GROUPED, PartitionClocks, group_partition, route
from streams.exactly_once.fencing import FencedVersion, FencedValue
from streams.exactly_once.partition_state import PerPartition
from streams.exactly_once.producer import SendBatch
from streams.pipeline import TriageShard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import EventT

    from alerts.incidents.model import Notification
    from alerts.incidents.state import TriageState
    from detectors.model.signal import Signal
    from streams.exactly_once.producer import Sender
    from streams.exactly_once.state_table import StateTable
    from streams.kafka.topics import Topics
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


GROUP_STATE: Final = "\0group/"
"""Between a case and the partition of its group: where the case that the group knows is kept."""


class TriagePartition:
    """One owned partition: its shards, and the versions under which their cases are stored.

    `shard` has the brands that are dealt here, `grouped` those whose group has its home here (`streams.agents.group_routing`).

    A case is a fold of two topics, so its version counts the writes instead of naming an offset. Redelivered signals
    and actions change nothing, since a case remembers which it has applied.
    """

    def __init__(self, number: int, table: StateTable, directory: BrandRegistry, partitions: int) -> None:
        self.number = number
        self.shard = TriageShard(directory)
        self.group_shard = TriageShard(directory)
        self.clocks = PartitionClocks(partitions)
        self._table = table
        self._epoch = table.epoch(number)
        self._writes: dict[str, int] = {}
        for key, value in table.rows(number):
            name, of_group, _ = key.decode().partition(GROUP_STATE)
            (self.group_shard if of_group else self.shard).cases[name] = cases.decode(value.payload)
            self._writes[key.decode()] = value.version.number

    def apply_forwarded(self, record: Signal | Watermark | Action, source: bytes) -> list[Notification]:
        """Return what there is to tell after a record that was passed on to the home of a group."""
        if isinstance(record, Watermark):
            reached = self.clocks.advance(int(source), record.at)
            return [] if reached is None else self.group_shard.apply(reached)
        return self.group_shard.apply(record)

    async def save(self, outgoing: SendBatch) -> None:
        """Store the cases that changed."""
        for shard, suffix in ((self.shard, ""), (self.group_shard, f"{GROUP_STATE}{self.number}")):
            for name in shard.changed:
                await self._write(name + suffix, shard.cases[name], outgoing)
            shard.changed.clear()

    async def _write(self, key: str, case: TriageState, outgoing: SendBatch) -> None:
        number = self._writes[key] = self._writes.get(key, 0) + 1
        value = FencedValue(FencedVersion(self._epoch, number), self.number, cases.encode(case))
        outgoing.await_ack(await self._table.write(key.encode(), value))


class TriageAgent:
    """Turns the signals of the partitions this worker owns into incidents."""

    def __init__(
        self, topics: Topics, sender: Sender, directory: BrandRegistry, table: StateTable, partitions: int
    ) -> None:
        self._topics = topics
        self._sender = sender
        self._brands = directory
        self._partitions = partitions
        self._owned_partitions = PerPartition(lambda number: TriagePartition(number, table, directory, partitions))

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Apply the records; returns when notifications, incidents and cases are acknowledged, in this order."""
        await self._brands.loaded()
        outgoing = SendBatch(self._sender)
        touched: dict[int, TriagePartition] = {}
        for event in events:
            record = self._read(event)
            if record is None:
                continue
            partition = touched[event.message.partition] = self._owned_partitions[event.message.partition]
            for notification in await self._apply(partition, event.message.key or b"", record, outgoing):
                await self._send_notification(outgoing, notification)
        await outgoing.flush()
        for partition in touched.values():
            await partition.save(outgoing)
        await outgoing.flush()

    async def _apply(
        self, partition: TriagePartition, key: bytes, record: Signal | Watermark | Action, outgoing: SendBatch
    ) -> list[Notification]:
        """Apply a record where it is heard, or pass it on to the home of its group; return what there is to tell."""
        if key.startswith((GROUPED, ACT)):
            return partition.apply_forwarded(record, key.removeprefix(GROUPED))
        if isinstance(record, Watermark):
            for number in {group_partition(group, self._partitions) for group in self._brands.groups}:
                await self._pass_on(record, b"%d" % partition.number, number, outgoing)
            return partition.shard.apply(record)
        group, _ = self._brands.group_members(record.brand)
        found = route(record, partition.shard.cases, group)
        if found != "here":
            await self._pass_on(record, group.encode(), group_partition(group, self._partitions), outgoing)
        return partition.shard.apply(record) if found != "onward" else []

    async def _pass_on(self, record: Signal | Watermark | Action, name: bytes, number: int, outgoing: SendBatch) -> None:
        raw = model.encode(record) if isinstance(record, Action) else signal.encode(record)
        prefix = ACT if isinstance(record, Action) else GROUPED
        await outgoing.send(self._topics.signals.name, prefix + name, raw, number)

    async def _send_notification(self, outgoing: SendBatch, notification: Notification) -> None:
        key = notification.incident.id.encode()
        await outgoing.send(self._topics.notifications.name, key, model.encode(notification))
        await outgoing.send(self._topics.incidents.name, key, model.encode(notification.incident))
        metrics.count_notification(notification)

    def _read(self, event: EventT[Any]) -> Signal | Watermark | Action | None:
        raw = event.message.value or b""
        try:
            if event.message.topic == self._topics.actions.name or (event.message.key or b"").startswith(ACT):
                return model.decode_action(raw)
            return signal.decode(raw)
        except msgspec.DecodeError as error:
            log.error("not understood: skipped", topic=event.message.topic, offset=event.message.offset, why=str(error))  # noqa: TRY400
            return None

    def reset(self) -> None:
        """Let all partitions go: they are being dealt anew."""
        self._owned_partitions.reset()
