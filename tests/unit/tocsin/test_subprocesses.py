"""Processes that `tocsin` starts: they end with the one that started them, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.docs import ROOT
from tests.support.processes import is_running
from tocsin import subprocesses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHILD: Final = """
import pathlib, sys, time
from tocsin.subprocesses import watch_parent
watch_parent()
pathlib.Path(sys.argv[1], "started").write_text(str(__import__("os").getpid()))
time.sleep(120)
"""

PARENT: Final = """
import os, sys, time
from tocsin import subprocesses
with subprocesses.ended_by_signals():
    child = subprocesses.start([sys.executable, "-c", sys.argv[2], sys.argv[1]], os.environ, start_new_session=True)
    try:
        time.sleep(120)
    finally:
        {on_end}
"""

STOPS: Final = "subprocesses.stop_process(child, 10)"


def waited_for(met: Callable[[], bool]) -> bool:
    """Return whether something holds within a minute."""
    deadline = time.monotonic() + 60
    while not met() and time.monotonic() < deadline:
        time.sleep(0.02)
    return met()


@pytest.mark.parametrize(
    ("number", "on_end", "code"),
    [
        (signal.SIGTERM, STOPS, 143),
        (signal.SIGHUP, STOPS, 129),
        (signal.SIGTERM, "pass", 143),
        (signal.SIGKILL, STOPS, -9),
    ],
)
def test_a_child_ends_with_its_parent(number: int, on_end: str, code: int, tmp_path: Path) -> None:
    """A parent that is asked to end stops it; a child whose parent is killed, or forgets it, notices."""
    started = tmp_path / "started"
    command = [sys.executable, "-c", PARENT.format(on_end=on_end), str(tmp_path), CHILD]
    parent = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        assert waited_for(lambda: started.exists() and bool(started.read_text()))
        child = int(started.read_text())
        parent.send_signal(number)
        assert parent.wait(60) == code
        assert waited_for(lambda: not is_running(child))
    finally:
        parent.kill()


def test_a_command_that_nobody_of_ours_started_watches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does what a child starts by other means take its parent's pipe for its own."""
    monkeypatch.setenv(subprocesses.PARENT_PIPE, "none")
    subprocesses.watch_parent()
    assert subprocesses.PARENT_PIPE not in os.environ
