"""Does the notifier speak to Slack as Slack documents it, and keep its secret?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from alerts.delivery.ports import DeliveryError, MessageRef
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.rendering.message import Message
from tocsin.demo.fake_slack.faults import Fault
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CARD = Message("acme-1", 3, "line", [{"type": "section", "text": {"type": "mrkdwn", "text": "card"}}])


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """Serve a fake Slack."""
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def slack(fake: FakeSlack) -> AsyncIterator[SlackNotifier]:
    """Open a notifier."""
    notifier = SlackNotifier(TOKEN, fake.url, timeout=0.3)
    yield notifier
    await notifier.close()


async def test_a_post_carries_text_card_and_its_incident_and_unfurls_nothing(
    fake: FakeSlack, slack: SlackNotifier
) -> None:
    """The text is what a lock screen shows, the metadata what a restart looks for."""
    receipt = await slack.post("#alerts", CARD)
    (call,) = fake.calls
    assert receipt == MessageRef("C0000001", fake.roots()[0]["ts"])
    assert call.body == {
        "channel": "#alerts",
        "text": "line",
        "blocks": CARD.blocks,
        "metadata": {"event_type": "tocsin_incident", "event_payload": {"incident": "acme-1", "revision": 3}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


async def test_an_update_without_a_card_takes_the_old_card_away(fake: FakeSlack, slack: SlackNotifier) -> None:
    """Slack keeps the blocks of a message unless told otherwise."""
    receipt = await slack.post("C0000001", CARD)
    await slack.update(receipt, Message("acme-1", 4, "bare", []))
    (root,) = fake.roots()
    assert (root["text"], root["blocks"]) == ("bare", [])


async def test_a_message_is_found_by_its_incident_on_any_page(fake: FakeSlack, slack: SlackNotifier) -> None:
    """Hundreds of later messages do not hide it; another incident's is not taken for it."""
    receipt = await slack.post("#alerts", CARD)
    for number in range(450):
        await slack.post("#alerts", Message(f"other-{number}", 1, "line", []))
    assert await slack.find("#alerts", "acme-1", 0) == receipt
    assert await slack.find("C0000001", "acme-2", 0) is None
    assert len(fake.called("conversations.history")) == 6


async def test_a_restarted_notifier_finds_the_channel_by_name(fake: FakeSlack, slack: SlackNotifier) -> None:
    """History is read by id, and a fresh process knows only the name."""
    receipt = await slack.post("#alerts", CARD)
    fresh = SlackNotifier(TOKEN, fake.url)
    assert await fresh.find("#alerts", "acme-1", 0) == receipt
    with pytest.raises(DeliveryError, match="channel_not_found"):
        await fresh.find("#nowhere", "acme-1", 0)
    await fresh.close()


async def test_an_older_message_than_asked_for_is_not_found(slack: SlackNotifier) -> None:
    """The same incident id in a replayed past is another story."""
    await slack.post("#alerts", CARD)
    assert await slack.find("#alerts", "acme-1", 4 * 10**12) is None


async def test_a_reply_is_known_by_its_revision(slack: SlackNotifier) -> None:
    """After a doubtful reply the thread is asked."""
    receipt = await slack.post("#alerts", CARD)
    await slack.reply(receipt, CARD)
    assert await slack.has_reply(receipt, 3)
    assert not await slack.has_reply(receipt, 4)


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "uncertain"),
    [
        (Fault(429, "ratelimited", 7), "ratelimited", True, False),
        (Fault(500), "server_error", True, True),
        (Fault(200, "internal_error"), "internal_error", True, True),
        (Fault(wait=1), "timeout", True, True),
        (Fault(drop=True), "disconnected", True, True),
        (Fault(200, "not_in_channel"), "not_in_channel", False, False),
        (Fault(200, "invalid_auth"), "invalid_auth", False, False),
        (Fault(200, "some_new_error"), "some_new_error", False, False),
    ],
)
async def test_each_failure_says_whether_to_retry_and_whether_to_look_first(
    fake: FakeSlack,
    slack: SlackNotifier,
    fault: Fault,
    code: str,
    retryable: bool,  # noqa: FBT001
    uncertain: bool,  # noqa: FBT001
) -> None:
    """The outbox decides by these three things and nothing else."""
    fake.faults.append(fault)
    with pytest.raises(DeliveryError) as caught:
        await slack.post("#alerts", CARD)
    error = caught.value
    assert (error.code, error.retryable, error.uncertain) == (code, retryable, uncertain)
    assert error.remedy
    assert error.retry_after == (7.0 if code == "ratelimited" else None)
    assert len(fake.calls) == 1, "the client must not repeat a post by itself"


async def test_a_refused_connection_is_certain(fake: FakeSlack, slack: SlackNotifier) -> None:
    """Nothing was sent, so nothing needs to be looked for."""
    await fake.stop()
    with pytest.raises(DeliveryError) as caught:
        await slack.post("#alerts", CARD)
    assert (caught.value.code, caught.value.retryable, caught.value.uncertain) == ("unreachable", True, False)


async def test_a_missing_scope_is_named(fake: FakeSlack, slack: SlackNotifier) -> None:
    """The remedy says which one."""
    fake.missing_scopes.add("channels:history")
    with pytest.raises(DeliveryError, match=r"needed: channels:history"):
        await slack.find("C0000001", "acme-1", 0)


async def test_check_names_workspace_and_bot(slack: SlackNotifier) -> None:
    """So that a person sees where alerts will go before the first one does."""
    assert await slack.auth_test() == "Test as tocsin"


async def test_the_token_is_in_no_log_no_error_and_no_repr(
    fake: FakeSlack, slack: SlackNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    """Even with everything logged and everything failing."""
    shown = repr(slack) + str(slack)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logs:
        for fault in (Fault(500), Fault(200, "invalid_auth"), Fault(drop=True), Fault()):
            fake.faults.append(fault)
            try:
                await slack.post("#alerts", CARD)
            except DeliveryError as error:
                shown += f"{error!r} {error} {error.__cause__!r} {error.__context__!r}"
    assert TOKEN not in shown + caplog.text + str(logs)


async def test_one_connection_serves_all_requests(fake: FakeSlack, slack: SlackNotifier) -> None:
    """No handshake when it matters."""
    peers = set()
    for _ in range(3):
        await slack.post("#alerts", CARD)
        peers.add(fake.calls[-1].peer)
    assert len(peers) == 1
