"""The notify agent: the outbox in, messages out, their receipts kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.outbox import Outbox
from alerts.incidents.model import decode_notification
from config.brands.on_call import route
from streams.agents.external_escalation import CompletionLatch, ExternalEscalation
from streams.agents.metrics import PrometheusDeliveryMetrics
from streams.agents.receipt_store import KafkaReceiptStore
from streams.exactly_once.inflight import InflightOffsets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from faust.types import TP, EventT

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.rendering.route import Route
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from streams.exactly_once.offsets import OffsetTracker
    from streams.exactly_once.state_table import StateTable
    from streams.heartbeat.forwarder import CanaryForwarder
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


class NotifyAgent:
    """Delivers the notifications of the partitions this worker owns. A slow or failing Slack holds up nothing else."""

    def __init__(
        self,
        directory: BrandRegistry,
        table: StateTable,
        notifier: Notifier,
        channels: Mapping[str, ExternalNotifier],
        channel: str,
        gap: float,
        beating: CanaryForwarder,
        *,
        buttons: bool,
        web: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._brands = directory
        self._receipts = KafkaReceiptStore(table)
        self._notifier = notifier
        self._channel = channel
        self._canaries = beating
        self._buttons = buttons
        self._web = web
        self._inflight: InflightOffsets[TP] = InflightOffsets()
        meter = PrometheusDeliveryMetrics()
        self._delivery = Outbox(notifier, self._receipts, self._route, metrics=meter, min_interval=gap)
        relay = ExternalSender(channels, self._receipts, metrics=meter)
        self._external = ExternalEscalation(relay, directory, self._receipts, web=web, dnd=dnd)
        self.offsets: OffsetTracker[TP] | None = None

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Hand the notifications to the outbox; `positions` hears of each when it is delivered."""
        await self._brands.loaded()
        for event in events:
            self._inflight.add(event.message.tp, event.message.offset)
            if self._canaries.handle(event):
                self._done(event)()
                continue
            try:
                notification = decode_notification(event.message.value or b"")
            except msgspec.DecodeError as error:
                log.error("not a notification: skipped", offset=event.message.offset, why=str(error))  # noqa: TRY400
                self._done(event)()
                continue
            self._receipts.locate(notification.incident.id, event.message.partition)
            partition, part = event.message.partition, CompletionLatch(3, self._done(event))
            self._external.escalate(notification, partition, part)
            self._external.bypass_dnd(notification, partition, part)
            self._delivery.submit(notification, self._external.guard_delivery(notification, partition, part))

    def _done(self, event: EventT[Any]) -> Callable[[], None]:
        tp, offset = event.message.tp, event.message.offset

        def done() -> None:
            reached = self._inflight.complete(tp, offset)
            if reached is not None and self.offsets is not None:
                self.offsets.mark_processed(tp, reached)

        return done

    def _route(self, brand: str, at: int) -> Route:
        return route(self._brands.brand(brand), at, self._channel, buttons=self._buttons, web=self._web)

    async def stop(self) -> None:
        """Stop delivering: what is not done is done by whoever gets the partition."""
        await self._delivery.stop()
        await self._external.stop()
        self._inflight.reset()
        self._receipts.reset()
