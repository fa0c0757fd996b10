"""Receipt store: what is kept of an incident's messages and of what is undelivered, and what an erasure leaves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from alerts.delivery.ports import MessageRef
from alerts.delivery.receipts import DeliveryRecord
from alerts.delivery.undelivered import Undelivered
from streams.agents.receipt_store import KafkaReceiptStore
from streams.exactly_once.fencing import FencedValue, decode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

PARTITION = 3


@dataclass
class Table:
    """A table in memory, values encoded."""

    data: dict[bytes, bytes] = field(default_factory=dict)

    def rows(self, partition: int) -> Iterator[tuple[bytes, FencedValue]]:
        """Return the rows of a partition."""
        rows = {key: decode(raw) for key, raw in self.data.items()}
        return iter([(key, value) for key, value in rows.items() if value.partition == partition])

    def epoch(self, partition: int) -> int:
        """Return the epoch of a new owner."""
        return 1 + max((value.version.epoch for _, value in self.rows(partition)), default=0)

    async def write(self, key: bytes, value: FencedValue) -> Awaitable[None]:
        """Keep a value."""
        self.data[key] = value.encode()
        return asyncio.sleep(0)

    async def remove(self, key: bytes, partition: int) -> Awaitable[None]:
        """Remove a value of a partition."""
        assert decode(self.data.pop(key)).partition == partition
        return asyncio.sleep(0)


async def store(*incidents: str) -> tuple[KafkaReceiptStore, Table]:
    """Return a store that holds a message, a page outside Slack and a failure of each of these incidents."""
    table = Table()
    kept = KafkaReceiptStore(cast("Any", table))
    for incident in incidents:
        for name in (incident, f"{incident}>pagerduty:"):
            kept.locate(name, PARTITION)
            await kept.put(DeliveryRecord(name, "#acme", 1, MessageRef("C0000001", "1.000001")))
            await kept.put_undelivered(name, Undelivered(incident, "#acme", 7, "acme", "is_archived", "…"))
    return kept, table


async def test_receipts_and_failures_survive_the_worker() -> None:
    """The next owner reads both under the same key, and a failure that is over is gone."""
    first, table = await store("acme-1")
    later = KafkaReceiptStore(cast("Any", table))
    later.locate("acme-1", PARTITION)
    receipt, failure = await later.get("acme-1"), later.undelivered("acme-1")
    assert receipt is not None
    assert receipt.message == MessageRef("C0000001", "1.000001")
    assert failure == first.undelivered("acme-1") == Undelivered("acme-1", "#acme", 7, "acme", "is_archived", "…")
    await later.put_undelivered("acme-1", None)
    assert later.undelivered("acme-1") is None
    assert await later.get("acme-1") == receipt


async def test_an_erased_incident_leaves_nothing_and_others_stay() -> None:
    """Its message, its pages outside Slack, what was undelivered: all rows, of this incident alone."""
    kept, table = await store("acme-1", "acme-12")
    await kept.erase("acme-1", PARTITION)
    assert sorted(table.data) == [
        b"acme-12",
        b"acme-12\0undelivered",
        b"acme-12>pagerduty:",
        b"acme-12>pagerduty:\0undelivered",
    ]


async def test_a_failure_that_cannot_be_read_is_not_known() -> None:
    """A damaged value hides no later failure."""
    kept, table = await store("acme-1")
    broken = decode(table.data[b"acme-1\0undelivered"])
    table.data[b"acme-1\0undelivered"] = FencedValue(broken.version, PARTITION, b"{").encode()
    assert kept.undelivered("acme-1") is None
