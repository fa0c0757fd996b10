"""Message sync: brings one incident's message up to date, exactly once, across crashes at any point.

A delivery record is stored before the first attempt. Where it names no message after an uncertain failure or a crash,
the message is searched for before it is posted again; a reply likewise.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from alerts.delivery.ports import NOT_EDITABLE, TOO_LARGE, DeliveryError, Notifier
from alerts.delivery.rate_limit import Clock, RateLimiter
from alerts.delivery.receipts import DeliveryRecord, ReceiptStore
from alerts.rendering.message import render_message, render_reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alerts.delivery.metrics import DeliveryMetrics, RequestKind
    from alerts.incidents.model import Notification
    from alerts.rendering.card import Chart
    from alerts.rendering.route import Route

_T = TypeVar("_T")

MIN_INTERVAL: Final = 1.05
"""Seconds between two messages in one channel: Slack allows one a second, and the way there is not always as long."""

DUPLICATE_WINDOW: Final = 20_000
"""How long (ms) a message that seemed lost may still appear."""

MAX_CONCURRENT: Final = 8
"""Concurrent requests."""


@dataclass(frozen=True)
class PendingNotification:
    """One notification under way."""

    notification: Notification
    done: Callable[[], None]
    submitted: float  # monotonic, s


@dataclass
class IncidentQueue:
    """The pending notifications of one incident, and what is known of its message."""

    incident: str
    pending: list[PendingNotification] = field(default_factory=list)
    record: DeliveryRecord | None = None
    stored_record: DeliveryRecord | None = None  # the record as stored
    delivery_uncertain: bool = True  # a post or reply may have arrived without a trace
    text_only: bool = False  # the card was refused: show the bare text
    paged_revision: int = 0  # the revision whose message mentioned the on-call manager
    last_delivered: Notification | None = None  # the latest that was delivered
    new_chart: Chart | None = None  # uploaded, and not shown yet
    obsolete_charts: list[Chart] = field(default_factory=list)  # that no message shows any more

    @property
    def may_be_duplicated(self) -> bool:
        """Tell whether a message that seemed lost may still appear."""
        return self.record is not None and self.record.duplicate_since is not None

    @property
    def latest(self) -> Notification:
        """Return the newest notification: the only one whose message matters."""
        if self.pending:
            return self.pending[-1].notification
        assert self.last_delivered is not None
        return self.last_delivered


class MessageSync:
    """Brings messages up to date through a notifier, rate-limited by channel."""

    def __init__(
        self,
        notifier: Notifier,
        receipts: ReceiptStore,
        route: Callable[[str, int], Route],
        metrics: DeliveryMetrics,
        clock: Clock,
        min_interval: float = MIN_INTERVAL,
        max_concurrent: int = MAX_CONCURRENT,
    ) -> None:
        self._notifier = notifier
        self._receipts = receipts
        self._route = route
        self._metrics = metrics
        self._clock = clock
        self._rate_limiter = RateLimiter(min_interval, clock)
        self._slots = asyncio.Semaphore(max_concurrent)

    async def deliver(self, line: IncidentQueue) -> None:
        """Bring the message up to the latest revision, then post the replies of the pending notifications.

        Raises:
            DeliveryError: something is left to do; what is done is remembered in `line`.
        """
        orders = list(line.pending)
        if orders or line.new_chart is not None:
            await self._load_record(line)
            await self._ensure_posted(line)
            await self._edit(line)
        await self._delete_duplicate(line)
        for order in orders:
            await self._reply(line, order)

    def duplicate_wait(self, line: IncidentQueue) -> float:
        """Return the seconds until a message that seemed lost can no longer appear; 0 where none is in doubt."""
        if line.record is None or line.record.duplicate_since is None:
            return 0.0
        return max(0.0, (line.record.duplicate_since + DUPLICATE_WINDOW - self._clock.wall()) / 1000)

    async def _load_record(self, line: IncidentQueue) -> None:
        """Load the record of the incident, or store the one that is newer here."""
        if line.record is None:
            line.record = line.stored_record = await _stored(self._receipts.get(line.incident))
        elif line.record is not line.stored_record:
            await self._store_record(line, line.record)

    async def _store_record(self, line: IncidentQueue, posting: DeliveryRecord) -> None:
        line.record = posting
        await _stored(self._receipts.put(posting))
        line.stored_record = posting

    async def _ensure_posted(self, line: IncidentQueue) -> None:
        """Make sure that the message exists: found again, or posted now."""
        if line.record is not None and line.record.message is not None:
            return
        if line.record is None:
            route = self._current_route(line)
            await self._store_record(line, DeliveryRecord(line.incident, route.channel, self._clock.wall()))
            line.delivery_uncertain = False
        elif line.delivery_uncertain and await self._find_existing(line, line.record):
            return
        await self._post(line)

    async def _find_existing(self, line: IncidentQueue, posting: DeliveryRecord) -> bool:
        """Search for the message. After more than one attempt, a duplicate may still appear."""
        search = self._notifier.find(posting.channel, line.incident, posting.intended_at)
        found = await self._search(line, search, None)
        line.delivery_uncertain = False
        again = found is None or posting.duplicate_since is not None
        doubtful_at = self._clock.wall() if again else None
        await self._store_record(line, replace(posting, message=found, duplicate_since=doubtful_at))
        return found is not None

    async def _post(self, line: IncidentQueue) -> None:
        channel = self._current_route(line).channel
        assert line.record is not None
        if channel != line.record.channel:
            await self._store_record(line, replace(line.record, channel=channel))
        await self._acquire("post", channel)
        latest, route = line.latest, self._current_route(line)
        page = latest.incident.status != "resolved" and any(order.notification.page for order in line.pending)
        message = render_message(latest, route, page=page, text_only=line.text_only)
        line.delivery_uncertain = False
        receipt = await self._send("post", line, channel, lambda: self._notifier.post(channel, message))
        line.paged_revision = latest.revision if page else 0
        posted = replace(line.record, message=receipt, revision=latest.revision, paged_revision=line.paged_revision)
        await self._store_record(line, posted)

    async def _edit(self, line: IncidentQueue) -> None:
        """Edit the message to show the latest revision; one that cannot be edited is replaced."""
        posting = line.record
        if posting is None or posting.message is None or not _is_outdated(line, posting):
            line.new_chart = None
            return None
        receipt = posting.message
        await self._acquire("update", receipt.channel)
        latest, chart = line.latest, line.new_chart or posting.chart
        page = latest.revision == posting.paged_revision  # otherwise the edit for a chart would remove the mention
        message = render_message(latest, self._current_route(line), page=page, text_only=line.text_only, chart=chart)
        try:
            await self._send("update", line, receipt.channel, lambda: self._notifier.update(receipt, message))
        except DeliveryError as error:
            if error.code in TOO_LARGE and chart is not None:
                line.record, line.new_chart = replace(posting, chart=None), None
                return await self._edit(line)
            if error.code not in NOT_EDITABLE:
                raise
            await self._store_record(line, replace(posting, message=None, intended_at=self._clock.wall(), chart=None))
            line.delivery_uncertain, line.new_chart = False, None
            await self._post(line)
        else:
            if posting.chart not in (None, chart):
                line.obsolete_charts.append(posting.chart)
            line.new_chart = None
            await self._store_record(line, replace(posting, revision=latest.revision, chart=chart))

    async def _delete_duplicate(self, line: IncidentQueue) -> None:
        """Delete a duplicate: a message that seemed lost, was posted again, and appeared after all."""
        posting = line.record
        assert posting is not None
        if posting.message is None or posting.duplicate_since is None or self.duplicate_wait(line) > 0:
            return
        await self._search(
            line, self._notifier.delete_duplicates(posting.message, line.incident, posting.intended_at), 0
        )
        await self._store_record(line, replace(posting, duplicate_since=None))

    async def _reply(self, line: IncidentQueue, order: PendingNotification) -> None:
        """Post the reply of a notification, unless the thread has it."""
        posting, notification = line.record, order.notification
        assert posting is not None
        assert posting.message is not None
        receipt, revision = posting.message, notification.revision
        if not notification.reply or revision <= posting.reply_posted:
            return
        doubtful = line.delivery_uncertain and posting.reply_intended == revision
        if not doubtful or not await self._search(line, self._notifier.has_reply(receipt, revision), False):
            if posting.reply_intended != revision:
                await self._store_record(line, replace(posting, reply_intended=revision))
            await self._acquire("post", receipt.channel)
            page = notification.page and revision > line.paged_revision and line.latest.incident.status != "resolved"
            message = render_reply(notification, self._current_route(line, notification.happened_at), page=page)
            line.delivery_uncertain = False
            await self._send("reply", line, receipt.channel, lambda: self._notifier.reply(receipt, message))
        await self._store_record(line, replace(posting, reply_intended=revision, reply_posted=revision))

    async def _search(self, line: IncidentQueue, search: Awaitable[_T], unknown: _T) -> _T:
        """Search for what may have arrived; where searching is not allowed, rather one message too many than none."""
        try:
            async with self._slots:
                return await search
        except DeliveryError as error:
            if error.retryable:
                raise
            self._metrics.refused(line.incident, error, 0.0)
            return unknown

    def _current_route(self, line: IncidentQueue, at: int | None = None) -> Route:
        brand = line.latest.incident.brand
        try:
            return self._route(brand, line.latest.happened_at if at is None else at)
        except LookupError as error:
            remedy = f"no channel is configured for brand {brand!r}: add it to the brand configuration and apply it"
            raise DeliveryError("no_route", remedy, retryable=False) from error

    async def _acquire(self, kind: RequestKind, channel: str) -> None:
        await self._rate_limiter.acquire(f"{kind} {channel}")

    async def _send(
        self, kind: RequestKind, line: IncidentQueue, channel: str, request: Callable[[], Awaitable[_T]]
    ) -> _T:
        """Make a request; a rate-limit answer pauses the whole channel."""
        try:
            async with self._slots:
                answer = await request()
        except DeliveryError as error:
            lane = "update" if kind == "update" else "post"
            self._rate_limiter.pause(f"{lane} {channel}", error.retry_after or 0.0)
            raise
        if line.pending:
            self._metrics.delivered(line.incident, kind, self._clock.monotonic() - line.pending[0].submitted)
        return answer


def _is_outdated(line: IncidentQueue, posting: DeliveryRecord) -> bool:
    """Tell whether the message shows an older revision, or lacks a chart that is ready."""
    revision = line.latest.revision
    return posting.revision < revision or (posting.revision == revision and line.new_chart is not None)


async def _stored(access: Awaitable[_T]) -> _T:
    """Await the store; its failures are retried."""
    try:
        return await access
    except Exception as error:
        remedy = f"the receipt store failed ({error}): check the broker"
        raise DeliveryError("store_failed", remedy, retryable=True) from error
