"""Delivers an incident's notifications to the fake Slack, and checks what it then shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from alerts.delivery.outbox import Outbox
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.rendering.route import Route
from tests.support.alerts import MemoryReceipts, Record, RecordingMetrics, action, fast_clock, named, now, run, signal
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from alerts.incidents.model import Notification

INCIDENT_LIFE: list[Record] = [
    signal(0, severity="info"),
    signal(1, severity="critical"),
    signal(2, severity="critical", observed=90),
    now(2),
    signal(6, detector="volume_spike", severity="warning", start=6),
    action(7),
    now(60),
]


def incident_life(brand: str = "acme") -> list[Notification]:
    """Return what is told of an incident from its opening to its end: six revisions, three of them with a reply."""
    case, reported = run(*INCIDENT_LIFE)
    assert case.incident is not None
    return [named(notification, brand) for notification in reported]


def alerts_channel(brand: str, at: int) -> Route:
    """Route every brand to one channel."""
    assert brand
    assert at
    return Route("#alerts", "en", "<@U024BE7LH>")


async def until(happened: Callable[[], object]) -> None:
    """Wait for something to happen over there, but not for ever."""
    async with asyncio.timeout(120):
        while not happened():  # noqa: ASYNC110  what happens on a server sets no event here
            await asyncio.sleep(0.005)


class OutboxHarness:
    """A delivery with its parts at hand; several share a store as successive workers do."""

    def __init__(self, fake: FakeSlack, store: MemoryReceipts | None = None, **options: Any) -> None:
        self.fake = fake
        self.store = store or MemoryReceipts()
        self.meter = RecordingMetrics()
        self.done: list[tuple[str, int]] = []
        self.slack = SlackNotifier(TOKEN, fake.url, timeout=options.pop("timeout", 0.3))
        route = options.pop("route", alerts_channel)
        timing = fast_clock(options.pop("speed", 50.0), options.pop("ahead", 0))
        self.delivery = Outbox(self.slack, self.store, route, metrics=self.meter, clock=timing, **options)

    def submit(self, *notifications: Notification) -> None:
        """Submit, and remember what is done."""
        for n in notifications:
            self.delivery.submit(n, partial(self.done.append, (n.incident.brand, n.revision)))

    async def deliver(self, *notifications: Notification) -> None:
        """Submit and wait for the end."""
        self.submit(*notifications)
        await asyncio.wait_for(self.delivery.drain(), 60)

    async def close(self) -> None:
        """Let go."""
        await self.delivery.stop()
        await self.slack.close()


Desks = Callable[..., OutboxHarness]
"""Makes Slack apps at one fake Slack; the fixture closes them all."""


def settled(fake: FakeSlack, brands: int = 1) -> None:
    """Check that each incident has one message, at its last revision, and its replies once and in order."""
    roots = fake.roots()
    assert len({m["metadata"]["event_payload"]["incident"] for m in roots}) == len(roots) == brands
    for root in roots:
        assert root["metadata"]["event_payload"]["revision"] == 6
        assert root["text"].startswith("✅ Resolved")
        assert [m["metadata"]["event_payload"]["revision"] for m in fake.replies(root["ts"])] == [2, 4, 6]
