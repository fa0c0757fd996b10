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
        clock: Clock | None = None,
        min_interval: float = MIN_INTERVAL,
        max_concurrent: int = MAX_CONCURRENT,
    ) -> None:
        super().__init__()
        self._metrics = metrics or LoggingMetrics()
        self._clock = clock or Clock()
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
        line = self._queues.get(name) or IncidentQueue(name)
        line.pending.append(PendingNotification(notification, done, self._clock.monotonic()))
        self._start(name, line)

    async def _process(self, line: IncidentQueue) -> None:
        while line.pending or line.may_be_duplicated or line.new_chart:
            if not line.pending and line.new_chart:
                await self._deliver_chart(line)
                continue
            if not line.pending:
                await self._wait_for_duplicate(line)
            count = len(line.pending)
            await self._deliver_with_retry(line)
            finished, line.pending = line.pending[:count], line.pending[count:]
            for order in finished:
                line.last_delivered = order.notification
                order.done()
            if self._chart_uploader is not None and line.last_delivered is not None and line.record is not None:
                self._chart_uploader.request(line.last_delivered, line.record.chart)
            self._delete_obsolete_charts(line)

    def _attach_chart(self, notification: Notification, picture: Chart) -> None:
        """Take a chart that is ready to be shown."""
        name = notification.incident.id
        line = self._queues.get(name) or IncidentQueue(name, last_delivered=notification)
        line.new_chart = picture
        self._start(name, line)

    async def _deliver_chart(self, line: IncidentQueue) -> None:
        """Show a chart, if that succeeds at the first attempt: it is no alert."""
        picture = line.new_chart
        try:
            await self._message_sync.deliver(line)
        except Exception as error:  # noqa: BLE001  the alert itself is delivered
            reason = getattr(error, "code", type(error).__name__)
            log.warning("chart not shown", incident=line.incident, reason=reason)
        line.new_chart = None
        if picture is not None and (line.record is None or line.record.chart != picture):
            line.obsolete_charts.append(picture)
        self._delete_obsolete_charts(line)

    def _delete_obsolete_charts(self, line: IncidentQueue) -> None:
        if self._chart_uploader is not None:
            self._chart_uploader.delete(line.obsolete_charts)

    async def _wait_for_duplicate(self, line: IncidentQueue) -> None:
        """Wait until no duplicate can appear any more, or there is something new to deliver."""
        while not (line.pending or line.new_chart) and (rest := self._message_sync.duplicate_wait(line)) > 0:
            await self._clock.sleep(min(rest, POLL))

    async def stop(self) -> None:
        """Stop: what is not done stays undone, for the worker that takes over."""
        if self._chart_uploader is not None:
            await self._chart_uploader.stop()
        await super().stop()

    async def _deliver_with_retry(self, line: IncidentQueue) -> None:
        """Deliver the pending notifications, with as many attempts as it takes."""
        attempt = 0
        while True:
            try:
                return await self._message_sync.deliver(line)
            except DeliveryError as error:
                attempt += 1
                await self._fail(line, error, attempt)
            except Exception as error:  # noqa: BLE001  a bug of ours must not lose an alert
                attempt += 1
                await self._fail(line, _as_delivery_error(error), attempt)

    async def _fail(self, line: IncidentQueue, error: DeliveryError, attempt: int) -> None:
        """Count a failure, and wait before the next attempt."""
        line.delivery_uncertain = line.delivery_uncertain or error.uncertain
        if error.code in TOO_LARGE and not line.text_only:
            line.text_only = True
            self._metrics.refused(line.incident, error, 0.0)
            return
        wait = retry_delay(error, attempt, self._clock.random())
        report = self._metrics.retried if error.retryable else self._metrics.refused
        report(line.incident, error, wait)
        await self._clock.sleep(wait)


def _as_delivery_error(error: Exception) -> DeliveryError:
    """Return a bug of ours as a delivery error; the bare text may still be delivered."""
    failure = DeliveryError("unrenderable", f"{type(error).__name__}: {error}; please report it", retryable=False)
    failure.__cause__ = error
    return failure
