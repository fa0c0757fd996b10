"""Does the demo do what it promises, with a real worker on the embedded broker?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

from streams.kafka import reader
from tests.support.docs import ROOT
from tests.support.ports import is_listening
from tocsin.cli.errors import CommandError
from tocsin.demo.environment import DemoEnvironment
from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL
from tocsin.demo.scenarios.offline_run import read_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEED: Final = 3_600
STORY: Final = (LIVE_UNTIL - LIVE_FROM).total_seconds()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, float]:
    """Return what the demo printed, the page that it left, and the seconds it took beside telling the story."""
    page = tmp_path_factory.mktemp("demo") / "crisis.html"
    started = time.monotonic()
    command = [sys.executable, "-P", "-m", "tocsin", "demo", "--speed", str(SPEED), "--out", str(page)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=200, check=False)
    took = time.monotonic() - started
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert str(page) in done.stdout
    return done.stdout, page.read_text(encoding="utf-8"), took - STORY / SPEED


def test_demo_tells_the_story(shown: tuple[str, str, float]) -> None:
    """The ferries become critical, the electricity company is told of, and the joke pages nobody."""
    said = shown[0]
    assert "🔴 Critical Hallowfirth" in said
    assert "Voltanelle" in said
    assert "🔵 Watch Pippinworth" in said
    assert "Warning Pippinworth" not in said
    assert "Critical Pippinworth" not in said


def test_demo_ends_within_a_minute(shown: tuple[str, str, float]) -> None:
    """What it needs beside the story, and the story at 600 times real time, take less than a minute together."""
    assert shown[2] + STORY / 600 < 60


def test_demo_leaves_a_page(shown: tuple[str, str, float]) -> None:
    """The page shows each brand, and the message in the language of the brand."""
    page = shown[1]
    for brand in ("Hallowfirth", "Pippinworth", "Voltanelle"):
        assert f"<h2>{brand}</h2>" in page
    assert "mentions négatives" in page


def test_demo_fires_what_a_replay_fires(shown: tuple[str, str, float], tmp_path: Path) -> None:
    """The incidents of the demo's worker are those of `tocsin replay` on the same mentions."""
    mentions = tmp_path / "demo.jsonl"
    with mentions.open("wb") as file:
        subprocess.run([sys.executable, "-m", "tocsin.demo.scenarios"], cwd=ROOT, stdout=file, check=True)
    options = ("--config", "tocsin/demo/scenarios/brands.yaml", "--json")
    command = [sys.executable, "-P", "-m", "tocsin", "replay", str(mentions), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    incidents = {line.split('"incident": "')[1].split('"')[0] for line in done.stdout.splitlines()}
    assert len(incidents) >= 3
    assert all(f"The Slack message of {incident}" in shown[1] for incident in incidents)


def _backstage(speed: float = SPEED) -> DemoEnvironment:
    return DemoEnvironment(read_config(), int(LIVE_FROM.timestamp() * 1000), speed)


def test_worker_that_ends_is_noticed() -> None:
    """A demo whose worker dies ends with its exit code and the end of its log, instead of waiting for ever."""
    with _backstage() as backstage:
        backstage.check()
        os.kill(backstage.worker_pid, signal.SIGKILL)
        with pytest.raises(CommandError, match="exit code -9"):
            _check_until(backstage)


def test_it_is_not_over_before_the_worker_is_through() -> None:
    """However long a busy machine keeps the worker from its last records: else a crisis would be missing."""
    with _backstage(100 * SPEED) as backstage:
        _wait_until(lambda: backstage.is_processed() and _scored(backstage) > 0)
        os.kill(backstage.worker_pid, signal.SIGSTOP)
        backstage.start_scenario()
        _wait_until(lambda: backstage.is_sent)
        assert not backstage.is_processed()
        os.kill(backstage.worker_pid, signal.SIGCONT)
        _wait_until(backstage.is_processed)


def _scored(backstage: DemoEnvironment) -> int:
    return reader.committed(backstage.connection, backstage.topics.mentions.name, backstage.topics.application)[0]


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _check_until(backstage: DemoEnvironment) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        backstage.check()
        time.sleep(0.05)


def test_nothing_is_left_behind() -> None:
    """After the demo neither its worker nor its broker is there, though it was ended in the middle of its story."""
    with _backstage() as backstage:
        pid, port = backstage.worker_pid, int(backstage.connection.brokers[0].rpartition(":")[2])
        assert is_listening(port)
        backstage.start_scenario()
    assert not is_listening(port)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
