"""The notify agent: notifications in, messages to Slack and beyond out, their receipts kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.outbox import Outbox
from alerts.incidents.model import decode_notification
from config.brands.on_call import route
from streams.agents.external_escalation import ExternalEscalation
from streams.agents.metrics import PrometheusDeliveryMetrics
from streams.agents.receipt_store import KafkaReceiptStore
from streams.exactly_once.completion import CompletionLatch
from streams.exactly_once.inflight import InflightOffsets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from faust.types import TP, EventT

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.rendering.route import Route
    from streams.exactly_once.offsets import OffsetTracker
    from streams.exactly_once.state_table import StateTable
    from streams.heartbeat.forwarder import CanaryForwarder
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


class NotifyAgent:
    """Delivers the notifications of the partitions this worker owns. A slow or failing Slack holds up nothing else."""

    def __init__(
        self,
        offsets: OffsetTracker[TP],
        brands: BrandRegistry,
        table: StateTable,
        notifier: Notifier,
        external_notifiers: Mapping[str, ExternalNotifier],
        default_channel: str,
        channel_gap: float,
        canaries: CanaryForwarder,
        *,
        buttons: bool,
        web_url: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._brands = brands
        self._receipts = KafkaReceiptStore(table)
        self._notifier = notifier
        self._default_channel = default_channel
        self._canaries = canaries
        self._buttons = buttons
        self._web_url = web_url
        self._inflight: InflightOffsets[TP] = InflightOffsets()
        metrics = PrometheusDeliveryMetrics()
        self._outbox = Outbox(notifier, self._receipts, self._route, metrics=metrics, min_interval=channel_gap)
        sender = ExternalSender(external_notifiers, self._receipts, metrics=metrics)
        self._external = ExternalEscalation(sender, brands, self._receipts, web_url=web_url, dnd=dnd)
        self._offsets = offsets

    async def process(self, events: Sequence[EventT[Any]]) -> None:
        """Hand the notifications to the outbox; each offset counts as processed once its notification is delivered."""
        await self._brands.loaded()
        for event in events:
            self._inflight.add(event.message.tp, event.message.offset)
            if self._canaries.handle(event):
                self._done(event)()
                continue
            try:
                notification = decode_notification(event.message.value or b"")
            except msgspec.DecodeError as error:
                self._log_skipped(event, error)
                self._done(event)()
                continue
            self._receipts.locate(notification.incident.id, event.message.partition)
            partition = event.message.partition
            with CompletionLatch(self._done(event)) as latch:
                self._external.escalate(notification, partition, latch)
                self._external.bypass_dnd(notification, partition, latch)
                self._outbox.submit(notification, self._external.guard_delivery(notification, partition, latch.part()))

    def _done(self, event: EventT[Any]) -> Callable[[], None]:
        tp, offset = event.message.tp, event.message.offset

        def done() -> None:
            reached = self._inflight.complete(tp, offset)
            if reached is not None:
                self._offsets.mark_processed(tp, reached)

        return done

    @staticmethod
    def _log_skipped(event: EventT[Any], error: msgspec.DecodeError) -> None:
        message = event.message
        place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        log.error("undecodable record skipped", **place, reason=str(error))

    def _route(self, brand: str, at: int) -> Route:
        return route(self._brands.brand(brand), at, self._default_channel, buttons=self._buttons, web=self._web_url)

    async def stop(self) -> None:
        """Stop delivering: the next owner of the partition delivers the rest."""
        await self._outbox.stop()
        await self._external.stop()
        self._inflight.reset()
        self._receipts.reset()
