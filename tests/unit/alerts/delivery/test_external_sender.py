"""Does what is said outside Slack arrive, once, whatever fails on the way?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.external_alert import ExternalAlert, build, event_action
from alerts.delivery.external_sender import ExternalSender, receipt_key
from alerts.incidents.model import SYSTEM_USER
from alerts.notifiers.pagerduty import PagerDutyNotifier
from alerts.oncall.escalation_targets import ExternalTarget
from tests.support.alerts import MemoryReceipts, RecordingMetrics, action, fast_clock, now, run, signal
from tests.support.external_receivers import WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PAGER = ExternalTarget("pagerduty")


@pytest.fixture
async def there() -> AsyncIterator[WebhookReceiver]:
    """Serve a pager."""
    async with WebhookReceiver() as receiver:
        yield receiver


class Desk:
    """A relay with its parts at hand; several share a store as successive workers do."""

    def __init__(self, there: WebhookReceiver, store: MemoryReceipts | None = None) -> None:
        self.store = store or MemoryReceipts()
        self.meter = RecordingMetrics()
        self.done: list[str] = []
        channels = {"pagerduty": PagerDutyNotifier("key", there.url)}
        self.relay = ExternalSender(channels, self.store, metrics=self.meter, clock=fast_clock(500))

    def submit(self, *alarms: ExternalAlert, target: ExternalTarget = PAGER) -> None:
        """Hand alarms to the relay."""
        for one in alarms:
            self.relay.submit(one, target, lambda one=one: self.done.append(one.event))  # type: ignore[misc]


def alarms() -> list[ExternalAlert]:
    """Return an incident's life as a pager hears of it: triggered, acknowledged, resolved."""
    reported = run(signal(0, severity="critical"), now(11), action(12), action(13, "resolve"))[1]
    return [build(note, event, "en") for note in reported if (event := event_action(note)) is not None]


def events(there: WebhookReceiver) -> list[str]:
    """Return the events that were taken."""
    return [json.loads(body)["event_action"] for _, body in there.taken]


async def test_a_life_is_reported_in_its_order(there: WebhookReceiver) -> None:
    """What is acknowledged or resolved in Slack is so on the pager too."""
    desk = Desk(there)
    for one in alarms():
        desk.submit(one)
        await desk.relay.drain()
    assert events(there) == desk.done == ["trigger", "acknowledge", "resolve"]


async def test_a_failure_is_tried_again_until_it_is_taken(there: WebhookReceiver) -> None:
    """A pager that is down for a while is told in the end; a refusal for good is tried too, for it may be mended."""
    there.answers.extend([503, 429, 400])
    desk = Desk(there)
    desk.submit(alarms()[0])
    await desk.relay.drain()
    assert (there.tries, events(there), desk.done) == (4, ["trigger"], ["trigger"])
    assert len(desk.meter.refusals) == 1


async def test_a_successor_repeats_nothing_that_is_noted(there: WebhookReceiver) -> None:
    """The outbox redelivers after a crash; the receipt says it was taken."""
    first = Desk(there)
    first.submit(alarms()[0])
    await first.relay.drain()
    second = Desk(there, first.store)
    second.submit(*alarms()[:2])
    await second.relay.drain()
    assert events(there) == ["trigger", "acknowledge"]
    assert second.done == ["trigger", "acknowledge"]


async def test_what_was_acknowledged_before_it_could_be_reported_wakes_nobody(there: WebhookReceiver) -> None:
    """A night's outage of the pager is not made up for in the morning."""
    desk = Desk(there)
    desk.submit(*alarms())
    await desk.relay.drain()
    assert events(there) == []
    assert desk.done == ["trigger", "acknowledge", "resolve"]


async def test_a_channel_that_is_not_set_up_is_reported_and_waits(there: WebhookReceiver) -> None:
    """Nothing is lost while somebody sets the variables; the report says where they are explained."""
    desk = Desk(there)
    desk.submit(alarms()[0], target=ExternalTarget("email", "a@example.com"))
    desk.submit(alarms()[0])
    while not (desk.meter.refusals and desk.done):  # noqa: ASYNC110  what happens on a server sets no event here
        await asyncio.sleep(0.005)
    assert "docs/escalation.md" in desk.meter.refusals[0].remedy
    assert desk.relay.pending_count == 1
    await desk.relay.stop()
    assert events(there) == ["trigger"]


def test_receipts_of_different_targets_are_kept_apart() -> None:
    """Two mailboxes of one incident are two promises."""
    names = {receipt_key("a", ExternalTarget("email", who)) for who in ("x@y", "z@y")} | {receipt_key("a", PAGER)}
    assert len(names) == 3


async def test_a_short_failure_costs_seconds_and_a_long_one_is_tried_less_often(there: WebhookReceiver) -> None:
    """The third pause is still under two seconds; then they double, and begin again with the next alert."""
    desk = Desk(there)
    opened, acknowledged, _ = alarms()
    there.answers.extend([503] * 4)
    desk.submit(opened)
    await desk.relay.drain()
    there.answers.append(503)
    desk.submit(acknowledged)
    await desk.relay.drain()
    first, _, third, fourth, again = desk.meter.waits
    assert first == again <= third < 2
    assert fourth == 2 * third


async def test_a_mistake_of_ours_delays_an_alert_and_loses_none() -> None:
    """It is reported as one, and tried again as soon as any other failure."""

    class Broken:
        """A receiver with a mistake in it, at first."""

        def __init__(self) -> None:
            self.taken: list[str] = []
            self.tries = 0

        async def send(self, alert: ExternalAlert, address: str) -> None:
            """Fail once, then take it."""
            assert not address
            self.tries += 1
            if self.tries == 1:
                raise KeyError("oops")
            self.taken.append(alert.event)

    broken, meter = Broken(), RecordingMetrics()
    relay = ExternalSender({"pagerduty": broken}, MemoryReceipts(), metrics=meter, clock=fast_clock(500))
    relay.submit(alarms()[0], PAGER, lambda: None)
    await relay.drain()
    assert (broken.taken, meter.codes, meter.refusals) == (["trigger"], ["bug"], [])


def test_a_receiver_learns_who_ended_it() -> None:
    """The one who acknowledged it, then the one who resolved it; nobody while it is open."""
    assert [one.actor for one in alarms()] == ["", "ada", "ada"]
    by_itself = run(signal(0, severity="critical"), now(60))[1][-1]
    assert build(by_itself, "resolve", "en").actor == SYSTEM_USER
