"""The notify agent: notifications in, messages to Slack and beyond out, their receipts kept in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog
from msgspec.structs import replace

from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.outbox import Outbox
from alerts.delivery.undelivered import UndeliveredAlerts, UndeliveredSummary, summarise
from alerts.incidents.model import decode_notification
from alerts.rendering.text import supported_language
from config.brands.on_call import route
from streams.agents.erasure import is_erasure
from streams.agents.external_escalation import ExternalEscalation
from streams.agents.metrics import PrometheusDeliveryMetrics
from streams.agents.receipt_store import KafkaReceiptStore
from streams.clock import wall_ms
from streams.exactly_once.completion import CompletionLatch
from streams.exactly_once.fetch_batches import place, topic_partition
from streams.exactly_once.inflight import InflightOffsets
from streams.listening.health import coverage
from streams.listening.health_view import SourceHealthView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from faust.types import TP

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.rendering.route import Route
    from streams.exactly_once.fetch_batches import KafkaRecord
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
        sources: SourceHealthView | None = None,
    ) -> None:
        self._brands = brands
        self._receipts = KafkaReceiptStore(table)
        self._notifier = notifier
        self._default_channel = default_channel
        self._canaries = canaries
        self._buttons = buttons
        self._web_url = web_url
        self._sources = sources or SourceHealthView()
        self._inflight: InflightOffsets[TP] = InflightOffsets()
        metrics = PrometheusDeliveryMetrics()
        self._undelivered = UndeliveredAlerts(self._receipts)
        self._outbox = Outbox(
            notifier,
            self._receipts,
            self._route,
            metrics=metrics,
            undelivered=self._undelivered,
            min_interval=channel_gap,
        )
        sender = ExternalSender(external_notifiers, self._receipts, metrics=metrics, undelivered=self._undelivered)
        self._external = ExternalEscalation(sender, brands, self._receipts, self._undelivered, web_url=web_url, dnd=dnd)
        self._offsets = offsets

    async def process(self, records: Sequence[KafkaRecord]) -> None:
        """Hand the notifications to the outbox; each offset counts as processed once its notification is delivered."""
        await self._brands.loaded()
        for record in records:
            self._inflight.add(topic_partition(record), record.offset)
            if self._canaries.handle(record, self._undelivered_of(record.partition)):
                self._done(record)()
                continue
            if is_erasure(record.headers):
                await self._erase(record)
                continue
            try:
                notification = decode_notification(record.value or b"")
            except msgspec.DecodeError as error:
                log.error("undecodable record skipped", **place(record), reason=str(error))  # noqa: TRY400
                self._done(record)()
                continue
            partition = record.partition
            self._receipts.locate(notification.incident.id, partition)
            with CompletionLatch(self._done(record)) as latch:
                self._external.escalate(notification, partition, latch)
                self._external.bypass_dnd(notification, partition, latch)
                self._outbox.submit(notification, self._external.guard_delivery(notification, partition, latch))

    def _done(self, record: KafkaRecord) -> Callable[[], None]:
        tp, offset = topic_partition(record), record.offset

        def done() -> None:
            reached = self._inflight.complete(tp, offset)
            if reached is not None:
                self._offsets.mark_processed(tp, reached)

        return done

    async def _erase(self, record: KafkaRecord) -> None:
        """Forget an incident of a brand that was removed; what is not delivered by now is not delivered any more."""
        incident = (record.key or b"").decode(errors="replace")
        await self._outbox.drop(incident)
        await self._external.drop(incident)
        await self._receipts.erase(incident, record.partition)
        self._done(record)()

    @property
    def pending_count(self) -> int:
        """Return how many notifications wait for a receiver."""
        return self._outbox.pending_count + self._external.pending_count

    def undelivered(self) -> UndeliveredSummary:
        """Return what this worker tries to deliver in vain."""
        return summarise(self._undelivered.failing.values())

    def _undelivered_of(self, partition: int) -> UndeliveredSummary:
        failing = self._undelivered.failing.items()
        return summarise(alert for key, alert in failing if self._receipts.partition(key) == partition)

    def _route(self, brand: str, at: int) -> Route:
        found = route(self._brands.brand(brand), at, self._default_channel, buttons=self._buttons, web=self._web_url)
        now = wall_ms()
        sources = [one for one in self._sources.at(now) if brand in one.brands]
        return replace(found, sources=coverage(sources, now, supported_language(found.language)))

    async def stop(self) -> None:
        """Stop delivering: the next owner of the partition delivers the rest."""
        await self._outbox.stop()
        await self._external.stop()
        self._undelivered.reset()
        self._inflight.reset()
        self._receipts.reset()
