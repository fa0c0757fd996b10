"""Transports of the Slack app: requests are acknowledged before the work, come only from Slack, and count once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest
import structlog
from aiohttp import ClientConnectionResetError
from aiohttp.test_utils import TestClient, TestServer
from slack_sdk.socket_mode.request import SocketModeRequest

from alerts.notifiers.slack.notifier import web_client
from alerts.rendering.buttons import ACK
from tests.support.slack_handlers import HandlerHarness
from tocsin.demo.fake_slack.server import APP_TOKEN, SIGNING_SECRET, TOKEN, FakeSlack
from tocsin.slack_app.app import build_app
from tocsin.slack_app.modals import silence
from tocsin.slack_app.slack_client import SlackClient
from tocsin.slack_app.transports.http import build_endpoint
from tocsin.slack_app.transports.replay_guard import ReplayGuard
from tocsin.slack_app.transports.socket_mode import SocketModeListener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp import web
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.response import SocketModeResponse

    Client = TestClient[web.Request, web.Application]


async def until(happened: Callable[[], object]) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110  what happens on a server sets no event here
            await asyncio.sleep(0.01)


def click(harness: HandlerHarness, action_id: str = ACK) -> dict[str, Any]:
    """Return the payload of a click on the incident's card."""
    action = {"action_id": action_id, "block_id": f"{harness.incident.id}|{harness.incident.revision}"}
    return {"type": "block_actions", "user": {"id": "U0ANA"}, "actions": [action], "response_url": "http://x/1"}


class Connected:
    """The app without Kafka, connected to a fake Slack by Socket Mode."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack, self.harness = slack, HandlerHarness()
        self.task = asyncio.create_task(
            SocketModeListener(self.harness.app, APP_TOKEN, web_client(TOKEN, slack.url)).run()
        )

    async def close(self) -> None:
        """Stop."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    """Yield a connected app."""
    async with FakeSlack() as slack:
        app = Connected(slack)
        await until(lambda: slack.sockets)
        yield app
        await app.close()


async def test_an_envelope_is_acknowledged_before_the_work_is_done(connected: Connected) -> None:
    """Slack allows three seconds; the work may take longer, and Slack's Web API may be slow."""
    loaded = asyncio.Event()
    connected.harness.context.state.incident_view.loaded = loaded.wait  # type: ignore[method-assign,assignment]
    envelope = await connected.slack.send("interactive", click(connected.harness))
    await until(lambda: [one for one, _ in connected.slack.acked] == [envelope])
    assert connected.harness.sent == []
    assert [call.method for call in connected.slack.calls] == ["apps.connections.open"]
    loaded.set()
    await until(lambda: connected.harness.sent)


async def test_a_redelivered_envelope_is_one_action(connected: Connected) -> None:
    """Slack sends an envelope again if the acknowledgement was lost; the action's id is the same."""
    for _ in range(2):
        await connected.slack.send("interactive", click(connected.harness), "envelope-1")
    await until(lambda: len(connected.harness.sent) == 2)
    assert len({one.id for one in connected.harness.sent}) == 1


async def test_an_envelope_without_a_listener_is_acknowledged(connected: Connected) -> None:
    """Slack would show the person an error, and send it again."""
    sent = [
        await connected.slack.send("interactive", {"type": "shortcut", "callback_id": "another"}),
        await connected.slack.send("events_api", {"type": "event_callback", "event": {"type": "reaction_added"}}),
        await connected.slack.send("interactive", {"type": "block_actions", "user": "nobody", "actions": 3}),
    ]
    await until(lambda: {one for one, _ in connected.slack.acked} == set(sent))


async def test_the_socket_opens_again_when_slack_closes_it(connected: Connected) -> None:
    """Slack does so about every hour, and says so before; an envelope on the old connection is not lost."""
    slack = connected.slack
    first = slack.sockets[0]
    await slack.send("interactive", click(connected.harness))
    await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
    await until(lambda: slack.sockets and slack.sockets[-1] is not first)
    await slack.send("slash_commands", {"command": "/tocsin", "user_id": "U0ANA", "response_url": "http://x/1"})
    await until(lambda: connected.harness.slack.replies and connected.harness.sent)
    await until(lambda: len(slack.acked) == 2)


class ClosedSocket:
    """A connection that Slack closed while the app worked: nothing can be acknowledged over it."""

    async def send_socket_mode_response(self, response: SocketModeResponse) -> None:
        """Fail as the client of Slack's SDK does."""
        raise ClientConnectionResetError(f"Cannot write to closing transport: {response.envelope_id}")


async def test_a_connection_that_closes_during_the_work_is_no_crash(connected: Connected) -> None:
    """Slack sends the envelope again over another connection; what it asked for is done, or is refused as before."""
    listener = SocketModeListener(connected.harness.app, APP_TOKEN, web_client(TOKEN, connected.slack.url))
    closed = cast("SocketModeClient", ClosedSocket())
    with structlog.testing.capture_logs() as logged:
        for payload in (click(connected.harness), {"type": "?"}, {"type": "block_actions", "actions": 3}):
            await listener.handle(closed, SocketModeRequest("interactive", "envelope-1", payload))
    await until(lambda: connected.harness.sent)
    told = {"event": "request not acknowledged, Slack repeats it", "reason": "ClientConnectionResetError"}
    assert [{name: line[name] for name in told} for line in logged if line["log_level"] == "warning"] == [told] * 3


async def test_secrets_and_payloads_stay_out_of_the_log(connected: Connected, caplog: pytest.LogCaptureFixture) -> None:
    """Neither tokens, nor the address of the socket, nor what people typed."""
    caplog.set_level(logging.DEBUG)
    typed = {"command": "/other", "user_id": "U0ANA", "text": "confidential words", "response_url": "http://x/1"}
    envelope = await connected.slack.send("slash_commands", typed)
    await until(lambda: envelope in [one for one, _ in connected.slack.acked])
    for secret in (TOKEN, APP_TOKEN, "confidential", "http://x/1"):
        assert not [one for one in caplog.records if one.name.startswith("tocsin") and secret in one.getMessage()]


def signed(body: bytes, at: float, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Return the headers with which Slack signs a request."""
    moment = str(int(at))
    text = b":".join((b"v0", moment.encode(), body))
    signature = "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    form = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature, "Content-Type": form}


class Endpoint:
    """The app without Kafka, behind its HTTP endpoint."""

    def __init__(self) -> None:
        self.harness = HandlerHarness()
        guard = ReplayGuard(time.time)
        app = build_app(self.harness.context, self.harness.app.client, SIGNING_SECRET, guard)
        self.client: Client = TestClient(TestServer(build_endpoint(app)))

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Return status and text of the response, once the work is done."""
        response = await self.client.post("/slack", data=body, headers=headers)
        await self.harness.context.drain(5)
        return response.status, await response.text()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """Yield an endpoint that listens."""
    made = Endpoint()
    async with made.client:
        yield made


def form(payload: dict[str, Any]) -> bytes:
    """Return an interaction as Slack posts it."""
    return urlencode({"payload": json.dumps(payload)}).encode()


async def test_a_signed_request_counts_once(endpoint: Endpoint) -> None:
    """Who captures a signed request cannot use it again, not even within the five minutes."""
    body = form(click(endpoint.harness))
    headers = signed(body, time.time())
    assert [(await endpoint.post(body, headers))[0] for _ in range(2)] == [200, 401]
    assert len(endpoint.harness.sent) == 1


@pytest.mark.parametrize(
    ("age", "secret", "changed", "headers"),
    [
        (0, "another", b"", {}),
        (0, SIGNING_SECRET, b"&x=1", {}),
        (301, SIGNING_SECRET, b"", {}),
        (-302, SIGNING_SECRET, b"", {}),
        (0, SIGNING_SECRET, b"", {"X-Slack-Signature": ""}),
        (0, SIGNING_SECRET, b"", {"X-Slack-Request-Timestamp": ""}),
        (0, SIGNING_SECRET, b"", {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0="}),
    ],
)
async def test_a_request_that_is_not_slack_s_or_not_fresh_is_refused(
    endpoint: Endpoint, age: float, secret: str, changed: bytes, headers: dict[str, str]
) -> None:
    """Another secret, another body, too old, from the future, or no signature at all."""
    body = form(click(endpoint.harness))
    status, _ = await endpoint.post(body + changed, signed(body, time.time() - age, secret) | headers)
    assert status == 401
    assert endpoint.harness.sent == []


def test_a_signature_is_remembered_as_long_as_it_is_valid() -> None:
    """Signed five minutes ahead of our clock, it is valid for ten."""
    now = [1000.0]
    guard = ReplayGuard(lambda: now[0])
    assert not guard.is_replay("v0=1")
    now[0] = 1599.0
    assert guard.is_replay("v0=1")
    assert not guard.is_replay("v0=2")
    now[0] = 1601.0
    assert not guard.is_replay("v0=1")


@pytest.mark.parametrize("body", [b"", b"payload=[1]", b"payload={", b"\xff\xfe", b"x=1", b"{", b'{"event": 1}'])
async def test_a_body_that_is_no_request_does_nothing(endpoint: Endpoint, body: bytes) -> None:
    """Nothing is taken on trust, not even with a signature."""
    status, _ = await endpoint.post(body, signed(body, time.time()))
    assert status in (200, 400)
    assert endpoint.harness.sent == []


async def test_what_is_wrong_in_a_modal_goes_back_with_the_acknowledgement(endpoint: Endpoint) -> None:
    """By HTTP in the body of the response."""
    view = {"id": "V1", "type": "modal", "callback_id": silence.CALLBACK, "private_metadata": "", "state": {}}
    body = form({"type": "view_submission", "user": {"id": "U0ANA"}, "view": view})
    _, text = await endpoint.post(body, signed(body, time.time()))
    assert json.loads(text)["response_action"] == "errors"


async def test_the_address_of_the_endpoint_is_verified(endpoint: Endpoint) -> None:
    """Slack asks the endpoint to repeat a word before it sends events there."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZ"}).encode()
    status, text = await endpoint.post(body, signed(body, time.time()))
    assert (status, json.loads(text)) == (200, {"challenge": "3eZ"})
    assert (await endpoint.post(body, signed(body, time.time(), "another")))[0] == 401


async def test_an_event_comes_as_json(endpoint: Endpoint) -> None:
    """Somebody opens the Home tab."""
    event = {"type": "app_home_opened", "user": "U0ANA", "tab": "home"}
    body = json.dumps({"type": "event_callback", "event": event}).encode()
    assert (await endpoint.post(body, signed(body, time.time())))[0] == 200
    assert endpoint.harness.slack.homes == ["U0ANA"]


async def test_a_group_s_members_are_cached_and_a_failure_lets_nobody_in() -> None:
    """An unknown group has no members; a known one is remembered for five minutes."""
    async with FakeSlack(groups={"S0DESK": ["U0BEN"]}) as slack:
        client = SlackClient(TOKEN, slack.url)
        for _ in range(3):
            assert await client.groups_of("U0BEN", ("S0DESK", "S0GONE")) == frozenset({"S0DESK"})
        assert len([call for call in slack.calls if call.body.get("usergroup") == "S0DESK"]) == 1
        await client.respond_ephemeral(slack.response_url, "for your eyes")
        assert slack.ephemeral_texts == ["for your eyes"]


async def test_an_answer_goes_to_slack_only() -> None:
    """A forged address does not make the app call servers inside the network."""
    async with FakeSlack() as slack:
        client = SlackClient(TOKEN, "https://slack.com/api/")
        for address in (slack.response_url, "http://hooks.slack.com/x", "https://slack.com.evil.example/x", "", "::"):
            await client.respond_ephemeral(address, "secret")
        assert slack.ephemeral_texts == []
