"""Outbox: delivers notifications so that each incident has exactly one message, whatever the other side does.

Each incident has a task of its own, so that its revisions keep their order; the latest revision wins, replies are all
posted. A failure is retried for ever, and never delays another incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from alerts.delivery.chart_uploader import ChartUploader
from alerts.delivery.keyed_queue import KeyedWorkerQueue
from alerts.delivery.message_sync import MAX_CONCURRENT, MIN_INTERVAL, IncidentQueue, MessageSync, PendingNotification
from alerts.delivery.metrics import DeliveryMetrics, LoggingMetrics
from alerts.delivery.ports import TOO_LARGE, DeliveryError, FileUploader, Notifier
from alerts.delivery.rate_limit import Clock, retry_delay
from alerts.delivery.undelivered import UndeliveredAlerts

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.delivery.receipts import ReceiptStore
    from alerts.incidents.model import Notification
    from alerts.rendering.card import Chart
    from alerts.rendering.route import Route

log = structlog.get_logger(__name__)

POLL: Final = 0.2
"""Seconds between two checks for new notifications while a duplicate may still appear."""


class Outbox(KeyedWorkerQueue[IncidentQueue]):
    """Takes notifications and gives every incident its one message.

    `route` names a brand's channel; it may raise LookupError, and is asked again at every try, so that a corrected
    configuration takes effect. `done` is called once a notification, or a later one in its place, is delivered.
    """

    def __init__(
        self,
        notifier: Notifier,
        receipts: ReceiptStore,
        route: Callable[[str, int], Route],
        *,
        metrics: DeliveryMetrics | None = None,
        undelivered: UndeliveredAlerts | None = None,
        clock: Clock | None = None,
        min_interval: float = MIN_INTERVAL,
        max_concurrent: int = MAX_CONCURRENT,
    ) -> None:
        super().__init__()
        self._metrics = metrics or LoggingMetrics()
        self._clock = clock or Clock()
        self._undelivered = undelivered or UndeliveredAlerts(clock=self._clock)
        self._message_sync = MessageSync(
            notifier, receipts, route, self._metrics, self._clock, min_interval, max_concurrent
        )
        self._chart_uploader = (
            ChartUploader(notifier, route, self._clock, min_interval, self._attach_chart)
            if isinstance(notifier, FileUploader)
            else None
        )

    def submit(self, notification: Notification, done: Callable[[], None]) -> None:
        """Take a notification; call within the running event loop, in the order of an incident's revisions."""
        name = notification.incident.id
        queue = self._queues.get(name) or IncidentQueue(name)
        queue.pending.append(PendingNotification(notification, done, self._clock.monotonic()))
        self._start(name, queue)

    async def _process(self, queue: IncidentQueue) -> None:
        while queue.pending or queue.may_be_duplicated or queue.new_chart:
            if not queue.pending and queue.new_chart:
                await self._deliver_chart(queue)
                continue
            if not queue.pending:
                await self._wait_for_duplicate(queue)
            count = len(queue.pending)
            await self._deliver_with_retry(queue)
            finished, queue.pending = queue.pending[:count], queue.pending[count:]
            for item in finished:
                queue.last_delivered = item.notification
                item.done()
            if self._chart_uploader is not None and queue.last_delivered is not None and queue.record is not None:
                self._chart_uploader.request(queue.last_delivered, queue.record.chart)
            self._delete_obsolete_charts(queue)

    def _attach_chart(self, notification: Notification, chart: Chart) -> None:
        """Take a chart that is ready to be shown."""
        name = notification.incident.id
        queue = self._queues.get(name) or IncidentQueue(name, last_delivered=notification)
        queue.new_chart = chart
        self._start(name, queue)

    async def _deliver_chart(self, queue: IncidentQueue) -> None:
        """Show a chart, if that succeeds at the first attempt: it is no alert."""
        chart = queue.new_chart
        try:
            await self._message_sync.deliver(queue)
        except Exception as error:  # noqa: BLE001  the alert itself is delivered
            reason = getattr(error, "code", type(error).__name__)
            log.warning("chart not shown", incident=queue.incident, reason=reason)
        queue.new_chart = None
        if chart is not None and (queue.record is None or queue.record.chart != chart):
            queue.obsolete_charts.append(chart)
        self._delete_obsolete_charts(queue)

    def _delete_obsolete_charts(self, queue: IncidentQueue) -> None:
        if self._chart_uploader is not None:
            self._chart_uploader.delete(queue.obsolete_charts)

    async def _wait_for_duplicate(self, queue: IncidentQueue) -> None:
        """Wait until no duplicate can appear any more, or there is something new to deliver."""
        while not (queue.pending or queue.new_chart) and (rest := self._message_sync.duplicate_wait(queue)) > 0:
            await self._clock.sleep(min(rest, POLL))

    async def stop(self) -> None:
        """Stop: what is not done stays undone, for the worker that takes over."""
        if self._chart_uploader is not None:
            await self._chart_uploader.stop()
        await super().stop()

    async def drop(self, incident: str) -> None:
        """Deliver nothing more of an incident; what was pending counts as done."""
        if self._chart_uploader is not None:
            self._chart_uploader.drop(incident)
        for queue in await self._drop([incident]):
            for item in queue.pending:
                item.done()
        self._undelivered.forget(incident)

    async def _deliver_with_retry(self, queue: IncidentQueue) -> None:
        """Deliver the pending notifications, with as many attempts as it takes."""
        attempt = 0
        while True:
            try:
                await self._message_sync.deliver(queue)
                return await self._undelivered.on_delivery(queue.incident)
            except DeliveryError as error:
                attempt += 1
                await self._fail(queue, error, attempt)
            except Exception as error:  # noqa: BLE001  a bug of ours must not lose an alert
                attempt += 1
                await self._fail(queue, _as_delivery_error(error), attempt)

    async def _fail(self, queue: IncidentQueue, error: DeliveryError, attempt: int) -> None:
        """Count a failure, and wait before the next attempt."""
        queue.delivery_uncertain = queue.delivery_uncertain or error.uncertain
        if error.code in TOO_LARGE and not queue.text_only:
            queue.text_only = True
            self._metrics.refused(queue.incident, error, 0.0)
            return
        wait = retry_delay(error, attempt, self._clock.random())
        report = self._metrics.retried if error.retryable else self._metrics.refused
        report(queue.incident, error, wait)
        channel = queue.record.channel if queue.record is not None else ""
        brand = queue.latest.incident.brand
        await self._undelivered.on_failure(queue.incident, queue.incident, brand, channel, error)
        await self._clock.sleep(wait)


def _as_delivery_error(error: Exception) -> DeliveryError:
    """Return a bug of ours as a delivery error; the bare text may still be delivered."""
    failure = DeliveryError("unrenderable", f"{type(error).__name__}: {error}; please report it", retryable=False)
    failure.__cause__ = error
    return failure
