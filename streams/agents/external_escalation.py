"""Which notifications leave Slack, and when is Slack too slow for a page to wait for it?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from alerts.delivery.external_alert import alarm, event_of
from alerts.delivery.external_sender import receipt_name
from alerts.incidents.model import rank
from alerts.oncall.escalation_targets import outside, taken
from config.brands.on_call import called

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from alerts.delivery.external_alert import Event
    from alerts.delivery.external_sender import Relay
    from alerts.incidents.model import Notification
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.oncall.escalation_targets import Target
    from streams.views.brands import Directory

log = structlog.get_logger(__name__)

SLACK_PATIENCE: Final = 60.0
"""Seconds that a page may wait for Slack before it is told outside."""


class Places(Protocol):
    """Where receipts are kept."""

    def locate(self, incident: str, partition: int) -> None:
        """Note which partition a receipt belongs to."""
        ...


class Countdown:
    """Calls `done` when it has been called as often as there are parts."""

    def __init__(self, parts: int, done: Callable[[], None]) -> None:
        self._left = parts
        self._done = done

    def __call__(self) -> None:
        """Note that one part is done."""
        self._left -= 1
        if self._left == 0:
            self._done()


class Outside:
    """Hands to the relay what a brand's escalation sends outside Slack, and pages that Slack does not take."""

    def __init__(
        self,
        relay: Relay,
        directory: Directory,
        receipts: Places,
        patience: float = SLACK_PATIENCE,
        web: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._relay = relay
        self._web = web
        self._dnd = dnd
        self._directory = directory
        self._receipts = receipts
        self._patience = patience
        self._waiting: set[asyncio.Task[None]] = set()

    def submit(self, notification: Notification, partition: int, done: Callable[[], None]) -> None:
        """Send what has to be said outside; `done` is called when it is said."""
        event, targets = self._due(notification)
        if event is None or not targets:
            done()
            return
        both = Countdown(len(targets), done)
        for target in targets:
            self._send(notification, event, target, partition, both)

    def rouse(self, notification: Notification, partition: int, done: Callable[[], None]) -> None:
        """Tell a page outside at once where nobody whom it mentions in Slack is to be disturbed there."""
        targets = self._all(notification)
        if not notification.page or notification.step is not None or not targets or self._dnd is None:
            done()
            return
        self._begin(self._rouse(notification, targets, partition, self._dnd, done))

    async def _rouse(
        self,
        notification: Notification,
        targets: list[Target],
        partition: int,
        dnd: DoNotDisturb,
        done: Callable[[], None],
    ) -> None:
        brand = self._directory.brand(notification.incident.brand)
        if not await dnd.asleep(called(brand, notification.happened_at)):
            done()
            return
        log.info("a page meets do-not-disturb: told outside", incident=notification.incident.id)
        every = Countdown(len(targets), done)
        for target in targets:
            self._send(notification, "trigger", target, partition, every)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    def watch(self, notification: Notification, partition: int, delivered: Callable[[], None]) -> Callable[[], None]:
        """Return what to call instead of `delivered` when Slack has a page; if that takes too long, it goes outside."""
        targets = self._all(notification)
        if not notification.page or not targets:
            return delivered
        task = self._begin(self._lose_patience(notification, targets, partition))

        def arrived() -> None:
            task.cancel()
            delivered()

        return arrived

    async def abandon(self) -> None:
        """Stop: what is not said is said by whoever gets the partition."""
        for task in list(self._waiting):
            task.cancel()
        await self._relay.abandon()

    async def _lose_patience(self, notification: Notification, targets: list[Target], partition: int) -> None:
        await asyncio.sleep(self._patience)
        incident = notification.incident.id
        log.error("Slack does not take a page: told outside", incident=incident, waited_s=self._patience)
        for target in targets:
            self._send(notification, "trigger", target, partition, lambda: None)

    def _send(
        self, notification: Notification, event: Event, target: Target, partition: int, done: Callable[[], None]
    ) -> None:
        brand = self._directory.brand(notification.incident.brand)
        self._receipts.locate(receipt_name(notification.incident.id, target), partition)
        self._relay.submit(alarm(notification, event, brand.language, self._web), target, done)

    def _due(self, notification: Notification) -> tuple[Event | None, list[Target]]:
        """Return what is to be said now, and to whom."""
        event = event_of(notification)
        if event != "trigger":
            return event, self._all(notification) if rank(notification.incident.severity) else []
        if notification.step is None:
            return None, []
        steps = self._directory.brand(notification.incident.brand).alert.escalation
        target = outside(taken(steps, notification.step))
        return event, [] if target is None else [target]

    def _all(self, notification: Notification) -> list[Target]:
        steps = self._directory.brand(notification.incident.brand).alert.escalation
        return list(dict.fromkeys(target for step in steps if (target := outside(step)) is not None))
