"""Does what compose starts work, started here without Docker: the services' own commands, environments and checks?"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

import pytest

from tests.support.compose import Service, read_services
from tests.support.docs import ROOT
from tests.support.ports import pick_ports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.brokers import Broker

PATIENCE: Final = 120.0
_MENTION: Final = (
    '{"id": "1", "text": "Hallowfirth was on time", "channel": "forum", "published_at": "2026-03-10T14:05:00Z"}'
)


class Stack:
    """The services of the compose file beside a broker, with their own commands and environment."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        where = {"TOCSIN_BROKERS": broker.bootstrap, "TOCSIN_METRICS_PORT": str(next(pick_ports()))}
        self.services = read_services(ROOT / "docker-compose.yml", where | {"TOCSIN_PARTITIONS": "4"})
        self._prefix = f"{folder.name}."
        self._bin = folder / "bin"
        self._bin.mkdir()
        self._folder = folder
        (folder / "brands").mkdir()
        shutil.copy(ROOT / "config" / "brands.yaml", folder / "brands")  # as the README says
        for name, arguments in (("tocsin", "-P -m tocsin "), ("python", "")):
            (self._bin / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments}"$@"\n')
            (self._bin / name).chmod(0o755)

    def environment(self, service: Service) -> dict[str, str]:
        """Return what a container of the service would find, with topics of this test's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        path = os.pathsep.join([str(self._bin), kept["PATH"]])
        return kept | service.environment | {"PATH": path, "TOCSIN_PREFIX": self._prefix, "PYTHONPATH": str(ROOT)}

    def run(self, service: Service, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as in the service's container."""
        return subprocess.run(
            command,
            cwd=self._folder,
            env=self.environment(service),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, service: Service) -> subprocess.Popen[bytes]:
        """Start the service and leave it running."""
        return subprocess.Popen(
            service.command,
            cwd=self._folder,
            env=self.environment(service),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def counted(self, worker: Service) -> float:
        """Return how many mentions the worker says that it has accepted."""
        port = worker.environment["TOCSIN_METRICS_PORT"]
        with urlopen(f"http://localhost:{port}/metrics", timeout=5) as page:
            found = re.search(rb'tocsin_mentions_total\{outcome="accepted"\} ([\d.]+)', page.read())
        return float(found[1]) if found else 0


@pytest.fixture
def stack(real_kafka: Broker, tmp_path: Path) -> Stack:
    """Return the stack on the session's Kafka."""
    return Stack(real_kafka, tmp_path)


def _succeed(stack: Stack, name: str) -> str:
    done = stack.run(stack.services[name], stack.services[name].command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _await(met: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert process.poll() is None, "the worker ended"
        assert time.monotonic() < deadline, what
        time.sleep(0.3)


def test_stack_comes_up_and_goes_down(stack: Stack, tmp_path: Path) -> None:
    """Topics are made, brands applied, the worker is healthy by its own check, counts a mention, and ends in order."""
    assert "mentions.scored" in _succeed(stack, "topics")
    assert "to add" in _succeed(stack, "brands")
    worker = stack.services["worker"]
    process = stack.start(worker)
    try:
        _await(lambda: stack.run(worker, worker.health).returncode == 0, process, "the worker did not become healthy")
        mentions = tmp_path / "mentions.jsonl"
        mentions.write_text(_MENTION)
        assert stack.run(worker, ["tocsin", "ingest", str(mentions)]).returncode == 0
        _await(lambda: stack.counted(worker) == 1, process, "the worker did not count the mention")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_starting_again_changes_nothing(stack: Stack) -> None:
    """What runs once may run again, as it does at every `docker compose up`: it succeeds and changes nothing."""
    for name in ("topics", "brands"):
        _succeed(stack, name)
    assert "created" not in _succeed(stack, "topics")
    _succeed(stack, "brands")


def test_no_broker_is_a_failure_that_says_so(tmp_path: Path) -> None:
    """A service that finds no Kafka fails with a message, so that compose tries it again."""

    class Nowhere:
        bootstrap = "127.0.0.1:1"

        def close(self) -> None:
            """Nothing is there to close."""

    stack = Stack(Nowhere(), tmp_path)
    done = stack.run(stack.services["topics"], stack.services["topics"].command)
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
