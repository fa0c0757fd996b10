"""External sender: delivers alerts to receivers outside Slack, at least once each.

An alert is sent until the other side has accepted it, and then recorded; a crash between the two sends it again with
the same idempotency key. An incident that is resolved before its first alert could be sent is not sent any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.delivery.keyed_queue import KeyedWorkerQueue
from alerts.delivery.metrics import DeliveryMetrics, LoggingMetrics
from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Clock, retry_delay
from alerts.delivery.receipts import DeliveryRecord, ReceiptStore
from alerts.delivery.undelivered import UndeliveredAlerts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.delivery.external_alert import ExternalAlert, ExternalNotifier
    from alerts.oncall.escalation_targets import ExternalTarget

NOT_CONFIGURED: Final = "set its variables in the environment of the workers (docs/escalation.md)"


@dataclass(frozen=True)
class _PendingAlert:
    alert: ExternalAlert
    done: Callable[[], None]
    withdrawn: Callable[[], bool]


@dataclass
class _TargetQueue:
    """The alerts of one incident for one target, in the order of its revisions."""

    key: str
    target: ExternalTarget
    pending: list[_PendingAlert] = field(default_factory=list)
    attempted: bool = False  # an alert may have arrived


class ExternalSender(KeyedWorkerQueue[_TargetQueue]):
    """Sends alerts to receivers outside Slack; a failing receiver delays no other."""

    def __init__(
        self,
        notifiers: Mapping[str, ExternalNotifier],
        receipts: ReceiptStore,
        *,
        metrics: DeliveryMetrics | None = None,
        undelivered: UndeliveredAlerts | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._notifiers = notifiers
        self._receipts = receipts
        self._metrics = metrics or LoggingMetrics()
        self._clock = clock or Clock()
        self._undelivered = undelivered or UndeliveredAlerts(clock=self._clock)

    def submit(
        self,
        alert: ExternalAlert,
        target: ExternalTarget,
        done: Callable[[], None],
        withdrawn: Callable[[], bool] = bool,
    ) -> None:
        """Take an alert; call within the running event loop, in the order of an incident's revisions.

        `done` is called once the other side has accepted it, or it needs no sending any more; before each attempt
        `withdrawn` tells whether it does not.
        """
        name = receipt_key(alert.incident, target)
        queue = self._queues.get(name) or _TargetQueue(name, target)
        queue.pending.append(_PendingAlert(alert, done, withdrawn))
        self._start(name, queue)

    async def drop(self, incident: str) -> None:
        """Send nothing more of an incident; what was pending counts as done."""
        names = [name for name in self._queues if name.startswith(f"{incident}>")]
        for queue in await self._drop(names):
            for item in queue.pending:
                item.done()
            self._undelivered.forget(queue.key)

    async def _process(self, queue: _TargetQueue) -> None:
        attempt = 0
        while queue.pending:
            try:
                await self._deliver(queue)
                attempt = 0
            except DeliveryError as error:
                attempt += 1
                await self._fail(queue, error, attempt)
            except Exception as error:  # noqa: BLE001  a bug of ours must not lose an alert
                attempt += 1
                bug = DeliveryError("bug", f"{type(error).__name__}: please report it", retryable=True)
                await self._fail(queue, bug, attempt)

    async def _deliver(self, queue: _TargetQueue) -> None:
        """Send the next alert and record it, unless it was sent before or is superseded."""
        item = queue.pending[0]
        record = await self._receipts.get(queue.key)
        known = record is not None and item.alert.revision <= record.revision
        if not (known or item.withdrawn() or self._is_superseded(queue, record)):
            queue.attempted = True
            started = self._clock.monotonic()
            await self._notifier(queue.target).send(item.alert, queue.target.address)
            self._metrics.delivered(queue.key, "external", self._clock.monotonic() - started)
            kept = DeliveryRecord(queue.key, queue.target.notifier, self._clock.wall(), revision=item.alert.revision)
            await self._receipts.put(kept)
        await self._undelivered.on_delivery(queue.key)
        queue.pending.remove(item)
        item.done()

    @staticmethod
    def _is_superseded(queue: _TargetQueue, record: DeliveryRecord | None) -> bool:
        """Tell whether nobody there has heard of the incident, and it is acknowledged or resolved by now."""
        unheard = record is None and not queue.attempted
        return unheard and any(item.alert.event != "trigger" for item in queue.pending)

    def _notifier(self, target: ExternalTarget) -> ExternalNotifier:
        channel = self._notifiers.get(target.notifier)
        if channel is None:
            raise DeliveryError("not_configured", f"{target.notifier}: {NOT_CONFIGURED}", retryable=False)
        return channel

    async def _fail(self, queue: _TargetQueue, error: DeliveryError, attempt: int) -> None:
        wait = retry_delay(error, attempt, self._clock.random())
        note = self._metrics.retried if error.retryable else self._metrics.refused
        alert, receiver = queue.pending[0].alert, queue.target.label
        note(alert.incident, error, wait)
        await self._undelivered.on_failure(queue.key, alert.incident, alert.brand, receiver, error)
        await self._clock.sleep(wait)


def receipt_key(incident: str, target: ExternalTarget) -> str:
    """Return the key of the delivery record of an incident's alerts for a target."""
    return f"{incident}>{target.notifier}:{target.address}"
