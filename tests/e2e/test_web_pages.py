"""The pages in a real browser, on a phone and on a desktop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from queue import Queue
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import expect

from config.settings import Settings
from tests.support.browser import keep
from tests.support.browser import opened as browser
from tests.support.tricks import FOREIGN
from tests.support.web_app import BRANDS, fresh
from tocsin.web.server import build_application, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

TOKEN = "a-token-of-some-length"


@contextmanager
def served(config: Path) -> Iterator[str]:
    """Yield where the pages of the invented day are, served beside the test."""
    ports: Queue[int] = Queue()
    loop = asyncio.new_event_loop()
    app = build_application(fresh(), Settings.model_validate({"web_token": TOKEN}), config)
    task = loop.create_task(serve(app, "127.0.0.1", 0, ports.put))

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=10)}"
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(5)


def fits(page: Page) -> bool:
    """Tell whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_manager_logs_in_acknowledges_an_incident_and_changes_a_threshold(tmp_path: Path) -> None:
    """From the phone: login, the board, an incident, acknowledged; then a preview and the change written."""
    file = tmp_path / "brands.yaml"
    file.write_text(BRANDS, encoding="utf-8")
    faults: list[str] = []
    with served(file) as base, browser("phone") as page:
        page.on("console", lambda stated: faults.append(stated.text) if stated.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(base)
        page.get_by_label("Your name").fill("Ana")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        assert page.get_by_role("heading", level=2).first.inner_text() == "Hallowfirth"
        assert fits(page)
        keep(page, "web-overview-phone")
        page.get_by_label("Search brands").fill("pipp")
        expect(page.get_by_role("heading", level=2)).to_have_text(["Pippinworth"])
        page.get_by_role("link", name="mentions in").first.click()
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("status")).to_contain_text("Sent")
        expect(page.get_by_text("Acknowledged by Ana").first).to_be_visible()
        assert fits(page)
        keep(page, "web-incident-phone")
        page.get_by_role("link", name="Pippinworth").click()
        page.get_by_role("link", name="Thresholds").click()
        page.get_by_label("volume spike: peak ratio").fill("0")
        page.get_by_role("button", name="Save", exact=True).click()
        assert page.get_by_label("volume spike: peak ratio").get_attribute("aria-invalid") == "true"
        page.get_by_label("volume spike: peak ratio").fill("2")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name="Preview")).to_be_visible()
        assert fits(page)
        keep(page, "web-thresholds-phone")
        page.get_by_role("button", name="Save and apply").click()
        expect(page.get_by_role("status")).to_contain_text("Live: version 2 by Ana")
        expect(page.locator("pre").first).to_contain_text("peak_ratio: 2")
        assert fits(page)
        keep(page, "web-thresholds-applied-phone")
        page.get_by_role("button", name="Undo version 2").first.click()
        expect(page.get_by_role("status")).to_contain_text("Version 2 is undone")
        assert file.read_text(encoding="utf-8") == BRANDS
        page.get_by_role("button", name="Undo version 3").first.click()
        expect(page.get_by_label("volume spike: peak ratio")).to_have_value("2")
        keep(page, "web-thresholds-versions-phone")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="dark")
        for name, path in {"overview": "/", "thresholds": "/brands/Pippinworth/thresholds"}.items():
            page.goto(base + path)
            assert fits(page)
            keep(page, f"web-{name}-desktop-dark")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
    assert "peak_ratio: 2" in file.read_text(encoding="utf-8")
    assert [fault for fault in faults if "422" not in fault] == []


def test_no_trick_leads_the_browser_to_another_site(tmp_path: Path) -> None:
    """Each address that looks like a path ends at the overview after the login, as the browser itself reads it."""
    file = tmp_path / "brands.yaml"
    file.write_text(BRANDS, encoding="utf-8")
    with served(file) as base, browser() as page:
        for trick in FOREIGN:
            page.context.clear_cookies()
            page.goto(f"{base}/login?{urlencode({'next': trick})}")
            page.get_by_label("Your name").fill("Ana")
            page.get_by_label("Token").fill(TOKEN)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
            assert page.url == f"{base}/", repr(trick)
