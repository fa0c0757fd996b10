"""Tests of the container fallback, with a fake `docker` that records its arguments."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.container import ContainerKafka, settings
from tests.support.jars import KafkaMissingError

if TYPE_CHECKING:
    from pathlib import Path


def _stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, *, fails: str = "") -> Path:
    """Put a `docker` on the PATH that notes its arguments and fails at one subcommand; return its notes."""
    notes, docker = folder / "notes", folder / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" >> {notes}\n[ "$1" != "{fails}" ] || {{ echo no engine >&2; exit 1; }}\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return notes


def test_engine_that_does_not_answer_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker without its engine is as good as no Docker, and the reason is given."""
    _stand_in(tmp_path, monkeypatch, fails="info")
    with pytest.raises(KafkaMissingError, match="engine does not answer"):
        ContainerKafka()


def test_life_of_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each manner of the broker is one command to the same container, which is removed with its data at the end."""
    notes = _stand_in(tmp_path, monkeypatch)
    kafka = ContainerKafka()
    port = int(kafka.bootstrap.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        kafka.start()
        kafka.pause()
        kafka.resume()
        kafka.kill()
        kafka.restart()
        kafka.close()
    words = [line.split() for line in notes.read_text().splitlines()]
    done = [line[0] for line in words]
    assert done == ["info", "create", "start", "exec", "pause", "unpause", "kill", "stop", "start", "exec", "rm"]
    names = {line[-1] for line in words if line[0] in {"start", "pause", "unpause", "kill", "stop", "rm"}}
    assert len(names) == 1
    assert words[-1][:3] == ["rm", "-f", "-v"]


def test_container_is_published_on_the_loopback_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody outside this machine reaches the broker, and it advertises the port that is published."""
    notes = _stand_in(tmp_path, monkeypatch)
    port = ContainerKafka().bootstrap.rpartition(":")[2]
    created = notes.read_text().splitlines()[1]
    assert f"-p 127.0.0.1:{port}:{port}" in created
    assert f"KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:{port}" in created


def test_failing_command_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Docker refuses is an error with its own words."""
    _stand_in(tmp_path, monkeypatch, fails="start")
    with pytest.raises(RuntimeError, match="docker start failed: no engine"):
        ContainerKafka().start()


def test_settings_make_one_broker_enough() -> None:
    """No topic asks for more copies than there are brokers."""
    factors = {name: value for name, value in settings(9092).items() if "FACTOR" in name or "ISR" in name}
    assert factors
    assert set(factors.values()) == {"1"}
