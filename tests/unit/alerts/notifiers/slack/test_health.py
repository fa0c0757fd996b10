"""Does the check of Slack say what an alert would meet there?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from alerts.delivery.rate_limit import Clock
from alerts.notifiers.slack.health import CACHE_TTL, AuthProbe, CachedProbe, MessageProbe
from alerts.notifiers.slack.notifier import SlackNotifier
from tocsin.demo.fake_slack.faults import Fault
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHANNEL = "C0000001"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Yield the fake Slack."""
    served = FakeSlack()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[SlackNotifier]:
    """Yield a client of it."""
    one = SlackNotifier(TOKEN, slack.url)
    yield one
    await one.close()


async def test_one_message_stands_however_often_it_is_edited(slack: FakeSlack, client: SlackNotifier) -> None:
    """Beats, and a new process too, edit the message that is there; one that was deleted is posted again."""
    first, second = MessageProbe(client, CHANNEL), MessageProbe(client, CHANNEL)
    for standing in (first, first, second):
        await standing.check()
    assert len(slack.roots()) == 1
    await slack_delete(client, slack)
    await first.check()
    assert len(slack.roots()) == 1


async def slack_delete(client: SlackNotifier, slack: FakeSlack) -> None:
    """Delete the message, as somebody in the channel may."""
    (message,) = slack.roots()
    await client._client_with_session().chat_delete(channel=CHANNEL, ts=message["ts"])


async def test_a_refusal_names_code_and_remedy(slack: FakeSlack, client: SlackNotifier) -> None:
    """A token that is not accepted and a channel that is archived are told as an alert would meet them."""
    stranger = SlackNotifier("xoxb-revoked", slack.url)
    assert (await CachedProbe(AuthProbe(stranger)).error()).startswith("invalid_auth: ")
    await stranger.close()
    slack.outage = Fault(error="is_archived")
    assert (await CachedProbe(MessageProbe(client, CHANNEL)).error()).startswith("is_archived: ")


class Counting:
    """A check that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def check(self) -> None:
        """Count, and take a while."""
        self.asked += 1
        await asyncio.sleep(0)


async def test_those_who_ask_at_once_share_one_answer() -> None:
    """Twelve partitions that beat together ask Slack once; later it is asked again."""
    clock = [0.0]
    counting = Counting()
    shared = CachedProbe(counting, Clock(monotonic=lambda: clock[0]))
    await asyncio.gather(*(shared.error() for _ in range(12)))
    assert counting.asked == 1
    clock[0] += CACHE_TTL
    await shared.error()
    assert counting.asked == 2
