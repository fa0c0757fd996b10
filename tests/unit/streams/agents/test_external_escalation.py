"""External escalation: a page that Slack does not take goes outside, one that it takes stays inside."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Clock
from alerts.delivery.undelivered import UndeliveredAlerts
from alerts.incidents.policy import Policy
from alerts.notifiers.pagerduty import PagerDutyNotifier
from alerts.notifiers.slack.dnd import DoNotDisturb
from alerts.notifiers.slack.fallback import SlackFallback
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.webhook import WebhookNotifier
from config.brands.model import Brand
from streams.agents.external_escalation import ExternalEscalation
from streams.exactly_once.completion import CompletionLatch
from streams.views.brands import BrandRegistry
from tests.support.alerts import MemoryReceipts, Record, RecordingMetrics, action, fast_clock, now, run, signal
from tests.support.delivery import until
from tests.support.external_receivers import WebhookReceiver
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.incidents.model import Notification


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


class World:
    """A pager, a fake Slack and a brand; a minute lasts a twentieth of a second."""

    def __init__(self, there: WebhookReceiver, slack: FakeSlack | None = None) -> None:
        self.store = Store()
        self.clock = fast_clock(1200)
        self.undelivered = UndeliveredAlerts(clock=self.clock)
        self.notifiers: dict[str, ExternalNotifier] = {"pagerduty": PagerDutyNotifier("key", there.url)}
        if slack is not None:
            self.notifiers["slack"] = SlackFallback(SlackNotifier(TOKEN, slack.url))
        self.meter = RecordingMetrics()

    def ways(self, *steps: str, dnd: DoNotDisturb | None = None, **brand: Any) -> ExternalEscalation:
        """Return the ways out of Slack of a brand with such an escalation."""
        directory, alert = BrandRegistry(), {"escalation": steps} | brand.pop("alert", {})
        directory.put(Brand.model_validate({"name": "acme", "on_call": ["U0ANA"], "alert": alert, **brand}), 1)
        directory.refresh()
        relay = ExternalSender(
            self.notifiers, self.store, metrics=self.meter, undelivered=self.undelivered, clock=self.clock
        )
        return ExternalEscalation(relay, directory, self.store, self.undelivered, dnd=dnd, clock=self.clock)


def outside(there: WebhookReceiver, *steps: str, dnd: DoNotDisturb | None = None) -> ExternalEscalation:
    """Return the ways out of Slack of a brand with such an escalation."""
    return World(there).ways(*steps, dnd=dnd)


def page(ways: ExternalEscalation, opened: Notification, done: list[str]) -> Callable[[], None]:
    """Hand over a page that Slack has not taken yet; return what to call once it has."""
    with CompletionLatch(lambda: done.append("done")) as latch:
        return ways.guard_delivery(opened, 3, latch)


def events(there: WebhookReceiver) -> list[str]:
    """Return what the pager has taken."""
    return [json.loads(body)["event_action"] for _, body in there.taken]


async def test_a_page_that_slack_does_not_take_in_time_goes_outside(there: WebhookReceiver) -> None:
    """Whichever step is due: Slack itself is what fails."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    arrived = page(ways, opened, delivered)
    await until(lambda: events(there))
    assert events(there) == ["trigger"]
    assert not delivered
    arrived()
    assert delivered == ["done"]
    await ways.stop()


async def test_a_page_that_slack_takes_stays_inside(there: WebhookReceiver) -> None:
    """Nobody's pager rings for what is on the screen already."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    page(ways, opened, delivered)()
    await asyncio.sleep(0.2)
    assert (events(there), delivered) == ([], ["done"])


@pytest.mark.parametrize(
    ("steps", "severity"), [((), "critical"), (("U0CHIEF",), "critical"), (("pagerduty",), "info")]
)
async def test_what_pages_nobody_or_has_no_way_out_waits_for_slack(
    there: WebhookReceiver, steps: tuple[str, ...], severity: str
) -> None:
    """A watch-level incident wakes nobody, and a chain within Slack leads nowhere else."""
    ways, (opened,) = outside(there, *steps), run(signal(0, severity=severity))[1]  # type: ignore[arg-type]
    page(ways, opened, [])
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
    await until(lambda: len(events(there)) >= 3 and len(done) >= 5)
    assert events(there) == ["trigger", "acknowledge", "resolve"]
    assert done == ["opened", "escalated", "escalated", "acknowledged", "resolved"]


@pytest.mark.parametrize(("paused_until", "rings"), [(2_000, ["trigger"]), (1_200, [])])
async def test_a_page_that_meets_do_not_disturb_goes_outside_at_once(
    there: WebhookReceiver, paused_until: int, rings: list[str]
) -> None:
    """Though Slack takes it: nobody's phone would make a sound. While somebody is awake it stays inside."""
    slack = FakeSlack(dnd={"U0ANA": (1_000, paused_until)})
    await slack.start()
    dnd = DoNotDisturb(TOKEN, slack.url, Clock(wall=lambda: 1_500_000))
    ways, (opened,) = outside(there, "on_call", "pagerduty", dnd=dnd), run(signal(0))[1]
    done: list[str] = []
    with CompletionLatch(lambda: done.append("yes")) as latch:
        ways.bypass_dnd(opened, 3, latch)
    assert not done, "the notification is not done before do-not-disturb is known"
    await until(lambda: done)
    assert (events(there), done) == (rings, ["yes"])
    await ways.stop()
    await slack.stop()


ARCHIVED = DeliveryError("is_archived", "set another slack_channel", retryable=False)


async def test_a_page_that_its_channel_does_not_take_goes_to_the_fallback_and_says_why(there: WebhookReceiver) -> None:
    """Another channel with a mention, a direct message to the next person; never to a user group."""
    async with FakeSlack() as slack:
        world = World(there, slack)
        schedule = {"people": ["U0BEN", "U0CAM"], "first_week": "2015-02-16"}
        fallback = ["#press", "on_call", "next_on_call"]
        brand: dict[str, Any] = {"on_call": ["U0ANA", "S0TEAM"], "on_call_schedule": schedule}
        ways, done = world.ways("pagerduty", **brand, alert={"fallback": fallback}), list[str]()
        (opened,) = run(signal(0, severity="critical"))[1]
        await world.undelivered.on_failure(opened.incident.id, opened.incident.id, "acme", "#acme", ARCHIVED)
        arrived = page(ways, opened, done)
        await until(lambda: len(slack.called("chat.postMessage")) >= 4)
        posted = [call.body for call in slack.called("chat.postMessage")]
        assert [call["channel"] for call in posted] == ["#press", "U0ANA", "U0BEN", "U0CAM"]
        assert "<@U0ANA> <!subteam^S0TEAM> <@U0BEN>" in posted[0]["text"]
        assert all("(not delivered to #acme: is_archived)" in call["text"] for call in posted)
        assert not events(there), "a fallback that is configured takes the place of the chain"
        assert not done
        arrived()
        assert done == ["done"]
        await ways.stop()


async def test_a_pager_that_fails_hands_the_page_to_the_rest_of_the_chain(there: WebhookReceiver) -> None:
    """A step outside Slack is guarded as Slack is; what comes after it in the chain is its fallback."""
    async with WebhookReceiver() as broken:
        broken.answers.extend([400] * 100)
        world = World(there)
        world.notifiers["webhook"] = WebhookNotifier(broken.url, "s3cr3t")
        ways, done = world.ways("webhook", "pagerduty"), list[str]()
        notes = run(signal(0, severity="critical"), now(11), policy=Policy(escalation=("webhook", "pagerduty")))[1]
        with CompletionLatch(lambda: done.append("done")) as latch:
            ways.escalate(notes[-1], 3, latch)
        await until(lambda: events(there))
        assert events(there) == ["trigger"]
        assert "not delivered to webhook: refused" in there.taken[0][1].decode()
        assert not done
        (failing,) = world.undelivered.failing.values()
        assert failing.channel == "webhook"
        await ways.stop()


async def test_a_fallback_that_fails_is_withdrawn_once_the_page_is_delivered(there: WebhookReceiver) -> None:
    """What Slack takes after all rings no pager an hour later, and leaves nothing undelivered behind."""
    there.answers.extend([400] * 3)
    world, done = World(there), list[str]()
    ways, (opened,) = world.ways("pagerduty"), run(signal(0))[1]
    arrived = page(ways, opened, done)
    await until(lambda: world.undelivered.failing)
    arrived()
    await until(lambda: done)
    assert (done, events(there), dict(world.undelivered.failing)) == (["done"], [], {})
    await ways.stop()
