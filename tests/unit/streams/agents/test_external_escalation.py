"""Does a page that Slack does not take go outside, and one that it takes stay inside?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.external_sender import Relay
from alerts.delivery.rate_limit import Timing
from alerts.incidents.policy import Policy
from alerts.notifiers.pagerduty import PagerDuty
from alerts.notifiers.slack.dnd import DoNotDisturb
from config.brands.model import Brand
from streams.agents.external_escalation import Countdown, Outside
from streams.views.brands import Directory
from tests.support.alerts import MemoryReceipts, Record, Tally, action, hurried, now, run, signal
from tests.support.external_receivers import Receiver
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
async def there() -> AsyncIterator[Receiver]:
    """Serve a pager."""
    async with Receiver() as receiver:
        yield receiver


def outside(there: Receiver, *steps: str, dnd: DoNotDisturb | None = None) -> Outside:
    """Return the ways out of Slack of a brand with such an escalation; patience lasts a twentieth of a second."""
    directory, store = Directory(), Store()
    directory.put(Brand.model_validate({"name": "acme", "on_call": ["U0ANA"], "alert": {"escalation": steps}}), 1)
    directory.refresh()
    relay = Relay({"pagerduty": PagerDuty("key", there.url)}, store, meter=Tally(), timing=hurried(500))
    return Outside(relay, directory, store, patience=0.05, dnd=dnd)


def events(there: Receiver) -> list[str]:
    """Return what the pager has taken."""
    return [json.loads(body)["event_action"] for _, body in there.taken]


async def test_a_page_that_slack_does_not_take_in_time_goes_outside(there: Receiver) -> None:
    """Whichever step is due: Slack itself is what fails."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    arrived = ways.watch(opened, 3, lambda: delivered.append("yes"))
    await asyncio.sleep(0.3)
    assert events(there) == ["trigger"]
    arrived()
    assert delivered == ["yes"]
    await ways.abandon()


async def test_a_page_that_slack_takes_stays_inside(there: Receiver) -> None:
    """Nobody's pager rings for what is on the screen already."""
    ways, (opened,) = outside(there, "on_call", "pagerduty"), run(signal(0))[1]
    delivered: list[str] = []
    ways.watch(opened, 3, lambda: delivered.append("yes"))()
    await asyncio.sleep(0.2)
    assert (events(there), delivered) == ([], ["yes"])


@pytest.mark.parametrize(
    ("steps", "severity"), [((), "critical"), (("U0CHIEF",), "critical"), (("pagerduty",), "watch")]
)
async def test_what_pages_nobody_or_has_no_way_out_waits_for_slack(
    there: Receiver, steps: tuple[str, ...], severity: str
) -> None:
    """A watch-level incident wakes nobody, and a chain within Slack leads nowhere else."""
    ways, (opened,) = outside(there, *steps), run(signal(0, severity=severity))[1]  # type: ignore[arg-type]
    ways.watch(opened, 3, lambda: None)
    await asyncio.sleep(0.2)
    assert events(there) == []
    await ways.abandon()


async def test_only_the_step_that_leads_outside_rings_and_the_end_is_told(there: Receiver) -> None:
    """Each notification is done once, when all that it has to say outside is said."""
    steps = ("U0CHIEF", "pagerduty")
    ways, done = outside(there, *steps), list[str]()
    life: list[Record] = [signal(0, severity="critical"), now(21), action(22), action(23, "resolve")]
    for note in run(*life, policy=Policy(escalation=steps))[1]:
        ways.submit(note, 3, lambda name=note.reason: done.append(name))  # type: ignore[misc]
        await asyncio.sleep(0.1)
    assert events(there) == ["trigger", "acknowledge", "resolve"]
    assert done == ["opened", "escalated", "escalated", "acknowledged", "resolved"]


def test_a_countdown_ends_once() -> None:
    """Both parts have to be done."""
    ended: list[int] = []
    count = Countdown(2, lambda: ended.append(1))
    count()
    assert not ended
    count()
    assert ended == [1]


@pytest.mark.parametrize(("until", "rings"), [(2_000, ["trigger"]), (1_200, [])])
async def test_a_page_that_meets_do_not_disturb_goes_outside_at_once(
    there: Receiver, until: int, rings: list[str]
) -> None:
    """Though Slack takes it: nobody's phone would make a sound. While somebody is awake it stays inside."""
    slack = FakeSlack(paused={"U0ANA": (1_000, until)})
    await slack.start()
    dnd = DoNotDisturb(TOKEN, slack.url, Timing(wall=lambda: 1_500_000))
    ways, (opened,) = outside(there, "on_call", "pagerduty", dnd=dnd), run(signal(0))[1]
    done: list[str] = []
    ways.rouse(opened, 3, lambda: done.append("yes"))
    for _ in range(100):
        await asyncio.sleep(0.01)
        if done:
            break
    assert (events(there), done) == (rings, ["yes"])
    await ways.abandon()
    await slack.stop()
