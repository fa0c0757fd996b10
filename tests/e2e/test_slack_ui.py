"""`tocsin demo --slack-ui`: the crisis arrives on the page, and its buttons reach the real Slack app and come back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.support.browser import keep, opened
from tests.support.docs import ROOT
from tests.support.installation import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

SPEED: Final = 3_600
PATIENCE: Final = 90_000
"""Milliseconds."""


class Demo:
    """The demo as somebody starts it, and what it has printed so far."""

    def __init__(self, picture: str) -> None:
        command = [
            sys.executable,
            "-P",
            "-m",
            "tocsin",
            "demo",
            "--slack-ui",
            "--speed",
            str(SPEED),
            "--out",
            picture,
        ]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        kept["PYTHONUNBUFFERED"] = "1"
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.stated: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.stated += iter(self.process.stdout.readline, "")

    def wait_for(self, words: str, patience: float = 200) -> None:
        """Wait until the demo has said this."""
        try:
            wait_until(lambda: words in "".join(self.stated), patience, words)
        except TimeoutError:
            pytest.fail("".join(self.stated)[-3000:])

    @property
    def address(self) -> str:
        """Return the address that the demo names."""
        self.wait_for("http://")
        found = re.search(r"http://\S+", "".join(self.stated))
        assert found is not None
        return found[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo until the tests are done."""
    running = Demo(str(tmp_path_factory.mktemp("demo") / "crisis.html"))
    yield running
    running.process.send_signal(signal.SIGINT)  # it stops what it has started
    running.process.wait(30)


@pytest.fixture(scope="module")
def page(demo: Demo) -> Iterator[Page]:
    """Open the page, and wait until the crisis is over."""
    with opened() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(demo.address)
        demo.wait_for("The crisis is over")
        yield page
        assert errors == []


@pytest.fixture
def card(page: Page) -> Locator:
    """Return the card of the ferries' crisis."""
    return page.locator("#content .message:not(.ephemeral)", has_text="Critical Hallowfirth")


def test_the_card_is_drawn_with_its_thread(page: Page, card: Locator) -> None:
    """Each incident is one message; what was worth a sound is in its thread; times and people are shown, not markup."""
    expect(card).to_have_count(1, timeout=PATIENCE)
    expect(card.locator("button", has_text="Acknowledge")).to_be_visible()
    assert "<!date" not in card.inner_text()
    assert "<!subteam" not in page.inner_text("body")
    card.locator(".replies").click()
    expect(page.locator("#thread")).to_contain_text("@on-call", timeout=PATIENCE)
    keep(page, "slack-ui-desktop", whole=False)
    page.locator("#close-thread").click()


def test_a_button_acknowledges_the_incident(page: Page, card: Locator) -> None:
    """By Socket Mode to the app, by Kafka to the worker, and back as an edit of the card."""
    card.locator("button", has_text="Acknowledge").click()
    expect(card).to_contain_text("Acknowledged", timeout=PATIENCE)
    expect(card).to_contain_text("@Mira Holt")
    expect(card.locator("button", has_text=re.compile("^Acknowledge$"))).to_have_count(0)


def test_a_menu_opens_a_modal_that_the_app_serves(page: Page, card: Locator) -> None:
    """The overflow menu leads to the modal of silences, which says what was done when it is submitted."""
    card.locator("[aria-label='More actions']").click()
    card.locator("[role=menuitem]", has_text="Silence").click()
    expect(page.locator("#modal")).to_be_visible(timeout=PATIENCE)
    keep(page, "slack-ui-modal", whole=False)
    page.locator("#submit").click()
    expect(page.locator("#modal")).to_contain_text("Silenced", timeout=PATIENCE)
    page.locator("#modal footer button").click()
    expect(page.locator("#modal")).to_be_hidden(timeout=PATIENCE)


def test_the_command_is_answered_for_one_s_eyes_only(page: Page) -> None:
    """`/tocsin status` lists what is open."""
    page.locator("#typed").fill("/tocsin status")
    page.locator("#typed").press("Enter")
    expect(page.locator(".ephemeral")).to_contain_text("Hallowfirth", timeout=PATIENCE)


def test_the_home_tab_is_published_when_it_is_opened(page: Page) -> None:
    """What is open, and who is on call."""
    page.locator("#to-home").click()
    expect(page.locator(".home")).to_contain_text("Hallowfirth", timeout=PATIENCE)
    keep(page, "slack-ui-home", whole=False)
    page.locator("#channels button", has_text="crisis-room").click()


@pytest.mark.parametrize(("screen", "scheme"), [((390, 844), "light"), ((390, 844), "dark"), ((1280, 900), "dark")])
def test_it_fits_the_screen(page: Page, card: Locator, screen: tuple[int, int], scheme: str) -> None:
    """On a phone as on a desktop nothing sticks out sideways."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    card.evaluate("card => card.scrollIntoView()")  # each edit draws the card again: nothing to wait for
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep(page, f"slack-ui-{screen[0]}-{scheme}", whole=False)


def test_it_ends_in_order(page: Page, demo: Demo) -> None:
    """Ctrl-C ends the demo with everything behind it, as an intended end."""
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert "Traceback" not in "".join(demo.stated)
