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

LOOK_BACK: Final = 3_600_000
"""Milliseconds for which a message is searched at least: the clock of the one that meant to post it may be wrong."""

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

    async def deliver(self, queue: IncidentQueue) -> None:
        """Bring the message up to the latest revision, then post the replies of the pending notifications.

        Raises:
            DeliveryError: something is left to do; what is done is remembered in `queue`.
        """
        items = list(queue.pending)
        if items or queue.new_chart is not None:
            await self._load_record(queue)
            await self._ensure_posted(queue)
            await self._edit(queue)
        await self._delete_duplicate(queue)
        for item in items:
            await self._reply(queue, item)

    def duplicate_wait(self, queue: IncidentQueue) -> float:
        """Return the seconds until a message that seemed lost can no longer appear; 0 where none is in doubt."""
        if queue.record is None or queue.record.duplicate_since is None:
            return 0.0
        return max(0.0, (queue.record.duplicate_since + DUPLICATE_WINDOW - self._clock.wall()) / 1000)

    async def _load_record(self, queue: IncidentQueue) -> None:
        """Load the record of the incident, or store the one that is newer here."""
        if queue.record is None:
            stored = await _stored(self._receipts.get(queue.incident))
            queue.record = queue.stored_record = stored and _within_clock(stored, self._clock.wall())
        elif queue.record is not queue.stored_record:
            await self._store_record(queue, queue.record)

    async def _store_record(self, queue: IncidentQueue, record: DeliveryRecord) -> None:
        queue.record = record
        await _stored(self._receipts.put(record))
        queue.stored_record = record

    async def _ensure_posted(self, queue: IncidentQueue) -> None:
        """Make sure that the message exists: found again, or posted now."""
        if queue.record is not None and queue.record.message is not None:
            return
        if queue.record is None:
            route = self._current_route(queue)
            await self._store_record(queue, DeliveryRecord(queue.incident, route.channel, self._clock.wall()))
            queue.delivery_uncertain = False
        elif queue.delivery_uncertain and await self._find_existing(queue, queue.record):
            return
        await self._post(queue)

    async def _find_existing(self, queue: IncidentQueue, record: DeliveryRecord) -> bool:
        """Search for the message. After more than one attempt, a duplicate may still appear."""
        search = self._notifier.find(record.channel, queue.incident, record.intended_at)
        found = await self._search(queue, search, None)
        queue.delivery_uncertain = False
        again = found is None or record.duplicate_since is not None
        doubtful_at = self._clock.wall() if again else None
        await self._store_record(queue, replace(record, message=found, duplicate_since=doubtful_at))
        return found is not None

    async def _post(self, queue: IncidentQueue) -> None:
        channel = self._current_route(queue).channel
        assert queue.record is not None
        if channel != queue.record.channel:
            await self._store_record(queue, replace(queue.record, channel=channel))
        await self._acquire("post", channel)
        latest, route = queue.latest, self._current_route(queue)
        page = latest.incident.status != "resolved" and any(item.notification.page for item in queue.pending)
        message = render_message(latest, route, page=page, text_only=queue.text_only)
        queue.delivery_uncertain = False
        receipt = await self._send("post", queue, channel, lambda: self._notifier.post(channel, message))
        queue.paged_revision = latest.revision if page else 0
        posted = replace(queue.record, message=receipt, revision=latest.revision, paged_revision=queue.paged_revision)
        await self._store_record(queue, posted)

    async def _edit(self, queue: IncidentQueue) -> None:
        """Edit the message to show the latest revision; one that cannot be edited is replaced."""
        record = queue.record
        if record is None or record.message is None or not _is_outdated(queue, record):
            queue.new_chart = None
            return None
        receipt = record.message
        await self._acquire("update", receipt.channel)
        latest, chart = queue.latest, queue.new_chart or record.chart
        page = latest.revision == record.paged_revision  # otherwise the edit for a chart would remove the mention
        message = render_message(
            latest, self._current_route(queue), page=page, edit=True, text_only=queue.text_only, chart=chart
        )
        try:
            await self._send("update", queue, receipt.channel, lambda: self._notifier.update(receipt, message))
        except DeliveryError as error:
            if error.code in TOO_LARGE and chart is not None:
                queue.record, queue.new_chart = replace(record, chart=None), None
                return await self._edit(queue)
            if error.code not in NOT_EDITABLE:
                raise
            await self._store_record(queue, replace(record, message=None, intended_at=self._clock.wall(), chart=None))
            queue.delivery_uncertain, queue.new_chart = False, None
            await self._post(queue)
        else:
            if record.chart not in (None, chart):
                queue.obsolete_charts.append(record.chart)
            queue.new_chart = None
            await self._store_record(queue, replace(record, revision=latest.revision, chart=chart))

    async def _delete_duplicate(self, queue: IncidentQueue) -> None:
        """Delete a duplicate: a message that seemed lost, was posted again, and appeared after all."""
        record = queue.record
        assert record is not None
        if record.message is None or record.duplicate_since is None or self.duplicate_wait(queue) > 0:
            return
        await self._search(
            queue, self._notifier.delete_duplicates(record.message, queue.incident, record.intended_at), 0
        )
        await self._store_record(queue, replace(record, duplicate_since=None))

    async def _reply(self, queue: IncidentQueue, item: PendingNotification) -> None:
        """Post the reply of a notification, unless the thread has it."""
        record, notification = queue.record, item.notification
        assert record is not None
        assert record.message is not None
        receipt, revision = record.message, notification.revision
        if not notification.reply or revision <= record.reply_posted:
            return
        doubtful = queue.delivery_uncertain and record.reply_intended == revision
        if not doubtful or not await self._search(queue, self._notifier.has_reply(receipt, revision), False):
            if record.reply_intended != revision:
                await self._store_record(queue, replace(record, reply_intended=revision))
            await self._acquire("post", receipt.channel)
            page = notification.page and revision > queue.paged_revision and queue.latest.incident.status != "resolved"
            message = render_reply(notification, self._current_route(queue, notification.happened_at), page=page)
            queue.delivery_uncertain = False
            await self._send("reply", queue, receipt.channel, lambda: self._notifier.reply(receipt, message))
        await self._store_record(queue, replace(record, reply_intended=revision, reply_posted=revision))

    async def _search(self, queue: IncidentQueue, search: Awaitable[_T], unknown: _T) -> _T:
        """Search for what may have arrived; where searching is not allowed, rather one message too many than none."""
        try:
            async with self._slots:
                return await search
        except DeliveryError as error:
            if error.retryable:
                raise
            self._metrics.refused(queue.incident, error, 0.0)
            return unknown

    def _current_route(self, queue: IncidentQueue, at: int | None = None) -> Route:
        brand = queue.latest.incident.brand
        try:
            return self._route(brand, queue.latest.happened_at if at is None else at)
        except LookupError as error:
            remedy = f"no channel is configured for brand {brand!r}: add it to the brand configuration and apply it"
            raise DeliveryError("no_route", remedy, retryable=False) from error

    async def _acquire(self, kind: RequestKind, channel: str) -> None:
        await self._rate_limiter.acquire(f"{kind} {channel}")

    async def _send(
        self, kind: RequestKind, queue: IncidentQueue, channel: str, request: Callable[[], Awaitable[_T]]
    ) -> _T:
        """Make a request; a rate-limit answer pauses the whole channel."""
        try:
            async with self._slots:
                answer = await request()
        except DeliveryError as error:
            lane = "update" if kind == "update" else "post"
            self._rate_limiter.pause(f"{lane} {channel}", error.retry_after or 0.0)
            raise
        if queue.pending:
            self._metrics.delivered(queue.incident, kind, self._clock.monotonic() - queue.pending[0].submitted)
        return answer


def _is_outdated(queue: IncidentQueue, record: DeliveryRecord) -> bool:
    """Tell whether the message shows an older revision, or lacks a chart that is ready."""
    revision = queue.latest.revision
    return record.revision < revision or (record.revision == revision and queue.new_chart is not None)


async def _stored(access: Awaitable[_T]) -> _T:
    """Await the store; its failures are retried."""
    try:
        return await access
    except Exception as error:
        remedy = f"the receipt store failed ({error}): check the broker"
        raise DeliveryError("store_failed", remedy, retryable=True) from error


def _within_clock(record: DeliveryRecord, wall: int) -> DeliveryRecord:
    """Return a record as stored, none of whose instants is ahead of the clock of its reader."""
    doubtful = None if record.duplicate_since is None else min(record.duplicate_since, wall)
    return replace(record, intended_at=min(record.intended_at, wall - LOOK_BACK), duplicate_since=doubtful)
