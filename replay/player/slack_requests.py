"""Records the Slack requests of a replay: the live outbox, with a notifier that keeps requests and sends none.

Charts are left out: a card's chart is drawn from one revision, and which one that is depends on when the upload runs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from alerts.delivery.metrics import LoggingMetrics
from alerts.delivery.outbox import Outbox
from alerts.delivery.ports import MessageRef
from alerts.delivery.rate_limit import Clock
from alerts.notifiers.slack.notifier import EVENT, REPLY, payload
from config.brands.on_call import route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.delivery.metrics import RequestKind
    from alerts.delivery.ports import Notifier
    from alerts.delivery.receipts import DeliveryRecord, ReceiptStore
    from alerts.incidents.model import Notification
    from alerts.rendering.message import Message
    from replay.player.recording_replay import PolicySource

DEFAULT_CHANNEL: Final = "#brand-alerts"
"""Where incidents of brands that name no channel are shown."""


class NullMetrics(LoggingMetrics):
    """A meter that says nothing of what goes well: nothing was sent."""

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Say nothing."""


class SlackRequestRecorder:
    """A notifier and a store of receipts in one: it keeps what would have been sent, in order."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self._postings: dict[str, DeliveryRecord] = {}
        self._serial = 0

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an incident's message."""
        return self._postings.get(incident)

    async def put(self, posting: DeliveryRecord) -> None:
        """Keep a posting."""
        self._postings[posting.incident] = posting

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Keep a post."""
        self._serial += 1
        receipt = MessageRef(channel, str(self._serial))
        self._keep("chat.postMessage", receipt, message, EVENT)
        return receipt

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Keep an edit."""
        self._keep("chat.update", receipt, message, EVENT)

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Keep a reply."""
        self._keep("chat.postMessage", receipt, message, REPLY)

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return where the incident's message stands."""
        del channel, since
        posting = self._postings.get(incident)
        return None if posting is None else posting.message

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Return 0: nothing is ever sent twice."""
        del receipt, incident, since
        return 0

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Return False: no answer is ever lost."""
        del receipt, revision
        return False

    def _keep(self, method: str, receipt: MessageRef, message: Message, event: str) -> None:
        thread = {"thread": message.incident} if event == REPLY else {}
        self.sent.append(
            {"method": method, "channel": receipt.channel, "incident": message.incident}
            | thread
            | {"revision": message.revision, "payload": payload(message, event)}
        )


def record_requests(
    notifications: Iterable[Notification], rules: PolicySource
) -> Iterator[tuple[Notification, list[dict[str, Any]]]]:
    """Yield each notification with the requests that a Slack in good health gets for it, before the next one.

    A Slack that was down gets fewer: what it missed arrives as one edit, with all the replies.
    """
    shown = SlackRequestRecorder()
    for note in deliver(notifications, rules, shown, shown):
        sent, shown.sent = shown.sent, []
        yield note, sent


def deliver(
    notifications: Iterable[Notification], rules: PolicySource, notifier: Notifier, receipts: ReceiptStore | None = None
) -> Iterator[Notification]:
    """Yield each notification once it is delivered, by the live outbox, to `notifier`."""
    with asyncio.Runner() as runner:
        kept = receipts or SlackRequestRecorder()
        delivery = Outbox(
            notifier,
            kept,
            lambda name, at: route(rules.brand(name), at, DEFAULT_CHANNEL),
            metrics=NullMetrics(),
            clock=Clock(),
            min_interval=0.0,
        )
        for note in notifications:
            runner.run(_deliver(delivery, note))
            yield note


async def _deliver(delivery: Outbox, note: Notification) -> None:
    delivery.submit(note, lambda: None)
    await delivery.drain()


def final_messages(sent: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return by incident the message as it stands after all requests, and the replies in its thread."""
    found: dict[str, dict[str, Any]] = {}
    for request in sent:
        place = found.setdefault(request["incident"], {"message": None, "replies": []})
        if "thread" in request:
            place["replies"].append(request["payload"])
        else:
            place["message"] = request["payload"]
    return found
