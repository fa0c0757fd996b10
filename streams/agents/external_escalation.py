"""Which notifications leave Slack, and when is Slack too slow for a page to wait for it?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from alerts.delivery.external_alert import build, event_action
from alerts.delivery.external_sender import receipt_key
from alerts.incidents.model import rank
from alerts.oncall.escalation_targets import external_target, step_at
from config.brands.on_call import on_call_users

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from alerts.delivery.external_alert import EventAction
    from alerts.delivery.external_sender import ExternalSender
    from alerts.incidents.model import Notification
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.oncall.escalation_targets import ExternalTarget
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)

SLACK_TIMEOUT: Final = 60.0
"""Seconds that a page may wait for Slack before it is told outside."""


class ReceiptLocator(Protocol):
    """Where receipts are kept."""

    def locate(self, incident: str, partition: int) -> None:
        """Note which partition a receipt belongs to."""
        ...


class CompletionLatch:
    """Calls `done` when it has been called as often as there are parts."""

    def __init__(self, parts: int, done: Callable[[], None]) -> None:
        self._left = parts
        self._done = done

    def __call__(self) -> None:
        """Note that one part is done."""
        self._left -= 1
        if self._left == 0:
            self._done()


class ExternalEscalation:
    """Hands to the relay what a brand's escalation sends outside Slack, and pages that Slack does not take."""

    def __init__(
        self,
        relay: ExternalSender,
        directory: BrandRegistry,
        receipts: ReceiptLocator,
        slack_timeout: float = SLACK_TIMEOUT,
        web: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._relay = relay
        self._web = web
        self._dnd = dnd
        self._brands = directory
        self._receipts = receipts
        self._slack_timeout = slack_timeout
        self._waiting: set[asyncio.Task[None]] = set()

    def escalate(self, notification: Notification, partition: int, done: Callable[[], None]) -> None:
        """Send what has to be said outside; `done` is called when it is said."""
        event, targets = self._due_targets(notification)
        if event is None or not targets:
            done()
            return
        both = CompletionLatch(len(targets), done)
        for target in targets:
            self._send(notification, event, target, partition, both)

    def bypass_dnd(self, notification: Notification, partition: int, done: Callable[[], None]) -> None:
        """Tell a page outside at once where nobody whom it mentions in Slack is to be disturbed there."""
        targets = self._all_targets(notification)
        if not notification.page or notification.step is not None or not targets or self._dnd is None:
            done()
            return
        self._start(self._bypass_dnd(notification, targets, partition, self._dnd, done))

    async def _bypass_dnd(
        self,
        notification: Notification,
        targets: list[ExternalTarget],
        partition: int,
        dnd: DoNotDisturb,
        done: Callable[[], None],
    ) -> None:
        brand = self._brands.brand(notification.incident.brand)
        if not await dnd.all_in_dnd(on_call_users(brand, notification.happened_at)):
            done()
            return
        log.info("a page meets do-not-disturb: told outside", incident=notification.incident.id)
        every = CompletionLatch(len(targets), done)
        for target in targets:
            self._send(notification, "trigger", target, partition, every)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    def guard_delivery(self, notification: Notification, partition: int, delivered: Callable[[], None]) -> Callable[[], None]:
        """Return what to call instead of `delivered` when Slack has a page; if that takes too long, it goes outside."""
        targets = self._all_targets(notification)
        if not notification.page or not targets:
            return delivered
        task = self._start(self._escalate_after_timeout(notification, targets, partition))

        def arrived() -> None:
            task.cancel()
            delivered()

        return arrived

    async def stop(self) -> None:
        """Stop: what is not said is said by whoever gets the partition."""
        for task in list(self._waiting):
            task.cancel()
        await self._relay.stop()

    async def _escalate_after_timeout(self, notification: Notification, targets: list[ExternalTarget], partition: int) -> None:
        await asyncio.sleep(self._slack_timeout)
        incident = notification.incident.id
        log.error("Slack does not take a page: told outside", incident=incident, waited_s=self._slack_timeout)
        for target in targets:
            self._send(notification, "trigger", target, partition, lambda: None)

    def _send(
        self, notification: Notification, event: EventAction, target: ExternalTarget, partition: int, done: Callable[[], None]
    ) -> None:
        brand = self._brands.brand(notification.incident.brand)
        self._receipts.locate(receipt_key(notification.incident.id, target), partition)
        self._relay.submit(build(notification, event, brand.language, self._web), target, done)

    def _due_targets(self, notification: Notification) -> tuple[EventAction | None, list[ExternalTarget]]:
        """Return what is to be said now, and to whom."""
        event = event_action(notification)
        if event != "trigger":
            return event, self._all_targets(notification) if rank(notification.incident.severity) else []
        if notification.step is None:
            return None, []
        steps = self._brands.brand(notification.incident.brand).alert.escalation
        target = external_target(step_at(steps, notification.step))
        return event, [] if target is None else [target]

    def _all_targets(self, notification: Notification) -> list[ExternalTarget]:
        steps = self._brands.brand(notification.incident.brand).alert.escalation
        return list(dict.fromkeys(target for step in steps if (target := external_target(step)) is not None))
