"""Do requests come in by socket and by HTTP: acknowledged first, only from Slack, each once?"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer

from alerts.notifiers.slack.notifier import web_client
from tocsin.demo.fake_slack.server import APP_TOKEN, SIGNING_SECRET, TOKEN, FakeSlack
from tocsin.slack_app.slack_client import SlackClient
from tocsin.slack_app.transports.http import Gate, application, asked
from tocsin.slack_app.transports.socket_mode import Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Handled = list[tuple[str, dict[str, Any]]]


class Serving:
    """What serves requests, with nothing to say along with the acknowledgement but what it is given."""

    def __init__(self, handle: Callable[[str, dict[str, Any]], Coroutine[Any, Any, None]], said: Any = None) -> None:
        self._handle = handle
        self.said = said

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Do what it was given to do."""
        await self._handle(kind, payload)

    def answer(self, kind: str, payload: dict[str, Any]) -> Any:
        """Return what it was given."""
        assert kind, payload
        return self.said


async def until(happened: Callable[[], object]) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110  what happens on a server sets no event here
            await asyncio.sleep(0.01)


async def test_an_envelope_is_acknowledged_before_the_work_is_done() -> None:
    """Slack allows three seconds; the work may take longer."""
    work, handled = asyncio.Event(), Handled()

    async def handle(kind: str, payload: dict[str, Any]) -> None:
        await work.wait()
        handled.append((kind, payload))

    desk = Serving(handle)
    async with FakeSlack() as slack:
        task = asyncio.create_task(Socket(APP_TOKEN, web_client(TOKEN, slack.url), desk).run())
        await until(lambda: slack.sockets)
        envelope = await slack.send("interactive", {"type": "block_actions"})
        await until(lambda: [one for one, _ in slack.acked] == [envelope])
        assert handled == []
        work.set()
        await until(lambda: handled)
        assert handled == [("interactive", {"type": "block_actions"})]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_socket_opens_again_when_slack_closes_it() -> None:
    """Slack does so about every hour, and says so before."""
    handled = Handled()

    async def handle(kind: str, payload: dict[str, Any]) -> None:
        handled.append((kind, payload))

    desk = Serving(handle)
    async with FakeSlack() as slack:
        task = asyncio.create_task(Socket(APP_TOKEN, web_client(TOKEN, slack.url), desk).run())
        await until(lambda: slack.sockets)
        first = slack.sockets[0]
        await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
        await until(lambda: slack.sockets and slack.sockets[-1] is not first)
        await slack.send("slash_commands", {"command": "/tocsin"})
        await until(lambda: handled)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def signed(body: bytes, at: float, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Return the headers with which Slack signs a request."""
    moment = str(int(at))
    text = b":".join((b"v0", moment.encode(), body))
    signature = "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}


BODY = urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()


async def test_a_request_of_slack_s_is_taken_once() -> None:
    """Who captures a signed request cannot use it again, not even within the five minutes."""
    handled = Handled()

    async def handle(kind: str, payload: dict[str, Any]) -> None:
        handled.append((kind, payload))

    desk = Serving(handle)
    headers = signed(BODY, time.time())
    async with TestClient(TestServer(application(Gate(SIGNING_SECRET, time.time), desk))) as client:
        statuses = [(await client.post("/slack", data=BODY, headers=headers)).status for _ in range(2)]
    assert statuses == [200, 401]
    assert handled == [("interactive", {"type": "block_actions"})]


@pytest.mark.parametrize(
    "headers",
    [
        signed(BODY, 1000, secret="another"),
        signed(BODY + b"x", 1000),
        signed(BODY, 1000 - 301),
        signed(BODY, 1000 + 301),
        {},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0="},
        {"X-Slack-Request-Timestamp": "１０００", "X-Slack-Signature": "v0="},
    ],
)
def test_a_request_that_is_not_slack_s_or_not_fresh_is_refused(headers: dict[str, str]) -> None:
    """Another secret, another body, too old, from the future, or no signature at all."""
    gate = Gate(SIGNING_SECRET, lambda: 1000.0)
    assert gate.refusal(BODY, headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", ""))


def test_a_signature_is_remembered_as_long_as_it_is_good_for() -> None:
    """Signed five minutes ahead of our clock, it is good for ten; then it is forgotten and refused for its age."""
    now = [1000.0]
    gate = Gate(SIGNING_SECRET, lambda: now[0])
    headers = signed(BODY, 1300)
    one = (BODY, headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])
    assert gate.refusal(*one) == ""
    now[0] = 1599.0
    assert gate.refusal(*one) == "seen before"
    now[0] = 1601.0
    assert gate.refusal(*one)


@pytest.mark.parametrize("body", [b"", b"payload=[1]", b"payload={", b"\xff\xfe", b"x=1", b"{"])
def test_a_body_that_is_no_request_is_none(body: bytes) -> None:
    """Nothing is taken on trust, not even with a signature."""
    assert asked(body) is None


async def test_a_group_s_members_are_asked_for_once_in_a_while_and_a_failure_lets_nobody_in() -> None:
    """An unknown group has no members; a known one is remembered for five minutes."""
    async with FakeSlack(groups={"S0DESK": ["U0BEN"]}) as slack:
        people = SlackClient(TOKEN, slack.url)
        for _ in range(3):
            assert await people.groups_of("U0BEN", ("S0DESK", "S0GONE")) == frozenset({"S0DESK"})
        assert len([call for call in slack.calls if call.body.get("usergroup") == "S0DESK"]) == 1
        await people.respond_ephemeral(slack.response_url, "for your eyes")
        assert slack.ephemeral_texts == ["for your eyes"]


async def test_an_answer_goes_to_slack_only() -> None:
    """A forged address does not make the app knock at doors inside the house."""
    async with FakeSlack() as slack:
        people = SlackClient(TOKEN, "https://slack.com/api/")
        for address in (slack.response_url, "http://hooks.slack.com/x", "https://slack.com.evil.example/x", "", "::"):
            await people.respond_ephemeral(address, "secret")
        assert slack.ephemeral_texts == []


async def test_what_is_wrong_in_a_modal_goes_back_with_the_acknowledgement() -> None:
    """By HTTP in the body of the answer; nothing where there is nothing to say."""
    handled = Handled()

    async def handle(kind: str, payload: dict[str, Any]) -> None:
        handled.append((kind, payload))

    said = {"response_action": "errors", "errors": {"span": "no"}}
    desk = Serving(handle, said)
    async with TestClient(TestServer(application(Gate(SIGNING_SECRET, time.time), desk))) as client:
        answer = await client.post("/slack", data=BODY, headers=signed(BODY, time.time()))
        assert await answer.json() == said


async def test_an_event_comes_as_json_and_the_address_is_verified() -> None:
    """Slack asks the endpoint to repeat a word before it sends events there."""
    handled = Handled()

    async def handle(kind: str, payload: dict[str, Any]) -> None:
        handled.append((kind, payload))

    async with TestClient(TestServer(application(Gate(SIGNING_SECRET, time.time), Serving(handle)))) as client:
        for sent in ({"type": "url_verification", "challenge": "3eZ"}, {"type": "event_callback", "event": {}}):
            body = json.dumps(sent).encode()
            answer = await client.post("/slack", data=body, headers=signed(body, time.time()))
            if sent["type"] == "url_verification":
                assert await answer.json() == {"challenge": "3eZ"}
    assert handled == [("events_api", {"type": "event_callback", "event": {}})]
