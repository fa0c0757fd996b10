"""The triage agent: signals and actions in, incidents and notifications out, the brands' cases kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from alerts import case as cases
from alerts import incident
from detectors import signal
from streams import metrics
from streams.owned import Owned
from streams.pipeline import TriageShard
from streams.sender import Outgoing
from streams.versions import Version, Versioned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import EventT

    from alerts.incident import Action, Notification
    from detectors.signal import Now, Signal
    from streams.brands import Directory
    from streams.sender import Sender
    from streams.table import StateTable
    from streams.topics import Topics

log = structlog.get_logger(__name__)


class Partition:
    """One owned partition: its shard, and the versions under which its cases are stored.

    A case is a fold of two topics, so its version counts the writes instead of naming an offset. Redelivered signals
    and actions change nothing, since a case remembers which it has applied.
    """

    def __init__(self, number: int, table: StateTable, directory: Directory) -> None:
        self.number = number
        self.shard = TriageShard(directory)
        self._table = table
        self._epoch = table.epoch(number)
        self._writes: dict[str, int] = {}
        for key, value in table.rows(number):
            self.shard.cases[key.decode()] = cases.decode(value.payload)
            self._writes[key.decode()] = value.version.number

    async def save(self, outgoing: Outgoing) -> None:
        """Store the cases that changed."""
        for name in self.shard.changed:
            number = self._writes[name] = self._writes.get(name, 0) + 1
            payload = cases.encode(self.shard.cases[name])
            value = Versioned(Version(self._epoch, number), self.number, payload)
            outgoing.add(await self._table.write(name.encode(), value))
        self.shard.changed.clear()


class Triaging:
    """Turns the signals of the partitions this worker owns into incidents."""

    def __init__(self, topics: Topics, sender: Sender, directory: Directory, table: StateTable) -> None:
        self._topics = topics
        self._sender = sender
        self._directory = directory
        self._owned = Owned(lambda number: Partition(number, table, directory))

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
            for notification in partition.shard.apply(record):
                await self._tell(outgoing, notification)
        await outgoing.settled()
        for partition in touched.values():
            await partition.save(outgoing)
        await outgoing.settled()

    async def _tell(self, outgoing: Outgoing, notification: Notification) -> None:
        key = notification.incident.id.encode()
        await outgoing.send(self._topics.notifications.name, key, incident.encode(notification))
        await outgoing.send(self._topics.incidents.name, key, incident.encode(notification.incident))
        metrics.count_notification(notification)

    def _read(self, event: EventT[Any]) -> Signal | Now | Action | None:
        raw = event.message.value or b""
        try:
            if event.message.topic == self._topics.actions.name:
                return incident.decode_action(raw)
            return signal.decode(raw)
        except msgspec.DecodeError as error:
            log.error("not understood: skipped", topic=event.message.topic, offset=event.message.offset, why=str(error))  # noqa: TRY400
            return None

    def forget(self) -> None:
        """Let all partitions go: they are being dealt anew."""
        self._owned.forget()
