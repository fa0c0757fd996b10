"""The notify agent: the outbox in, messages out, their receipts kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from alerts import receipts
from alerts.delivery import Delivery
from alerts.escape import mention
from alerts.incident import decode_notification
from alerts.notifier import Route
from streams.metrics import Deliveries
from streams.unfinished import Unfinished
from streams.versions import Version, Versioned, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from faust.types import TP, EventT

    from alerts.notifier import Notifier
    from alerts.receipts import Posting
    from streams.brands import Directory
    from streams.positions import Positions
    from streams.table import StateTable

log = structlog.get_logger(__name__)


class Receipts:
    """Postings in a table; each is safe in the changelog when `put` returns."""

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._partitions: dict[str, int] = {}
        self._epochs: dict[int, int] = {}
        self._writes = 0

    def locate(self, incident: str, partition: int) -> None:
        """Note which partition an incident's notifications come from: its posting is kept there too."""
        self._partitions[incident] = partition

    async def get(self, incident: str) -> Posting | None:
        """Return what is known of an incident's message."""
        raw = self._table.data.get(incident.encode())
        return None if raw is None else receipts.decode(decode(raw).payload)

    async def put(self, posting: Posting) -> None:
        """Keep a posting."""
        partition = self._partitions[posting.incident]
        if partition not in self._epochs:
            self._epochs[partition] = self._table.epoch(partition)
        self._writes += 1
        version = Version(self._epochs[partition], self._writes)
        value = Versioned(version, partition, receipts.encode(posting))
        await (await self._table.write(posting.incident.encode(), value))

    def forget(self) -> None:
        """Forget the epochs: partitions are being dealt anew."""
        self._partitions.clear()
        self._epochs.clear()


class Notifying:
    """Delivers the notifications of the partitions this worker owns. A slow or failing Slack holds up nothing else."""

    def __init__(self, directory: Directory, table: StateTable, notifier: Notifier, channel: str, gap: float) -> None:
        self._directory = directory
        self._receipts = Receipts(table)
        self._notifier = notifier
        self._channel = channel
        self._unfinished: Unfinished[TP] = Unfinished()
        self._delivery = Delivery(notifier, self._receipts, self._route, meter=Deliveries(), gap=gap)
        self.positions: Positions[TP] | None = None

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Hand the notifications to the outbox; `positions` hears of each when it is delivered."""
        await self._directory.loaded()
        for event in events:
            self._unfinished.begin(event.message.tp, event.message.offset)
            try:
                notification = decode_notification(event.message.value or b"")
            except msgspec.DecodeError as error:
                log.error("not a notification: skipped", offset=event.message.offset, why=str(error))  # noqa: TRY400
                self._done(event)()
                continue
            self._receipts.locate(notification.incident.id, event.message.partition)
            self._delivery.submit(notification, self._done(event))

    def _done(self, event: EventT[Any]) -> Callable[[], None]:
        tp, offset = event.message.tp, event.message.offset

        def done() -> None:
            reached = self._unfinished.finish(tp, offset)
            if reached is not None and self.positions is not None:
                self.positions.finish(tp, reached)

        return done

    def _route(self, brand: str) -> Route:
        configured = self._directory.brand(brand)
        return Route(configured.slack_channel or self._channel, configured.language, mention(configured.on_call))

    async def settle(self) -> None:
        """Stop delivering: what is not done is done by whoever gets the partition."""
        await self._delivery.abandon()
        self._unfinished.forget()
        self._receipts.forget()
