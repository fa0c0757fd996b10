"""End-to-end tests of `tocsin demo`: a real worker on the embedded broker, and the page it leaves."""

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
from tocsin.demo.environment import DemoEnvironment
from tocsin.demo.scenarios import LIVE_FROM
from tocsin.demo.scenarios.offline_run import read_config
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEED: Final = 3_600


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the output of the demo, and its page."""
    page = tmp_path_factory.mktemp("demo") / "crisis.html"
    command = [sys.executable, "-P", "-m", "tocsin", "demo", "--speed", str(SPEED), "--out", str(page)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert str(page) in done.stdout
    return done.stdout, page.read_text(encoding="utf-8")


def test_demo_shows_each_incident(demo: tuple[str, str]) -> None:
    """The ferries become critical, the electricity company opens an incident, and the joke pages nobody."""
    out = demo[0]
    assert "🔴 Critical Hallowfirth" in out
    assert "Voltanelle" in out
    assert "🔵 Info Pippinworth" in out
    assert "Warning Pippinworth" not in out
    assert "Critical Pippinworth" not in out


def test_demo_writes_a_page(demo: tuple[str, str]) -> None:
    """The page shows each brand, and the message in the language of the brand."""
    page = demo[1]
    for brand in ("Hallowfirth", "Pippinworth", "Voltanelle"):
        assert f"<h2>{brand}</h2>" in page
    assert "mentions négatives" in page


def test_demo_fires_what_a_replay_fires(demo: tuple[str, str], tmp_path: Path) -> None:
    """The incidents of the demo's worker are those of `tocsin replay` on the same mentions."""
    tocsin = [sys.executable, "-P", "-m", "tocsin"]
    subprocess.run([*tocsin, "demo", "--export", str(tmp_path)], check=True)
    options = ("--config", str(tmp_path / "brands.yaml"), "--json")
    command = [*tocsin, "replay", str(tmp_path / "mentions.jsonl"), *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    incidents = {line.split('"incident": "')[1].split('"')[0] for line in done.stdout.splitlines()}
    assert len(incidents) >= 3
    assert all(f'id="{incident}"' in demo[1] for incident in incidents)


def _environment(speed: float = SPEED) -> DemoEnvironment:
    return DemoEnvironment(read_config(), int(LIVE_FROM.timestamp() * 1000), speed)


def test_worker_that_ends_is_noticed() -> None:
    """A demo whose worker dies ends with its exit code and the end of its log, instead of waiting for ever."""
    with _environment() as environment:
        environment.check()
        os.kill(environment.worker_pid, signal.SIGKILL)
        with pytest.raises(CommandError, match="exit code -9"):
            _check_until(environment)


@pytest.mark.slow
def test_it_is_not_over_before_the_worker_is_through() -> None:
    """However long a busy machine keeps the worker from its last records: else a crisis would be missing."""
    with _environment(100 * SPEED) as environment:
        _wait_until(lambda: environment.is_processed() and _scored(environment) > 0)
        os.kill(environment.worker_pid, signal.SIGSTOP)
        environment.start_scenario()
        _wait_until(lambda: environment.is_sent)
        assert not environment.is_processed()
        os.kill(environment.worker_pid, signal.SIGCONT)
        _wait_until(environment.is_processed)


def _scored(environment: DemoEnvironment) -> int:
    return reader.committed(environment.connection, environment.topics.mentions.name, environment.topics.application)[0]


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _check_until(environment: DemoEnvironment) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        environment.check()
        time.sleep(0.05)


def test_nothing_is_left_behind() -> None:
    """Stopped in the middle of the scenario, the demo leaves neither its worker nor its broker behind."""
    with _environment() as environment:
        pid, port = environment.worker_pid, int(environment.connection.brokers[0].rpartition(":")[2])
        assert is_listening(port)
        environment.start_scenario()
    assert not is_listening(port)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
