"""The notify agent: the outbox in, messages out, their receipts kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from alerts.delivery.external_sender import Relay
from alerts.delivery.outbox import Delivery
from alerts.incidents.model import decode_notification
from config.brands.on_call import route
from streams.agents.external_escalation import Countdown, Outside
from streams.agents.metrics import Deliveries
from streams.agents.receipt_store import Receipts
from streams.exactly_once.inflight import Unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from faust.types import TP, EventT

    from alerts.delivery.external_alert import Channel
    from alerts.delivery.ports import Notifier, Route
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from streams.exactly_once.offsets import Positions
    from streams.exactly_once.state_table import StateTable
    from streams.heartbeat.forwarder import Beating
    from streams.views.brands import Directory

log = structlog.get_logger(__name__)


class Notifying:
    """Delivers the notifications of the partitions this worker owns. A slow or failing Slack holds up nothing else."""

    def __init__(
        self,
        directory: Directory,
        table: StateTable,
        notifier: Notifier,
        channels: Mapping[str, Channel],
        channel: str,
        gap: float,
        beating: Beating,
        *,
        buttons: bool,
        web: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._directory = directory
        self._receipts = Receipts(table)
        self._notifier = notifier
        self._channel = channel
        self._beating = beating
        self._buttons = buttons
        self._web = web
        self._unfinished: Unfinished[TP] = Unfinished()
        meter = Deliveries()
        self._delivery = Delivery(notifier, self._receipts, self._route, meter=meter, gap=gap)
        relay = Relay(channels, self._receipts, meter=meter)
        self._outside = Outside(relay, directory, self._receipts, web=web, dnd=dnd)
        self.positions: Positions[TP] | None = None

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Hand the notifications to the outbox; `positions` hears of each when it is delivered."""
        await self._directory.loaded()
        for event in events:
            self._unfinished.begin(event.message.tp, event.message.offset)
            if self._beating.answered(event):
                self._done(event)()
                continue
            try:
                notification = decode_notification(event.message.value or b"")
            except msgspec.DecodeError as error:
                log.error("not a notification: skipped", offset=event.message.offset, why=str(error))  # noqa: TRY400
                self._done(event)()
                continue
            self._receipts.locate(notification.incident.id, event.message.partition)
            partition, part = event.message.partition, Countdown(3, self._done(event))
            self._outside.submit(notification, partition, part)
            self._outside.rouse(notification, partition, part)
            self._delivery.submit(notification, self._outside.watch(notification, partition, part))

    def _done(self, event: EventT[Any]) -> Callable[[], None]:
        tp, offset = event.message.tp, event.message.offset

        def done() -> None:
            reached = self._unfinished.finish(tp, offset)
            if reached is not None and self.positions is not None:
                self.positions.finish(tp, reached)

        return done

    def _route(self, brand: str, at: int) -> Route:
        return route(self._directory.brand(brand), at, self._channel, buttons=self._buttons, web=self._web)

    async def settle(self) -> None:
        """Stop delivering: what is not done is done by whoever gets the partition."""
        await self._delivery.abandon()
        await self._outside.abandon()
        self._unfinished.forget()
        self._receipts.forget()
