"""External escalation: a page that Slack does not take goes outside, one that it takes stays inside."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.rate_limit import Clock
from alerts.incidents.policy import Policy
from alerts.notifiers.pagerduty import PagerDutyNotifier
from alerts.notifiers.slack.dnd import DoNotDisturb
from config.brands.model import Brand
from streams.agents.external_escalation import ExternalEscalation
from streams.exactly_once.completion import CompletionLatch
from streams.views.brands import BrandRegistry
from tests.support.alerts import MemoryReceipts, Record, RecordingMetrics, action, fast_clock, now, run, signal
from tests.support.external_receivers import WebhookReceiver
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Store(MemoryReceipts):
    """Receipts that are told which partition they belong to."""

    def locate(self, incident: str, partition: int) -> None:
        """Take note of nothing: there is one place only."""
        assert incident
        assert partition == 3


@pytest.fixture
async def there() -> AsyncIterator[WebhookReceiver]:
    """Serve a pager."""
    async with WebhookReceiver() as receiver:
        yield receiver


def outside(there: WebhookReceiver, *steps: str, dnd: DoNotDisturb | None = None) -> ExternalEscalation:
    """Return the ways out of Slack of a brand with such an escalation; patience lasts a twentieth of a second."""
    directory, store = BrandRegistry(), Store()
    directory.put(Brand.model_validate({"name": "acme", "on_call": ["U0ANA"], "alert": {"escalation": steps}}), 1)
    directory.refresh()
    relay = ExternalSender(
        {"pagerduty": PagerDutyNotifier("key", there.url)}, store, metrics=RecordingMetrics(), clock=fast_clock(500)
    )
    return ExternalEscalation(relay, directory, store, slack_timeout=0.05, dnd=dnd)


def events(there: WebhookReceiver) -> list[str]:
    """Return what the pager has taken."""
    return [json.loads(body)["event_action"] for _, body in there.taken]


async def test_a_page_that_slack_does_not_take_in_time_goes_outside(there: WebhookReceiver) -> None:
    """Whichever step is due: Slack itself is what fails."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    arrived = ways.guard_delivery(opened, 3, lambda: delivered.append("yes"))
    await asyncio.sleep(0.3)
    assert events(there) == ["trigger"]
    arrived()
    assert delivered == ["yes"]
    await ways.stop()


async def test_a_page_that_slack_takes_stays_inside(there: WebhookReceiver) -> None:
    """Nobody's pager rings for what is on the screen already."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    ways.guard_delivery(opened, 3, lambda: delivered.append("yes"))()
    await asyncio.sleep(0.2)
    assert (events(there), delivered) == ([], ["yes"])


@pytest.mark.parametrize(
    ("steps", "severity"), [((), "critical"), (("U0CHIEF",), "critical"), (("pagerduty",), "info")]
)
async def test_what_pages_nobody_or_has_no_way_out_waits_for_slack(
    there: WebhookReceiver, steps: tuple[str, ...], severity: str
) -> None:
    """A watch-level incident wakes nobody, and a chain within Slack leads nowhere else."""
    ways, (opened,) = outside(there, *steps), run(signal(0, severity=severity))[1]  # type: ignore[arg-type]
    ways.guard_delivery(opened, 3, lambda: None)
    await asyncio.sleep(0.2)
    assert events(there) == []
    await ways.stop()


async def test_only_the_step_that_leads_outside_rings_and_the_end_is_reported(there: WebhookReceiver) -> None:
    """Each notification is done once, when all that it has to say outside is said."""
    steps = ("U0CHIEF", "pagerduty")
    ways, done = outside(there, *steps), list[str]()
    life: list[Record] = [signal(0, severity="critical"), now(21), action(22), action(23, "resolve")]
    for note in run(*life, policy=Policy(escalation=steps))[1]:
        with CompletionLatch(lambda name=note.reason: done.append(name)) as latch:  # type: ignore[misc]
            ways.escalate(note, 3, latch)
        await asyncio.sleep(0.1)
    assert events(there) == ["trigger", "acknowledge", "resolve"]
    assert done == ["opened", "escalated", "escalated", "acknowledged", "resolved"]


@pytest.mark.parametrize(("until", "rings"), [(2_000, ["trigger"]), (1_200, [])])
async def test_a_page_that_meets_do_not_disturb_goes_outside_at_once(
    there: WebhookReceiver, until: int, rings: list[str]
) -> None:
    """Though Slack takes it: nobody's phone would make a sound. While somebody is awake it stays inside."""
    slack = FakeSlack(dnd={"U0ANA": (1_000, until)})
    await slack.start()
    dnd = DoNotDisturb(TOKEN, slack.url, Clock(wall=lambda: 1_500_000))
    ways, (opened,) = outside(there, "on_call", "pagerduty", dnd=dnd), run(signal(0))[1]
    done: list[str] = []
    with CompletionLatch(lambda: done.append("yes")) as latch:
        ways.bypass_dnd(opened, 3, latch)
    assert not done, "the notification is not done before do-not-disturb is known"
    for _ in range(100):
        await asyncio.sleep(0.01)
        if done:
            break
    assert (events(there), done) == (rings, ["yes"])
    await ways.stop()
    await slack.stop()
