"""The watch agent: records of `mentions.scored` in, signals out, the brands' states kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from detectors import signal, time, watch
from detectors.signal import Signal
from mentions.scored import Batch, decode
from streams import metrics
from streams.pipeline import WatchShard
from streams.sender import Outgoing
from streams.versions import Version, Versioned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import EventT

    from streams.brands import Directory
    from streams.sender import Sender
    from streams.table import StateTable
    from streams.topics import Topics

log = structlog.get_logger(__name__)

TIME_KEY: Final = b"\x00time/"  # not a brand: a brand's name holds no NUL


class Partition:
    """One owned partition: its shard, the epoch it writes under, and the offset each brand's state stands for."""

    def __init__(self, number: int, table: StateTable, directory: Directory) -> None:
        self.number = number
        self.shard = WatchShard(directory)
        self._table = table
        self._epoch = table.epoch(number)
        self._applied: dict[str, int] = {}
        for key, value in table.rows(number):
            if key.startswith(TIME_KEY):
                self.shard.watermarks = time.decode(value.payload)
            else:
                self.shard.states[key.decode()] = watch.decode(value.payload)
                self._applied[key.decode()] = value.version.number
        self._offset = -1

    def apply(self, record: Batch | Any, offset: int) -> list[Any]:
        """Return what follows from the record at `offset`; nothing where the brand's state already stands for it."""
        self._offset = offset
        if isinstance(record, Batch) and offset <= self._applied.get(record.brand, -1):
            return []
        return self.shard.apply(record)

    async def save(self, outgoing: Outgoing) -> None:
        """Store what changed: first the brands, and once these are safe, the time that may rest on them."""
        for brand in self.shard.changed:
            payload = watch.encode(self.shard.states[brand])
            self._applied[brand] = self._offset
            outgoing.add(await self._table.write(brand.encode(), self._versioned(payload)))
        self.shard.changed.clear()
        await outgoing.settled()
        value = self._versioned(time.encode(self.shard.watermarks))
        outgoing.add(await self._table.write(TIME_KEY + b"%d" % self.number, value))
        await outgoing.settled()

    def _versioned(self, payload: bytes) -> Versioned:
        return Versioned(Version(self._epoch, self._offset), self.number, payload)


class Watching:
    """Watches the brands of the partitions this worker owns."""

    def __init__(self, topics: Topics, sender: Sender, directory: Directory, table: StateTable) -> None:
        self._topics = topics
        self._sender = sender
        self._directory = directory
        self._table = table
        self._partitions: dict[int, Partition] = {}

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Apply the records; returns when signals and states are acknowledged."""
        outgoing = Outgoing(self._sender)
        touched: dict[int, Partition] = {}
        for event in events:
            record = self._read(event)
            if record is None:
                continue
            if isinstance(record, Batch):
                await self._directory.known(record.brand, record.policy)
            partition = touched[event.message.partition] = self._partition(event.message.partition)
            for found in partition.apply(record, event.message.offset):
                await self._tell(outgoing, partition.number, found)
        await outgoing.settled()
        for partition in touched.values():
            await partition.save(outgoing)

    def _partition(self, number: int) -> Partition:
        if number not in self._partitions:
            self._partitions[number] = Partition(number, self._table, self._directory)
        return self._partitions[number]

    async def _tell(self, outgoing: Outgoing, partition: int, found: Any) -> None:
        key = found.brand.encode() if isinstance(found, Signal) else None
        await outgoing.send(self._topics.signals.name, key, signal.encode(found), partition)
        metrics.count_signal(found)

    def _read(self, event: EventT[Any]) -> Any | None:
        try:
            return decode(event.message.value or b"")
        except msgspec.DecodeError as error:
            log.error("not a scored record: skipped", offset=event.message.offset, reason=str(error))  # noqa: TRY400
            return None

    def forget(self) -> None:
        """Let all partitions go: they are being dealt anew."""
        self._partitions.clear()
