"""`tocsin demo --slack-ui` is ended by a service manager or a kill: nothing that it started lives on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.docs import ROOT
from tests.support.installation import wait_until
from tests.support.processes import children, is_running

if TYPE_CHECKING:
    from pathlib import Path

STARTED: Final = 2
"""The worker and the Slack app."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_what_the_demo_started_ends_with_it(number: int, code: int, tmp_path: Path) -> None:
    """Its broker goes with it, so that they would try to reach it for ever."""
    command = [sys.executable, "-P", "-m", "tocsin", "demo", "--slack-ui", "--out", str(tmp_path / "crisis.html")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    demo = subprocess.Popen(command, cwd=ROOT, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: len(children(demo.pid)) == STARTED, 60, "worker and Slack app")
        started = children(demo.pid)
        demo.send_signal(number)
        assert demo.wait(60) == code
        wait_until(lambda: not any(map(is_running, started)), 60, "ended")
    finally:
        demo.kill()
