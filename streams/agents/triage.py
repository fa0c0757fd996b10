"""The triage agent: signals and actions in, incidents and notifications out, the brands' cases kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from alerts.incidents import model
from alerts.incidents import state as cases
from alerts.incidents.model import Action
from detectors.model import signal
from detectors.model.signal import Now
from streams.agents import metrics
from streams.agents.group_routing import ACT, GROUPED, Clocks, home, way
from streams.exactly_once.fencing import Version, Versioned
from streams.exactly_once.partition_state import Owned
from streams.exactly_once.producer import Outgoing
from streams.pipeline import TriageShard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import EventT

    from alerts.incidents.model import Notification
    from alerts.incidents.state import Case
    from detectors.model.signal import Signal
    from streams.exactly_once.producer import Sender
    from streams.exactly_once.state_table import StateTable
    from streams.kafka.topics import Topics
    from streams.views.brands import Directory

log = structlog.get_logger(__name__)


CASE_OF_GROUP: Final = "\0group/"
"""Between a case and the partition of its group: where the case that the group knows is kept."""


class Partition:
    """One owned partition: its shards, and the versions under which their cases are stored.

    `shard` has the brands that are dealt here, `grouped` those whose group has its home here (`streams.agents.group_routing`).

    A case is a fold of two topics, so its version counts the writes instead of naming an offset. Redelivered signals
    and actions change nothing, since a case remembers which it has applied.
    """

    def __init__(self, number: int, table: StateTable, directory: Directory, partitions: int) -> None:
        self.number = number
        self.shard = TriageShard(directory)
        self.grouped = TriageShard(directory)
        self.clocks = Clocks(partitions)
        self._table = table
        self._epoch = table.epoch(number)
        self._writes: dict[str, int] = {}
        for key, value in table.rows(number):
            name, of_group, _ = key.decode().partition(CASE_OF_GROUP)
            (self.grouped if of_group else self.shard).cases[name] = cases.decode(value.payload)
            self._writes[key.decode()] = value.version.number

    def hear(self, record: Signal | Now | Action, source: bytes) -> list[Notification]:
        """Return what there is to tell after a record that was passed on to the home of a group."""
        if isinstance(record, Now):
            reached = self.clocks.reach(int(source), record.at)
            return [] if reached is None else self.grouped.apply(reached)
        return self.grouped.apply(record)

    async def save(self, outgoing: Outgoing) -> None:
        """Store the cases that changed."""
        for shard, suffix in ((self.shard, ""), (self.grouped, f"{CASE_OF_GROUP}{self.number}")):
            for name in shard.changed:
                await self._write(name + suffix, shard.cases[name], outgoing)
            shard.changed.clear()

    async def _write(self, key: str, case: Case, outgoing: Outgoing) -> None:
        number = self._writes[key] = self._writes.get(key, 0) + 1
        value = Versioned(Version(self._epoch, number), self.number, cases.encode(case))
        outgoing.add(await self._table.write(key.encode(), value))


class Triaging:
    """Turns the signals of the partitions this worker owns into incidents."""

    def __init__(
        self, topics: Topics, sender: Sender, directory: Directory, table: StateTable, partitions: int
    ) -> None:
        self._topics = topics
        self._sender = sender
        self._directory = directory
        self._partitions = partitions
        self._owned = Owned(lambda number: Partition(number, table, directory, partitions))

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Apply the records; returns when notifications, incidents and cases are acknowledged, in this order."""
        await self._directory.loaded()
        outgoing = Outgoing(self._sender)
        touched: dict[int, Partition] = {}
        for event in events:
            record = self._read(event)
            if record is None:
                continue
            partition = touched[event.message.partition] = self._owned[event.message.partition]
            for notification in await self._take(partition, event.message.key or b"", record, outgoing):
                await self._tell(outgoing, notification)
        await outgoing.settled()
        for partition in touched.values():
            await partition.save(outgoing)
        await outgoing.settled()

    async def _take(
        self, partition: Partition, key: bytes, record: Signal | Now | Action, outgoing: Outgoing
    ) -> list[Notification]:
        """Apply a record where it is heard, or pass it on to the home of its group; return what there is to tell."""
        if key.startswith((GROUPED, ACT)):
            return partition.hear(record, key.removeprefix(GROUPED))
        if isinstance(record, Now):
            for number in {home(group, self._partitions) for group in self._directory.groups}:
                await self._pass_on(record, b"%d" % partition.number, number, outgoing)
            return partition.shard.apply(record)
        group, _ = self._directory.group(record.brand)
        found = way(record, partition.shard.cases, group)
        if found != "here":
            await self._pass_on(record, group.encode(), home(group, self._partitions), outgoing)
        return partition.shard.apply(record) if found != "onward" else []

    async def _pass_on(self, record: Signal | Now | Action, name: bytes, number: int, outgoing: Outgoing) -> None:
        raw = model.encode(record) if isinstance(record, Action) else signal.encode(record)
        prefix = ACT if isinstance(record, Action) else GROUPED
        await outgoing.send(self._topics.signals.name, prefix + name, raw, number)

    async def _tell(self, outgoing: Outgoing, notification: Notification) -> None:
        key = notification.incident.id.encode()
        await outgoing.send(self._topics.notifications.name, key, model.encode(notification))
        await outgoing.send(self._topics.incidents.name, key, model.encode(notification.incident))
        metrics.count_notification(notification)

    def _read(self, event: EventT[Any]) -> Signal | Now | Action | None:
        raw = event.message.value or b""
        try:
            if event.message.topic == self._topics.actions.name or (event.message.key or b"").startswith(ACT):
                return model.decode_action(raw)
            return signal.decode(raw)
        except msgspec.DecodeError as error:
            log.error("not understood: skipped", topic=event.message.topic, offset=event.message.offset, why=str(error))  # noqa: TRY400
            return None

    def forget(self) -> None:
        """Let all partitions go: they are being dealt anew."""
        self._owned.forget()
