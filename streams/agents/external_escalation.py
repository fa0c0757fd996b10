"""External escalation: sends steps of a chain, and pages that cannot be delivered, to pagers, webhooks, mail and Slack.

A page goes outside Slack at once when do-not-disturb silences everyone it mentions. One that its receiver, Slack or
another, does not take within `fallback_after` goes to the brand's fallback.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from msgspec.structs import replace

from alerts.delivery.external_alert import build, event_action
from alerts.delivery.external_sender import receipt_key
from alerts.delivery.rate_limit import Clock
from alerts.incidents.model import rank
from alerts.oncall.escalation_targets import SLACK, external_target, fallback_target, step_at
from alerts.oncall.schedule import on_call
from alerts.rendering.escaping import mention
from alerts.rendering.text import supported_language, translate
from config.brands.on_call import on_call_users

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from alerts.delivery.external_alert import EventAction
    from alerts.delivery.external_sender import ExternalSender
    from alerts.delivery.undelivered import Undelivered, UndeliveredAlerts
    from alerts.incidents.model import Notification
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.oncall.escalation_targets import ExternalTarget
    from config.brands.model import Brand
    from streams.exactly_once.completion import CompletionLatch
    from streams.views.brands import BrandRegistry

log = structlog.get_logger(__name__)


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
        undelivered: UndeliveredAlerts,
        *,
        web_url: str = "",
        dnd: DoNotDisturb | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._sender = sender
        self._undelivered = undelivered
        self._clock = clock or Clock()
        self._web_url = web_url
        self._dnd = dnd
        self._brands = brands
        self._receipts = receipts
        self._waiting: set[asyncio.Task[None]] = set()

    def escalate(self, notification: Notification, partition: int, latch: CompletionLatch) -> None:
        """Send what the escalation chain sends outside Slack, each target a part of `latch`."""
        action, targets = self._due_targets(notification)
        if action is not None:
            for target in targets:
                guarded = action == "trigger"
                accepted = self._guarded(notification, partition, latch, target) if guarded else latch.part()
                self._send(notification, action, target, partition, accepted)

    def bypass_dnd(self, notification: Notification, partition: int, latch: CompletionLatch) -> None:
        """Send a page outside Slack at once if do-not-disturb silences everyone it mentions in Slack."""
        targets = self._external_targets(notification)
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

    def guard_delivery(self, notification: Notification, partition: int, latch: CompletionLatch) -> Callable[[], None]:
        """Return what to call once Slack has taken a notification; a page that it does not take goes to the fallback.

        It is a part of `latch`, and so is each alert of the fallback.
        """
        return self._guarded(notification, partition, latch, None) if notification.page else latch.part()

    def _guarded(
        self, notification: Notification, partition: int, latch: CompletionLatch, receiver: ExternalTarget | None
    ) -> Callable[[], None]:
        """Return what to call once `receiver`, None for Slack, has taken a page; after a while the fallback gets it."""
        delivered, taken = latch.part(), asyncio.Event()
        task = self._start(self._fall_back(notification, partition, latch, receiver, taken))

        def on_delivered() -> None:
            taken.set()
            task.cancel()
            delivered()

        return on_delivered

    async def drop(self, incident: str) -> None:
        """Send nothing more of an incident."""
        await self._sender.drop(incident)

    @property
    def pending_count(self) -> int:
        """Return how many alerts wait for their receivers."""
        return self._sender.pending_count

    async def stop(self) -> None:
        """Stop sending: the next owner of the partition sends the rest."""
        for task in list(self._waiting):
            task.cancel()
        await self._sender.stop()

    async def _fall_back(
        self,
        notification: Notification,
        partition: int,
        latch: CompletionLatch,
        receiver: ExternalTarget | None,
        taken: asyncio.Event,
    ) -> None:
        """Send a page to the fallback after a while; what `receiver` has taken by then is withdrawn."""
        incident = notification.incident.id
        wait = self._brand(notification).alert.fallback_after.total_seconds()
        await self._clock.sleep(wait)
        failure = self._undelivered.failing.get(incident if receiver is None else receipt_key(incident, receiver))
        targets = [target for target in self._fallback_targets(notification) if target != receiver]
        fallback, reason = [target.label for target in targets], "no answer" if failure is None else failure.code
        log.error("page undelivered", incident=incident, reason=reason, waited_s=wait, fallback=fallback)
        note = self._note(notification, failure)
        for target in targets:
            self._send(notification, "trigger", target, partition, latch.part(), note, taken.is_set)

    def _note(self, notification: Notification, failure: Undelivered | None) -> Callable[[str], str]:
        """Return what adds to a text that the page was not delivered, where, and why."""
        language = supported_language(self._brand(notification).language)
        why = translate(language, "slack_timeout") if failure is None else failure.code
        if failure is None or not failure.channel:
            return lambda text: translate(language, "undelivered", text=text, why=why)
        return lambda text: translate(language, "undelivered_to", text=text, channel=failure.channel, why=why)

    def _send(
        self,
        notification: Notification,
        event: EventAction,
        target: ExternalTarget,
        partition: int,
        done: Callable[[], None],
        note: Callable[[str], str] = str,
        withdrawn: Callable[[], bool] = bool,
    ) -> None:
        brand = self._brand(notification)
        self._receipts.locate(receipt_key(notification.incident.id, target), partition)
        alert = build(notification, event, brand.language, self._web_url)
        mentions = target.notifier == SLACK and event == "trigger"
        people = on_call_users(brand, notification.happened_at) if mentions else ()
        called = mention(tuple(one for one in people if one != target.address))
        self._sender.submit(replace(alert, text=note(alert.text), mention=called), target, done, withdrawn)

    def _brand(self, notification: Notification) -> Brand:
        return self._brands.brand(notification.incident.brand)

    def _due_targets(self, notification: Notification) -> tuple[EventAction | None, list[ExternalTarget]]:
        """Return the event to send now, None for none, and its targets."""
        event = event_action(notification)
        if event != "trigger":
            return event, self._all_targets(notification) if rank(notification.incident.severity) else []
        if notification.step is None:
            return None, []
        target = external_target(step_at(self._brand(notification).alert.escalation, notification.step))
        return event, [] if target is None else [target]

    def _all_targets(self, notification: Notification) -> list[ExternalTarget]:
        """Return everyone who may have been notified: an acknowledgement or the end goes to those who were."""
        targets = (*self._external_targets(notification), *self._fallback_targets(notification))
        return list(dict.fromkeys(targets))

    def _external_targets(self, notification: Notification) -> list[ExternalTarget]:
        steps = self._brand(notification).alert.escalation
        return list(dict.fromkeys(target for step in steps if (target := external_target(step)) is not None))

    def _fallback_targets(self, notification: Notification) -> list[ExternalTarget]:
        brand, at = self._brand(notification), notification.happened_at
        if not brand.alert.fallback:
            return self._external_targets(notification)
        people, following = on_call_users(brand, at), on_call(brand.on_call_schedule, at, 1)
        found = (target for step in brand.alert.fallback for target in fallback_target(step, people, following))
        return list(dict.fromkeys(found))
