"""Receipts of sent messages in a table, so that a worker that takes over a partition sends nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from alerts.delivery import receipts
from streams.exactly_once.fencing import FencedValue, FencedVersion, decode
from streams.views import undelivered

if TYPE_CHECKING:
    from alerts.delivery.receipts import DeliveryRecord
    from alerts.delivery.undelivered import Undelivered
    from streams.exactly_once.state_table import StateTable


class KafkaReceiptStore:
    """Postings in a table; each is safe in the changelog when `put` returns."""

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._partitions: dict[str, int] = {}
        self._epochs: dict[int, int] = {}
        self._writes = 0

    def locate(self, incident: str, partition: int) -> None:
        """Note which partition an incident's notifications come from: its posting is kept there too."""
        self._partitions[incident] = partition

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an incident's message; what cannot be read is not known."""
        key = incident.encode()
        raw = self._table.data.get(key)
        if raw is None:
            return None
        stored = decode(raw)
        try:
            return receipts.decode(stored.payload)
        except msgspec.DecodeError:
            self._table.quarantine(key, stored.partition, "no record of a delivery")
            await (await self._table.remove(key, stored.partition))
            return None

    def partition(self, name: str) -> int | None:
        """Return the partition that a record belongs to, if it is this worker's."""
        return self._partitions.get(name)

    async def put(self, posting: DeliveryRecord) -> None:
        """Keep a posting."""
        await self._write(posting.incident.encode(), self._partitions[posting.incident], receipts.encode(posting))

    def undelivered(self, key: str) -> Undelivered | None:
        """Return what is known of an alert's failures; what cannot be read is not known."""
        raw = self._table.data.get(key.encode() + undelivered.KEY_END)
        try:
            return None if raw is None else undelivered.decode(decode(raw).payload)
        except msgspec.DecodeError:
            return None

    async def put_undelivered(self, key: str, alert: Undelivered | None) -> None:
        """Keep the failures of an alert; None forgets them."""
        name, partition = key.encode() + undelivered.KEY_END, self._partitions[key]
        if alert is None:
            await (await self._table.remove(name, partition))
        else:
            await self._write(name, partition, msgspec.json.encode(alert))

    async def _write(self, key: bytes, partition: int, payload: bytes) -> None:
        if partition not in self._epochs:
            self._epochs[partition] = self._table.epoch(partition)
        self._writes += 1
        version = FencedVersion(self._epochs[partition], self._writes)
        await (await self._table.write(key, FencedValue(version, partition, payload)))

    async def erase(self, incident: str, partition: int) -> None:
        """Remove all that is kept of an incident's alerts."""
        name = incident.encode()
        for key in [key for key, _ in self._table.rows(partition) if _incident_of(key) == name]:
            await (await self._table.remove(key, partition))

    def reset(self) -> None:
        """Forget the epochs: partitions are being reassigned."""
        self._partitions.clear()
        self._epochs.clear()


def _incident_of(key: bytes) -> bytes:
    """Return the incident that a row is about: its message, an alert outside Slack, or what is undelivered of them."""
    return key.removesuffix(undelivered.KEY_END).partition(b">")[0]
