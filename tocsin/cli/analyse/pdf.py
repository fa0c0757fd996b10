"""PDF of a page by a headless Chromium, where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Final

from tocsin.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
TIMEOUT: Final = 120.0
"""Seconds that the browser may take."""


def browser() -> str:
    """Return the browser that prints.

    Raises:
        CommandError: there is none.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise CommandError(
            "--pdf: no Chromium found: install it (apt-get install chromium), or print the page from a browser"
        )
    return found


def print_pdf(page: Path, pdf: Path) -> None:
    """Print a page as PDF, once its charts are drawn.

    Raises:
        CommandError: there is no browser, or it failed.
    """
    with tempfile.TemporaryDirectory() as profile:
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        flags = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--virtual-time-budget=15000", *root]
        command = [
            browser(),
            *flags,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={pdf.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(  # noqa: S603  a browser found on PATH, with arguments of ours
                command, capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"--pdf {pdf}: the browser did not finish within {TIMEOUT:.0f} s") from error
    if done.returncode or not pdf.is_file():
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CommandError(f"--pdf {pdf}: the browser failed: {last[:200]}")
