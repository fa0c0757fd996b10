"""External escalation: sends steps of a chain, and pages that Slack cannot deliver, to pagers, webhooks and mail.

A page goes outside at once when do-not-disturb silences everyone it mentions, and after SLACK_TIMEOUT when Slack does
not take it.
"""

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
    from streams.exactly_once.completion import CompletionLatch
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)

SLACK_TIMEOUT: Final = 60.0
"""Seconds that a page may wait for Slack before it is sent outside."""


class ReceiptLocator(Protocol):
    """The part of the receipt store that external alerts need."""

    def locate(self, incident: str, partition: int) -> None:
        """Note which partition a receipt belongs to."""
        ...


class ExternalEscalation:
    """Sends notifications outside Slack, each target at most once per event (`alerts.delivery.external_sender`)."""

    def __init__(
        self,
        sender: ExternalSender,
        brands: BrandRegistry,
        receipts: ReceiptLocator,
        slack_timeout: float = SLACK_TIMEOUT,
        web_url: str = "",
        dnd: DoNotDisturb | None = None,
    ) -> None:
        self._sender = sender
        self._web_url = web_url
        self._dnd = dnd
        self._brands = brands
        self._receipts = receipts
        self._slack_timeout = slack_timeout
        self._waiting: set[asyncio.Task[None]] = set()

    def escalate(self, notification: Notification, partition: int, latch: CompletionLatch) -> None:
        """Send what the escalation chain sends outside Slack, each target a part of `latch`."""
        action, targets = self._due_targets(notification)
        if action is not None:
            for target in targets:
                self._send(notification, action, target, partition, latch.part())

    def bypass_dnd(self, notification: Notification, partition: int, latch: CompletionLatch) -> None:
        """Send a page outside Slack at once if do-not-disturb silences everyone it mentions in Slack."""
        targets = self._all_targets(notification)
        if not notification.page or notification.step is not None or not targets or self._dnd is None:
            return
        dnd, checked = self._dnd, latch.part()

        async def check() -> None:
            brand = self._brands.brand(notification.incident.brand)
            if await dnd.all_in_dnd(on_call_users(brand, notification.happened_at)):
                log.info("page sent outside Slack", reason="do-not-disturb", incident=notification.incident.id)
                for target in targets:
                    self._send(notification, "trigger", target, partition, latch.part())
            checked()

        self._start(check())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    def guard_delivery(
        self, notification: Notification, partition: int, delivered: Callable[[], None]
    ) -> Callable[[], None]:
        """Return what to call in place of `delivered`; a page that is not delivered in time goes outside Slack too."""
        targets = self._all_targets(notification)
        if not notification.page or not targets:
            return delivered
        task = self._start(self._escalate_after_timeout(notification, targets, partition))

        def on_delivered() -> None:
            task.cancel()
            delivered()

        return on_delivered

    async def stop(self) -> None:
        """Stop sending: the next owner of the partition sends the rest."""
        for task in list(self._waiting):
            task.cancel()
        await self._sender.stop()

    async def _escalate_after_timeout(
        self, notification: Notification, targets: list[ExternalTarget], partition: int
    ) -> None:
        await asyncio.sleep(self._slack_timeout)
        incident = notification.incident.id
        log.error("page sent outside Slack", reason="Slack timeout", incident=incident, waited_s=self._slack_timeout)
        for target in targets:
            self._send(notification, "trigger", target, partition, lambda: None)

    def _send(
        self,
        notification: Notification,
        event: EventAction,
        target: ExternalTarget,
        partition: int,
        done: Callable[[], None],
    ) -> None:
        brand = self._brands.brand(notification.incident.brand)
        self._receipts.locate(receipt_key(notification.incident.id, target), partition)
        self._sender.submit(build(notification, event, brand.language, self._web_url), target, done)

    def _due_targets(self, notification: Notification) -> tuple[EventAction | None, list[ExternalTarget]]:
        """Return the event to send now, None for none, and its targets."""
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
