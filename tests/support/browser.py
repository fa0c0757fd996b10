"""Which browser shows our pages to the tests? Headless Chromium, on a phone's and on a desktop's screen."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, ViewportSize

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENS: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}


def executable() -> str:
    """Return where the browser is; skip the test where there is none, fail with CI=true."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "no Chromium found: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def opened(screen: str = "desktop", scheme: Literal["light", "dark"] = "light") -> Iterator[Page]:
    """Yield an empty page of a fresh browser that cannot reach any network but this machine."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            page = browser.new_page(viewport=SCREENS[screen], color_scheme=scheme)
            page.set_default_timeout(20_000)
            yield page
        finally:
            browser.close()


def keep(page: Page, name: str, *, whole: bool = True) -> Path:
    """Keep a screenshot outside the repository and return its path."""
    folder = Path(os.environ.get("TOCSIN_ARTIFACTS") or Path(tempfile.gettempdir()) / "tocsin-artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    return path
