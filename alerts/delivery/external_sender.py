"""Who outside Slack has to hear of a notification, and have they heard?

An alarm is sent until the other side has taken it, and noted in a receipt; a crash between the two sends it again, and
its key makes the repetition one with it. What is over before it could be told at all is not told any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.delivery.keyed_queue import Lines
from alerts.delivery.metrics import Log, Meter
from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Timing, delay
from alerts.delivery.receipts import Posting, ReceiptStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.delivery.external_alert import Alarm, Channel
    from alerts.oncall.escalation_targets import Target

NOT_SET_UP: Final = "set its variables in the environment of the workers (docs/escalation.md)"


@dataclass(frozen=True)
class _Order:
    alarm: Alarm
    done: Callable[[], None]


@dataclass
class _Line:
    """The alarms of one incident for one target, in the order of its revisions."""

    name: str
    target: Target
    orders: list[_Order] = field(default_factory=list)
    tried: bool = False  # an alarm may have arrived


class Relay(Lines[_Line]):
    """Sends alarms to the channels outside Slack; a failing channel holds up no other."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        receipts: ReceiptStore,
        *,
        meter: Meter | None = None,
        timing: Timing | None = None,
    ) -> None:
        super().__init__()
        self._channels = channels
        self._receipts = receipts
        self._meter = meter or Log()
        self._timing = timing or Timing()

    def submit(self, alarm: Alarm, target: Target, done: Callable[[], None]) -> None:
        """Take an alarm; call within the running event loop, in the order of an incident's revisions.

        `done` is called once it is taken by the other side, or needs telling no more.
        """
        name = receipt_name(alarm.incident, target)
        line = self._lines.get(name) or _Line(name, target)
        line.orders.append(_Order(alarm, done))
        self._begin(name, line)

    async def _serve(self, line: _Line) -> None:
        attempt = 0
        while line.orders:
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

    async def _deliver(self, line: _Line) -> None:
        """Send the next alarm, unless it is known to be sent or is needless, and note it."""
        order = line.orders[0]
        posting = await self._receipts.get(line.name)
        known = posting is not None and order.alarm.revision <= posting.revision
        if not known and not self._needless(line, posting):
            line.tried = True
            started = self._timing.monotonic()
            await self._channel(line.target).send(order.alarm, line.target.address)
            self._meter.delivered(line.name, "alarm", self._timing.monotonic() - started)
            kept = Posting(line.name, line.target.channel, self._timing.wall(), revision=order.alarm.revision)
            await self._receipts.put(kept)
        line.orders.remove(order)
        order.done()

    @staticmethod
    def _needless(line: _Line, posting: Posting | None) -> bool:
        """Tell whether nobody there has heard of the incident, and it is in hand or over by now."""
        unheard = posting is None and not line.tried
        return unheard and any(order.alarm.event != "trigger" for order in line.orders)

    def _channel(self, target: Target) -> Channel:
        channel = self._channels.get(target.channel)
        if channel is None:
            raise DeliveryError("not_set_up", f"{target.channel}: {NOT_SET_UP}", retryable=False)
        return channel

    async def _fail(self, line: _Line, error: DeliveryError, attempt: int) -> None:
        wait = delay(error, attempt, self._timing.chance())
        note = self._meter.retried if error.retryable else self._meter.refused
        note(line.orders[0].alarm.incident, error, wait)
        await self._timing.sleep(wait)


def receipt_name(incident: str, target: Target) -> str:
    """Return the name under which the receipts of an incident's alarms for a target are kept."""
    return f"{incident}>{target.channel}:{target.address}"
