"""Does the check of Slack say what an alert would meet there?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.rate_limit import Timing
from alerts.notifiers.slack.health import FRESH, Login, Shared, Standing
from alerts.notifiers.slack.notifier import Slack
from tocsin.demo.fake_slack.faults import Fault
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHANNEL = "C0000001"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Yield the stand-in."""
    served = FakeSlack()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[Slack]:
    """Yield a client of it."""
    one = Slack(TOKEN, slack.url)
    yield one
    await one.close()


async def test_one_message_stands_however_often_it_is_edited(slack: FakeSlack, client: Slack) -> None:
    """Beats, and a new process too, edit the message that is there; one that was deleted is posted anew."""
    first, second = Standing(client, CHANNEL), Standing(client, CHANNEL)
    for standing in (first, first, second):
        await standing.beat()
    assert len(slack.roots()) == 1
    await slack_delete(client, slack)
    await first.beat()
    assert len(slack.roots()) == 1


async def slack_delete(client: Slack, slack: FakeSlack) -> None:
    """Delete the message, as somebody in the channel may."""
    (message,) = slack.roots()
    await client._open().chat_delete(channel=CHANNEL, ts=message["ts"])


async def test_a_refusal_names_code_and_remedy(slack: FakeSlack, client: Slack) -> None:
    """A token that is not accepted and a channel that is archived are told as an alert would meet them."""
    stranger = Slack("xoxb-revoked", slack.url)
    assert (await Shared(Login(stranger)).refused()).startswith("invalid_auth: ")
    await stranger.close()
    slack.outage = Fault(error="is_archived")
    assert (await Shared(Standing(client, CHANNEL)).refused()).startswith("is_archived: ")


class Counting:
    """A check that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def beat(self) -> None:
        """Count, and take a while."""
        self.asked += 1
        await asyncio.sleep(0)


async def test_those_who_ask_at_once_share_one_answer() -> None:
    """Twelve partitions that beat together ask Slack once; later it is asked again."""
    clock = [0.0]
    counting = Counting()
    shared = Shared(counting, Timing(monotonic=lambda: clock[0]))
    await asyncio.gather(*(shared.refused() for _ in range(12)))
    assert counting.asked == 1
    clock[0] += FRESH
    await shared.refused()
    assert counting.asked == 2
