"""The fake Slack behaves as Slack documents itself: one that accepts everything would prove nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tocsin.demo.fake_slack.block_kit import block_errors, view_errors
from tocsin.demo.fake_slack.server import APP_TOKEN, TOKEN, FakeSlack
from tocsin.demo.fake_slack.sockets import NotAcknowledged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

USER = "U0ANA"
PNG = b"\x89PNG\r\n\x1a\n-not-really"


def plain(text: str) -> dict[str, Any]:
    """Return a text object."""
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "1"}
CARD: list[dict[str, Any]] = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]
ASKED = {
    "type": "input",
    "block_id": "why",
    "label": plain("Why"),
    "element": {"type": "plain_text_input", "action_id": "text"},
}
MODAL = {"type": "modal", "title": plain("Why"), "submit": plain("Save"), "callback_id": "why", "blocks": [ASKED]}


class App:
    """An app of a few lines: it remembers what comes in and answers what the test says."""

    def __init__(self, slack: FakeSlack) -> None:
        self.web = AsyncWebClient(TOKEN, base_url=slack.url)
        self.seen: list[dict[str, Any]] = []
        self.answer: dict[str, Any] | None = None
        self.silent = False
        self.socket = SocketModeClient(APP_TOKEN, web_client=self.web)
        self.socket.socket_mode_request_listeners.append(self._take)

    async def _take(self, client: Any, request: Any) -> None:
        self.seen.append(request.payload)
        if not self.silent:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer))

    @property
    def trigger(self) -> str:
        """Return the trigger of what came in last."""
        return str(self.seen[-1]["trigger_id"])


@asynccontextmanager
async def running(slack: FakeSlack) -> AsyncIterator[App]:
    """Connect an app to the fake Slack until the block ends."""
    app = App(slack)
    await app.socket.connect()  # type: ignore[no-untyped-call]
    while not slack.sockets:  # noqa: ASYNC110  the server sets no event
        await asyncio.sleep(0.01)
    try:
        yield app
    finally:
        await app.socket.close()  # type: ignore[no-untyped-call]


async def refusal(request: Any) -> str:
    """Return the error code of a request that is refused."""
    with pytest.raises(SlackApiError) as found:
        await request
    return str(found.value.response["error"])


async def test_a_modal_opens_on_a_trigger_once_and_within_its_time() -> None:
    """Slack's triggers are good for one modal within three seconds."""
    async with FakeSlack() as slack, running(slack) as app:
        await app.web.chat_postMessage(channel="C0000001", text="card", blocks=CARD)
        ana = slack.user(USER)
        await ana.click("go")
        assert app.seen[-1]["actions"][0]["value"] == "1"
        await app.web.views_open(trigger_id=app.trigger, view=MODAL)
        assert ana.modal is not None
        assert ana.modal["callback_id"] == "why"
        assert await refusal(app.web.views_open(trigger_id=app.trigger, view=MODAL)) == "exchanged_trigger_id"
        assert await refusal(app.web.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
        slack.views.trigger_life = 0.0
        await ana.click("go")
        assert await refusal(app.web.views_open(trigger_id=app.trigger, view=MODAL)) == "expired_trigger_id"


async def test_a_submission_brings_its_values_and_follows_the_answer() -> None:
    """Slack asks for what is missing itself; errors keep the modal open, update changes it, no answer closes it."""
    async with FakeSlack() as slack, running(slack) as app:
        await app.web.chat_postMessage(channel="C0000001", text="card", blocks=CARD)
        ana = slack.user(USER)
        await ana.click("go")
        await app.web.views_open(trigger_id=app.trigger, view=MODAL | {"private_metadata": "acme"})
        assert await ana.submit() == {"why": "Please complete this required field."}
        app.answer = {"response_action": "errors", "errors": {"why": "too short"}}
        assert await ana.submit({"why": {"text": "x"}}) == {"why": "too short"}
        sent = app.seen[-1]["view"]
        assert sent["private_metadata"] == "acme"
        assert sent["state"]["values"]["why"]["text"] == {"type": "plain_text_input", "value": "x"}
        app.answer = {"response_action": "update", "view": MODAL | {"title": plain("Sure?")}}
        assert await ana.submit({"why": {"text": "x"}}) == {}
        assert ana.modal is not None
        assert ana.modal["title"]["text"] == "Sure?"
        app.answer = None
        await ana.submit({"why": {"text": "x"}})
        assert ana.modal is None


async def test_modals_stack_three_high_and_are_updated_by_id_and_hash() -> None:
    """A fourth is refused; an update of what has changed meanwhile is a conflict."""
    async with FakeSlack() as slack, running(slack) as app:
        await app.web.chat_postMessage(channel="C0000001", text="card", blocks=CARD)
        ana = slack.user(USER)
        await ana.click("go")
        first = (await app.web.views_open(trigger_id=app.trigger, view=MODAL))["view"]
        for _ in range(2):
            await ana.click("go")
            await app.web.views_push(trigger_id=app.trigger, view=MODAL)
        await ana.click("go")
        assert await refusal(app.web.views_push(trigger_id=app.trigger, view=MODAL)) == "push_limit_reached"
        await app.web.views_update(view_id=first["id"], hash=first["hash"], view=MODAL)
        request = app.web.views_update(view_id=first["id"], hash=first["hash"], view=MODAL)
        assert await refusal(request) == "hash_conflict"
        assert await refusal(app.web.views_update(view_id="V0NONE", view=MODAL)) == "not_found"
        await ana.close()
        assert len(slack.views.stacks[USER]) == 2


async def test_the_home_tab_and_the_command_reach_the_app_and_its_answers_reach_one_person() -> None:
    """An address is good for five answers."""
    async with FakeSlack() as slack, running(slack) as app:
        ana = slack.user(USER)
        await ana.open_home()
        assert app.seen[-1]["event"]["type"] == "app_home_opened"
        await app.web.views_publish(user_id=USER, view={"type": "home", "blocks": CARD})
        assert ana.home is not None
        await ana.click("go", place=ana.home["id"])
        assert app.seen[-1]["container"]["type"] == "view"
        await ana.run_command("status")
        assert app.seen[-1]["text"] == "status"
        async with aiohttp.ClientSession() as session:
            address = app.seen[-1]["response_url"]
            statuses = [(await session.post(address, json={"text": "calm"})).status for _ in range(6)]
        assert statuses == [200] * 5 + [404]
        assert (slack.response_urls.replies[0].user, slack.ephemeral_texts[0]) == (USER, "calm")


async def test_a_person_is_reported_when_nobody_acknowledges() -> None:
    """Slack waits three seconds, and shows a warning at once where nobody is connected."""
    async with FakeSlack() as slack:
        with pytest.raises(NotAcknowledged, match="nobody"):
            await slack.user(USER).open_home()
        async with running(slack) as app:
            app.silent = True
            with pytest.raises(NotAcknowledged, match="acknowledged"):
                await slack.socket_mode.send_and_wait("events_api", {}, patience=0.05)


async def test_a_picture_is_shown_once_it_is_uploaded_complete_and_processed() -> None:
    """An image block that names it earlier is refused, as Slack's users found."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        web = AsyncWebClient(TOKEN, base_url=slack.url)
        asked = await web.files_getUploadURLExternal(filename="chart.png", length=len(PNG), alt_txt="a chart")
        image = {"type": "image", "slack_file": {"id": asked["file_id"]}, "alt_text": "a chart"}
        done: list[dict[str, str | None]] = [{"id": str(asked["file_id"]), "title": "chart"}]
        assert await refusal(web.files_completeUploadExternal(files=done)) == "file_not_found"
        assert (await session.post(asked["upload_url"], data=PNG[1:])).status == 400
        assert (await session.post(asked["upload_url"], data=PNG)).status == 200
        assert await refusal(web.chat_postMessage(channel="C0000001", text="x", blocks=[image])) == "invalid_blocks"
        slack.files.processing = 0.2
        await web.files_completeUploadExternal(files=done)
        assert (await web.files_info(file=asked["file_id"]))["file"]["mimetype"] == ""
        await asyncio.sleep(0.2)
        assert (await web.files_info(file=asked["file_id"]))["file"]["mimetype"] == "image/png"
        await web.chat_postMessage(channel="C0000001", text="x", blocks=[image])
        assert await (await session.get(f"{slack.address}/files/{asked['file_id']}")).read() == PNG


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0000002"}, "not_in_channel"),
        ({"channel": "C0000003"}, "is_archived"),
        ({"blocks": [{"type": "sectoin"}]}, "invalid_blocks"),
        ({"text": "x" * 4001}, "msg_too_long"),
    ],
)
async def test_a_post_is_refused_as_slack_refuses_it(trouble: dict[str, Any], code: str) -> None:
    """Where it may not write, and what it may not hold."""
    names = {"C0000001": "alerts", "C0000002": "press", "C0000003": "old"}
    async with FakeSlack(channels=names, absent={"C0000002"}, archived={"C0000003"}) as slack:
        web = AsyncWebClient(TOKEN, base_url=slack.url)
        assert await refusal(web.chat_postMessage(**({"channel": "C0000001", "text": "x"} | trouble))) == code
        stranger = AsyncWebClient("xoxb-another", base_url=slack.url)
        assert await refusal(stranger.auth_test()) == "invalid_auth"
        assert await refusal(web.chat_update(channel="C0000001", ts="1.2", text="x")) == "message_not_found"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "actions", "elements": [BUTTON, BUTTON]},
        {"type": "actions", "elements": [BUTTON | {"style": "loud"}]},
        {"type": "actions", "elements": [BUTTON | {"colour": "red"}]},
        {"type": "actions", "elements": [{"type": "overflow", "action_id": "x", "options": []}]},
        {"type": "section", "text": plain("x"), "accessory": {"type": "plain_text_input", "action_id": "x"}},
        {"type": "image", "alt_text": "x"},
        {"type": "image", "alt_text": "x", "slack_file": {"id": "file-1"}},
        {"type": "image", "alt_text": "x", "slack_file": {"id": "F00000001", "url": "https://x.example"}},
        {"type": "input", "label": plain("x"), "element": BUTTON},
        {"type": "context", "elements": []},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "rich_text", "elements": [{"type": "section"}]},
    ],
)
def test_a_block_that_slack_refuses_is_found_out(block: dict[str, Any]) -> None:
    """Each of these has one mistake."""
    assert block_errors(block)


@pytest.mark.parametrize(
    "view",
    [
        MODAL | {"title": plain("x" * 25)},
        {name: part for name, part in MODAL.items() if name != "submit"},
        MODAL | {"blocks": [{"type": "divider"}] * 101},
        MODAL | {"private_metadata": "x" * 3001},
        MODAL | {"type": "window"},
        MODAL | {"blocks": [ASKED, ASKED]},
        MODAL | {"colour": "red"},
    ],
)
def test_a_view_that_slack_refuses_is_found_out(view: dict[str, Any]) -> None:
    """Each of these has one mistake; the modal itself has none."""
    assert view_errors(MODAL) == []
    assert view_errors(view)
