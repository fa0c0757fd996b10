"""Page of the fake Slack: it draws what Slack draws, and what is done on it reaches the app."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.browser import keep, opened
from tests.support.installation import wait_until
from tocsin.demo.fake_slack.page import NO_RESPONSE, SlackPage
from tocsin.demo.fake_slack.server import APP_TOKEN, TOKEN, FakeSlack
from tocsin.demo.fake_slack.serving import serve_in_background

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page as Tab

    from tocsin.demo.fake_slack.serving import BackgroundServer

CHANNEL = "C0000001"
HOSTILE = "<script>window.hacked = 1</script> <img src=x onerror='window.hacked = 1'>"


def plain(text: str) -> dict[str, Any]:
    """Return plain text."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    """Return marked text."""
    return {"type": "mrkdwn", "text": text}


def option(text: str) -> dict[str, Any]:
    """Return something to choose."""
    return {"text": plain(text), "value": text.lower()}


SURE = {"title": plain("Sure?"), "text": plain("It is loud."), "confirm": plain("Yes"), "deny": plain("No")}
ITEM = {"type": "text", "text": "item", "style": {"bold": True}}
CARD: list[dict[str, Any]] = [
    {"type": "header", "text": plain("🔴 Critical: everything at once")},
    {"type": "section", "text": mrkdwn("*bold* _slanted_ ~gone~ `code` snake_case_name 2*3*4\n&gt; quoted\nafter")},
    {"type": "section", "text": mrkdwn("<@U0ANA> and <!subteam^S0DESK> at <!date^0^{date_num} {time}|long ago>")},
    {
        "type": "section",
        "text": mrkdwn("<https://example.com/x?a=1&amp;b=2|a &lt;link&gt;> <javascript:alert(1)|evil>"),
    },
    {"type": "section", "text": plain(HOSTILE)},
    {"type": "section", "fields": [mrkdwn("*one*\n1"), mrkdwn("*two*\n2")]},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("small print")]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "item", "style": {"bold": True}}],
                    }
                ],
            }
        ],
    },
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "go", "text": plain("Go"), "style": "primary", "value": "7"},
            {"type": "button", "action_id": "blow", "text": plain("Blow up"), "style": "danger", "confirm": SURE},
            {"type": "static_select", "action_id": "pick", "options": [option("Red"), option("Blue")]},
            {"type": "overflow", "action_id": "more", "options": [option("Later"), option("Never")]},
        ],
    },
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": plain("Everything"),
    "submit": plain("Save"),
    "blocks": [
        {"type": "section", "text": mrkdwn("What *would* have happened")},
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "how",
            "label": plain("How"),
            "element": {"type": "radio_buttons", "action_id": "way", "options": [option("Slowly"), option("Fast")]},
        },
    ],
}


class Echo:
    """An app that opens a modal on "go", and takes a submission that says "because"."""

    def __init__(self, served: BackgroundServer) -> None:
        self._served = served
        self.seen: list[dict[str, Any]] = []
        self.web = AsyncWebClient(TOKEN, base_url=served.slack.url)
        self.silent = False

    async def _take(self, client: Any, request: Any) -> None:
        self.seen.append(request.payload)
        if self.silent:
            return
        answer = None
        if request.payload.get("type") == "view_submission":
            stated = request.payload["view"]["state"]["values"]["why"]["text"]["value"]
            errors = {"response_action": "errors", "errors": {"why": "Say because."}}
            answer = None if stated == "because" else errors
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        actions = request.payload.get("actions", [{}])
        if actions[0].get("action_id") == "go":
            await self.web.views_open(trigger_id=request.payload["trigger_id"], view=MODAL)

    async def connect(self) -> None:
        """Open the socket."""
        self.socket = SocketModeClient(APP_TOKEN, web_client=self.web)
        self.socket.socket_mode_request_listeners.append(self._take)
        await self.socket.connect()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Close it."""
        await self.socket.close()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def running() -> Iterator[BackgroundServer]:
    """Serve a fake Slack with a page."""
    slack = FakeSlack(users={"U0ANA": "Ana"}, groups={"S0DESK": ["U0ANA"]})
    slack.routes += SlackPage(slack, "U0ANA", "Test", {"S0DESK": "desk"}).routes()
    with serve_in_background(slack) as found:
        yield found


@pytest.fixture(scope="module")
def app(running: BackgroundServer) -> Iterator[Echo]:
    """Run the app there."""
    echo = Echo(running)
    running.run(echo.connect())
    wait_until(lambda: bool(running.slack.sockets), 10, "the app listens", 0.02)
    running.run(echo.web.chat_postMessage(channel=CHANNEL, text="card", blocks=CARD))
    yield echo
    running.run(echo.close())


@pytest.fixture(scope="module")
def tab(running: BackgroundServer, app: Echo) -> Iterator[Tab]:
    """Open the page."""
    with opened() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{running.slack.address}/")
        page.wait_for_selector(".message")
        yield page
        keep(page, "fake-slack-blocks", whole=False)
        assert errors == []


def test_marks_are_drawn_and_what_is_hostile_stays_text(tab: Tab) -> None:
    """People and instants by name, links that lead out of the browser only, no script, no image of a stranger's."""
    body = tab.locator(".message").first
    assert body.locator("strong", has_text="bold").count() == 1
    assert body.locator("em").all_inner_texts() == ["slanted"]
    assert "snake_case_name 2*3*4" in body.inner_text()
    assert body.locator("blockquote").inner_text() == "quoted"
    assert body.locator(".mention").all_inner_texts() == ["@Ana", "@desk"]
    assert "01/01/1970" in body.locator("time").inner_text()
    links = [link.get_attribute("href") for link in body.locator("a").all()]
    assert links == ["https://example.com/x?a=1&b=2"]
    assert body.locator("a").inner_text() == "a <link>"
    assert HOSTILE in body.inner_text()
    assert tab.evaluate("window.hacked") is None


def test_what_is_chosen_reaches_the_app(tab: Tab, app: Echo) -> None:
    """A menu, a select, and a button that asks first."""
    tab.locator("[data-action=more]").click()
    tab.locator("[role=menuitem]", has_text="Never").click()
    wait_until(lambda: bool(app.seen), 5, "the menu", 0.02)
    assert app.seen[-1]["actions"][0]["selected_option"]["value"] == "never"
    tab.locator("select").select_option("blue")
    wait_until(lambda: len(app.seen) == 2, 5, "the select", 0.02)
    assert app.seen[-1]["actions"][0]["selected_option"]["value"] == "blue"
    tab.locator("[data-action=blow]").click()
    tab.locator("#confirm button", has_text="No").click()
    tab.locator("[data-action=blow]").click()
    tab.locator("#confirm button", has_text="Yes").click()
    wait_until(lambda: len(app.seen) == 3, 5, "the button", 0.02)
    assert app.seen[-1]["actions"][0]["action_id"] == "blow"


def test_a_modal_asks_says_what_is_wrong_and_closes(tab: Tab, app: Echo) -> None:
    """Slack's own complaint first, then the app's, each beside its input; what was typed stays."""
    tab.locator("[data-action=go]").click()
    modal = tab.locator("#modal")
    expect(modal).to_contain_text("Everything")
    tab.locator("#submit").click()
    expect(modal.locator("[data-block=how] .wrong")).to_have_text("Please complete this required field.")
    modal.get_by_label("Why").fill("so there")
    modal.get_by_text("Fast").click()
    tab.locator("#submit").click()
    expect(modal.locator("[data-block=why] .wrong")).to_have_text("Say because.")
    modal.get_by_label("Why").fill("because")
    tab.locator("#submit").click()
    expect(modal).to_be_hidden()
    values = app.seen[-1]["view"]["state"]["values"]
    assert values["how"]["way"]["selected_option"]["value"] == "fast"


def test_an_edit_does_not_close_a_menu_under_somebody_s_finger(tab: Tab, app: Echo, running: BackgroundServer) -> None:
    """The card changes when the menu is closed."""
    tab.locator("[data-action=more]").click()
    ts = running.slack.roots()[0]["ts"]
    changed = [{"type": "header", "text": plain("Changed")}, *CARD[1:]]
    running.run(app.web.chat_update(channel=CHANNEL, ts=ts, text="card", blocks=changed))
    tab.wait_for_timeout(200)
    expect(tab.locator("[role=menuitem]", has_text="Never")).to_be_visible()
    tab.locator("#place").click()
    expect(tab.locator(".message").first).to_contain_text("Changed")


def test_an_app_that_does_not_answer_is_named(tab: Tab, app: Echo, running: BackgroundServer) -> None:
    """The person learns that nothing happened; a command that no app knows is refused at once."""
    tab.locator("#typed").fill("/nonsense")
    tab.locator("#typed").press("Enter")
    expect(tab.locator(".toast").last).to_contain_text("not a valid command")
    app.silent = True
    tab.locator("#typed").fill("/tocsin status")
    tab.locator("#typed").press("Enter")
    expect(tab.locator(".toast").last).to_have_text(NO_RESPONSE, timeout=6000)


def test_the_page_takes_no_orders_from_another_site(running: BackgroundServer) -> None:
    """What a form elsewhere could send is refused."""
    request = urllib.request.Request(f"{running.slack.address}/do", b'{"do": "home"}', {"Content-Type": "text/plain"})
    with pytest.raises(urllib.error.HTTPError, match="415"):
        urllib.request.urlopen(request)
