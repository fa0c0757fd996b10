"""How is one incident's message brought up to date, exactly once, by somebody who may crash at any point?

A posting is written before the first try. Where it names no receipt after an uncertain failure or a crash, the message
is looked for before it is posted again; a reply likewise.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from alerts.delivery.ports import GONE, OVERSIZED, DeliveryError, Notifier, Picture, Route
from alerts.delivery.rate_limit import Pacer, Timing
from alerts.delivery.receipts import Posting, ReceiptStore
from alerts.rendering import card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.delivery.metrics import Kind, Meter
    from alerts.incidents.model import Notification

_T = TypeVar("_T")

GAP: Final = 1.05
"""Seconds between two messages in one channel: Slack allows one a second, and the way there is not always as long."""

TURN_UP: Final = 20_000
"""How long (ms) a message that was taken for lost may still take to turn up."""

PARALLEL: Final = 8
"""Requests under way at once."""


@dataclass(frozen=True)
class Order:
    """One notification under way."""

    notification: Notification
    done: Callable[[], None]
    submitted: float  # monotonic, s


@dataclass
class Line:
    """The orders of one incident, and what is known of its message."""

    incident: str
    orders: list[Order] = field(default_factory=list)
    posting: Posting | None = None
    safe: Posting | None = None  # the posting as the store has it
    unsure: bool = True  # a post or reply may have arrived without a trace
    plain: bool = False  # the card was refused: show the bare text
    paged: int = 0  # the revision whose message mentioned the on-call manager
    told: Notification | None = None  # the latest of those delivered
    picture: Picture | None = None  # uploaded, and not shown yet
    replaced: list[Picture] = field(default_factory=list)  # that nobody sees any more

    @property
    def doubtful(self) -> bool:
        """Tell whether a message that was taken for lost may still turn up."""
        return self.posting is not None and self.posting.doubtful_at is not None

    @property
    def latest(self) -> Notification:
        """Return the newest notification: the only one whose message matters."""
        if self.orders:
            return self.orders[-1].notification
        assert self.told is not None
        return self.told


class MessageSync:
    """Brings messages up to date through a notifier, one channel at a time and paced."""

    def __init__(
        self,
        notifier: Notifier,
        receipts: ReceiptStore,
        route: Callable[[str, int], Route],
        meter: Meter,
        timing: Timing,
        gap: float = GAP,
        parallel: int = PARALLEL,
    ) -> None:
        self._notifier = notifier
        self._receipts = receipts
        self._route = route
        self._meter = meter
        self._timing = timing
        self._pacer = Pacer(gap, timing)
        self._slots = asyncio.Semaphore(parallel)

    async def deliver(self, line: Line) -> None:
        """Bring the message up to the latest revision, then post the replies it owes for the orders at hand.

        Raises:
            DeliveryError: something is left to do; what is done is remembered in `line`.
        """
        orders = list(line.orders)
        if orders or line.picture is not None:
            await self._recall(line)
            await self._stand(line)
            await self._edit(line)
        await self._tidy(line)
        for order in orders:
            await self._answer(line, order)

    def patience(self, line: Line) -> float:
        """Return the seconds until a message that was taken for lost can no longer turn up; 0 without any doubt."""
        if line.posting is None or line.posting.doubtful_at is None:
            return 0.0
        return max(0.0, (line.posting.doubtful_at + TURN_UP - self._timing.wall()) / 1000)

    async def _recall(self, line: Line) -> None:
        """Know what the store knows, and let it know what is known here."""
        if line.posting is None:
            line.posting = line.safe = await _kept(self._receipts.get(line.incident))
        elif line.posting is not line.safe:
            await self._save(line, line.posting)

    async def _save(self, line: Line, posting: Posting) -> None:
        line.posting = posting
        await _kept(self._receipts.put(posting))
        line.safe = posting

    async def _stand(self, line: Line) -> None:
        """See to it that the message stands: found again, or posted now."""
        if line.posting is not None and line.posting.receipt is not None:
            return
        if line.posting is None:
            route = self._routed(line)
            await self._save(line, Posting(line.incident, route.channel, self._timing.wall()))
            line.unsure = False
        elif line.unsure and await self._seek(line, line.posting):
            return
        await self._post(line)

    async def _seek(self, line: Line, posting: Posting) -> bool:
        """Look for the message. Where there is, or will be, more than one try, another may yet turn up."""
        search = self._notifier.find(posting.channel, line.incident, posting.intended_at)
        found = await self._look(line, search, None)
        line.unsure = False
        again = found is None or posting.doubtful_at is not None
        doubtful_at = self._timing.wall() if again else None
        await self._save(line, replace(posting, receipt=found, doubtful_at=doubtful_at))
        return found is not None

    async def _post(self, line: Line) -> None:
        channel = self._routed(line).channel
        assert line.posting is not None
        if channel != line.posting.channel:
            await self._save(line, replace(line.posting, channel=channel))
        await self._turn("post", channel)
        latest, route = line.latest, self._routed(line)
        page = latest.incident.status != "resolved" and any(order.notification.page for order in line.orders)
        message = card.message(latest, route, page=page, plain=line.plain)
        line.unsure = False
        receipt = await self._send("post", line, channel, lambda: self._notifier.post(channel, message))
        line.paged = latest.revision if page else 0
        posted = replace(line.posting, receipt=receipt, revision=latest.revision, paged=line.paged)
        await self._save(line, posted)

    async def _edit(self, line: Line) -> None:
        """Let the message show the latest revision; one that is gone is replaced."""
        posting = line.posting
        if posting is None or posting.receipt is None or not _behind(line, posting):
            line.picture = None
            return None
        receipt = posting.receipt
        await self._turn("update", receipt.channel)
        latest, picture = line.latest, line.picture or posting.picture
        page = latest.revision == posting.paged  # else the chart would take the mention away again
        message = card.message(latest, self._routed(line), page=page, plain=line.plain, picture=picture)
        try:
            await self._send("update", line, receipt.channel, lambda: self._notifier.update(receipt, message))
        except DeliveryError as error:
            if error.code in OVERSIZED and picture is not None:
                line.posting, line.picture = replace(posting, picture=None), None
                return await self._edit(line)
            if error.code not in GONE:
                raise
            await self._save(line, replace(posting, receipt=None, intended_at=self._timing.wall(), picture=None))
            line.unsure, line.picture = False, None
            await self._post(line)
        else:
            if posting.picture not in (None, picture):
                line.replaced.append(posting.picture)
            line.picture = None
            await self._save(line, replace(posting, revision=latest.revision, picture=picture))

    async def _tidy(self, line: Line) -> None:
        """Delete a message that was taken for lost, posted again, and turned up after all."""
        posting = line.posting
        assert posting is not None
        if posting.receipt is None or posting.doubtful_at is None or self.patience(line) > 0:
            return
        await self._look(line, self._notifier.sweep(posting.receipt, line.incident, posting.intended_at), 0)
        await self._save(line, replace(posting, doubtful_at=None))

    async def _answer(self, line: Line, order: Order) -> None:
        """Post the reply that a notification asks for, unless the thread has it."""
        posting, notification = line.posting, order.notification
        assert posting is not None
        assert posting.receipt is not None
        receipt, revision = posting.receipt, notification.revision
        if not notification.reply or revision <= posting.replied:
            return
        doubtful = line.unsure and posting.replying == revision
        if not doubtful or not await self._look(line, self._notifier.replied(receipt, revision), False):
            if posting.replying != revision:
                await self._save(line, replace(posting, replying=revision))
            await self._turn("post", receipt.channel)
            page = notification.page and revision > line.paged and line.latest.incident.status != "resolved"
            message = card.reply(notification, self._routed(line, notification.happened_at), page=page)
            line.unsure = False
            await self._send("reply", line, receipt.channel, lambda: self._notifier.reply(receipt, message))
        await self._save(line, replace(posting, replying=revision, replied=revision))

    async def _look(self, line: Line, search: Awaitable[_T], unknown: _T) -> _T:
        """Look for what may have arrived; where looking is not allowed, rather one too many than none."""
        try:
            async with self._slots:
                return await search
        except DeliveryError as error:
            if error.retryable:
                raise
            self._meter.refused(line.incident, error, 0.0)
            return unknown

    def _routed(self, line: Line, at: int | None = None) -> Route:
        brand = line.latest.incident.brand
        try:
            return self._route(brand, line.latest.happened_at if at is None else at)
        except LookupError as error:
            remedy = f"no channel is configured for brand {brand!r}: add it to the brand configuration and apply it"
            raise DeliveryError("no_route", remedy, retryable=False) from error

    async def _turn(self, kind: Kind, channel: str) -> None:
        await self._pacer.turn(f"{kind} {channel}")

    async def _send(self, kind: Kind, line: Line, channel: str, request: Callable[[], Awaitable[_T]]) -> _T:
        """Make a request; an answer that asks for patience holds the whole channel."""
        try:
            async with self._slots:
                answer = await request()
        except DeliveryError as error:
            lane = "update" if kind == "update" else "post"
            self._pacer.hold(f"{lane} {channel}", error.retry_after or 0.0)
            raise
        if line.orders:
            self._meter.delivered(line.incident, kind, self._timing.monotonic() - line.orders[0].submitted)
        return answer


def _behind(line: Line, posting: Posting) -> bool:
    """Tell whether the message shows less than is known: an older revision, or no picture though there is one."""
    revision = line.latest.revision
    return posting.revision < revision or (posting.revision == revision and line.picture is not None)


async def _kept(access: Awaitable[_T]) -> _T:
    """Await the store; its failures are worth another try."""
    try:
        return await access
    except Exception as error:
        remedy = f"the store of receipts failed ({error}): see to the broker"
        raise DeliveryError("store_failed", remedy, retryable=True) from error
