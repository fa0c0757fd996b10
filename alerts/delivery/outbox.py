"""How does each incident come to stand in exactly one message, whatever the other side does?

For each incident one task, so that its revisions keep their order; the latest revision wins, replies are all kept. A
failure is retried for ever, and never holds up another incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from alerts.delivery.chart_uploader import Easel
from alerts.delivery.keyed_queue import Lines
from alerts.delivery.message_sync import GAP, PARALLEL, Line, MessageSync, Order
from alerts.delivery.metrics import Log, Meter
from alerts.delivery.ports import OVERSIZED, DeliveryError, Gallery, Notifier, Route
from alerts.delivery.rate_limit import Timing, delay

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.delivery.ports import Picture
    from alerts.delivery.receipts import ReceiptStore
    from alerts.incidents.model import Notification

log = structlog.get_logger(__name__)

GLANCE: Final = 0.2
"""Seconds between two looks for new orders while waiting for a doubt to be settled."""


class Delivery(Lines[Line]):
    """The outbox: takes notifications, gives every incident its one message.

    `route` names a brand's channel; it may raise LookupError, and is asked again at every try, so that a corrected
    configuration takes effect. `done` is called once a notification, or a later one in its place, is delivered.
    """

    def __init__(
        self,
        notifier: Notifier,
        receipts: ReceiptStore,
        route: Callable[[str, int], Route],
        *,
        meter: Meter | None = None,
        timing: Timing | None = None,
        gap: float = GAP,
        parallel: int = PARALLEL,
    ) -> None:
        super().__init__()
        self._meter = meter or Log()
        self._timing = timing or Timing()
        self._courier = MessageSync(notifier, receipts, route, self._meter, self._timing, gap, parallel)
        self._easel = Easel(notifier, route, self._timing, gap, self._hang) if isinstance(notifier, Gallery) else None

    def submit(self, notification: Notification, done: Callable[[], None]) -> None:
        """Take a notification; call within the running event loop, in the order of an incident's revisions."""
        name = notification.incident.id
        line = self._lines.get(name) or Line(name)
        line.orders.append(Order(notification, done, self._timing.monotonic()))
        self._begin(name, line)

    async def _serve(self, line: Line) -> None:
        while line.orders or line.doubtful or line.picture:
            if not line.orders and line.picture:
                await self._show(line)
                continue
            if not line.orders:
                await self._wait(line)
            count = len(line.orders)
            await self._insist(line)
            finished, line.orders = line.orders[:count], line.orders[count:]
            for order in finished:
                line.told = order.notification
                order.done()
            if self._easel is not None and line.told is not None and line.posting is not None:
                self._easel.draw(line.told, line.posting.picture)
            self._clear(line)

    def _hang(self, notification: Notification, picture: Picture) -> None:
        """Take a picture that is ready to be shown."""
        name = notification.incident.id
        line = self._lines.get(name) or Line(name, told=notification)
        line.picture = picture
        self._begin(name, line)

    async def _show(self, line: Line) -> None:
        """Show a picture, if that can be done at once: it is no alert."""
        picture = line.picture
        try:
            await self._courier.deliver(line)
        except Exception as error:  # noqa: BLE001  the alert itself is delivered
            why = getattr(error, "code", type(error).__name__)
            log.warning("a chart is not shown", incident=line.incident, why=why)
        line.picture = None
        if picture is not None and (line.posting is None or line.posting.picture != picture):
            line.replaced.append(picture)
        self._clear(line)

    def _clear(self, line: Line) -> None:
        if self._easel is not None:
            self._easel.clear(line.replaced)

    async def _wait(self, line: Line) -> None:
        """Wait until the doubt about a message can be settled, or there is something new to tell."""
        while not (line.orders or line.picture) and (rest := self._courier.patience(line)) > 0:
            await self._timing.sleep(min(rest, GLANCE))

    async def abandon(self) -> None:
        """Stop: what is not done stays undone, for whoever takes over."""
        if self._easel is not None:
            await self._easel.abandon()
        await super().abandon()

    async def _insist(self, line: Line) -> None:
        """Deliver the orders at hand, however often it takes."""
        attempt = 0
        while True:
            try:
                return await self._courier.deliver(line)
            except DeliveryError as error:
                attempt += 1
                await self._fail(line, error, attempt)
            except Exception as error:  # noqa: BLE001  a mistake of ours must not lose an alert
                attempt += 1
                await self._fail(line, _mistake(error), attempt)

    async def _fail(self, line: Line, error: DeliveryError, attempt: int) -> None:
        """Report a failure, and wait as long as it asks for."""
        line.unsure = line.unsure or error.uncertain
        if error.code in OVERSIZED and not line.plain:
            line.plain = True
            self._meter.refused(line.incident, error, 0.0)
            return
        wait = delay(error, attempt, self._timing.chance())
        report = self._meter.retried if error.retryable else self._meter.refused
        report(line.incident, error, wait)
        await self._timing.sleep(wait)


def _mistake(error: Exception) -> DeliveryError:
    """Return a mistake of ours as a refusal; the bare text may get past it."""
    failure = DeliveryError("unrenderable", f"{type(error).__name__}: {error}; please report it", retryable=False)
    failure.__cause__ = error
    return failure
