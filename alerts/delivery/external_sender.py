"""Who outside Slack has to hear of a notification, and have they heard?

An alarm is sent until the other side has taken it, and noted in a receipt; a crash between the two sends it again, and
its key makes the repetition one with it. What is over before it could be told at all is not told any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.delivery.keyed_queue import KeyedWorkerQueue
from alerts.delivery.metrics import DeliveryMetrics, LoggingMetrics
from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Clock, retry_delay
from alerts.delivery.receipts import DeliveryRecord, ReceiptStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.delivery.external_alert import ExternalAlert, ExternalNotifier
    from alerts.oncall.escalation_targets import ExternalTarget

NOT_CONFIGURED: Final = "set its variables in the environment of the workers (docs/escalation.md)"


@dataclass(frozen=True)
class _PendingAlert:
    alert: ExternalAlert
    done: Callable[[], None]


@dataclass
class _TargetQueue:
    """The alarms of one incident for one target, in the order of its revisions."""

    key: str
    target: ExternalTarget
    pending: list[_PendingAlert] = field(default_factory=list)
    attempted: bool = False  # an alarm may have arrived


class ExternalSender(KeyedWorkerQueue[_TargetQueue]):
    """Sends alarms to the channels outside Slack; a failing channel holds up no other."""

    def __init__(
        self,
        notifiers: Mapping[str, ExternalNotifier],
        receipts: ReceiptStore,
        *,
        metrics: DeliveryMetrics | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._notifiers = notifiers
        self._receipts = receipts
        self._metrics = metrics or LoggingMetrics()
        self._clock = clock or Clock()

    def submit(self, alert: ExternalAlert, target: ExternalTarget, done: Callable[[], None]) -> None:
        """Take an alarm; call within the running event loop, in the order of an incident's revisions.

        `done` is called once it is taken by the other side, or needs telling no more.
        """
        name = receipt_key(alert.incident, target)
        line = self._queues.get(name) or _TargetQueue(name, target)
        line.pending.append(_PendingAlert(alert, done))
        self._start(name, line)

    async def _process(self, line: _TargetQueue) -> None:
        attempt = 0
        while line.pending:
            try:
                await self._deliver(line)
                attempt = 0
            except DeliveryError as error:
                attempt += 1
                await self._fail(line, error, attempt)
            except Exception as error:  # noqa: BLE001  a mistake of ours must not lose an alarm
                attempt += 1
                mistake = DeliveryError("mistake", f"{type(error).__name__}: please report it", retryable=True)
                await self._fail(line, mistake, attempt)

    async def _deliver(self, line: _TargetQueue) -> None:
        """Send the next alarm, unless it is known to be sent or is needless, and note it."""
        order = line.pending[0]
        posting = await self._receipts.get(line.key)
        known = posting is not None and order.alert.revision <= posting.revision
        if not known and not self._is_superseded(line, posting):
            line.attempted = True
            started = self._clock.monotonic()
            await self._notifier(line.target).send(order.alert, line.target.address)
            self._metrics.delivered(line.key, "alarm", self._clock.monotonic() - started)
            kept = DeliveryRecord(line.key, line.target.notifier, self._clock.wall(), revision=order.alert.revision)
            await self._receipts.put(kept)
        line.pending.remove(order)
        order.done()

    @staticmethod
    def _is_superseded(line: _TargetQueue, posting: DeliveryRecord | None) -> bool:
        """Tell whether nobody there has heard of the incident, and it is in hand or over by now."""
        unheard = posting is None and not line.attempted
        return unheard and any(order.alert.event != "trigger" for order in line.pending)

    def _notifier(self, target: ExternalTarget) -> ExternalNotifier:
        channel = self._notifiers.get(target.notifier)
        if channel is None:
            raise DeliveryError("not_set_up", f"{target.notifier}: {NOT_CONFIGURED}", retryable=False)
        return channel

    async def _fail(self, line: _TargetQueue, error: DeliveryError, attempt: int) -> None:
        wait = retry_delay(error, attempt, self._clock.random())
        note = self._metrics.retried if error.retryable else self._metrics.refused
        note(line.pending[0].alert.incident, error, wait)
        await self._clock.sleep(wait)


def receipt_key(incident: str, target: ExternalTarget) -> str:
    """Return the name under which the receipts of an incident's alarms for a target are kept."""
    return f"{incident}>{target.notifier}:{target.address}"
