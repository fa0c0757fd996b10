"""A replay through Kafka and a real worker gives the events of the replay in one process, and leaves nothing behind."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from streams.kafka import clients
from tests.support.installation import Installation
from tests.support.recordings import mentions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.brokers import Broker


@pytest.fixture
def storm(tmp_path: Path) -> str:
    """Return a file with a calm hour and a storm."""
    path = tmp_path / "storm.jsonl"
    path.write_text("\n".join(map(json.dumps, mentions())), encoding="utf-8")
    return str(path)


def test_it_tells_the_same_and_removes_its_topics(real_kafka: Broker, storm: str) -> None:
    """The events are those of the replay in one process, and no topic of the prefix is left."""
    here = Installation(real_kafka)
    arguments = ("replay", storm, "--defaults", "--json")
    expected, done = here.command(*arguments), here.command(*arguments, "--via-kafka", timeout=240)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(expected.stdout.splitlines())
    assert done.stdout
    with closing(clients.consumer(here.connection)) as consumer:
        assert [name for name in consumer.topics() if name.startswith(here.topics.prefix)] == []


def test_it_refuses_a_prefix_that_is_taken(real_kafka: Broker, storm: str) -> None:
    """Where topics are there already, none is removed."""
    with Installation(real_kafka) as here:
        done = here.command("replay", storm, "--defaults", "--via-kafka", timeout=240)
        assert done.returncode == 1
        assert "set TOCSIN_PREFIX to another" in done.stderr
        assert here.ends(here.topics.mentions.name) == {0: 0, 1: 0, 2: 0, 3: 0}


def test_it_refuses_to_run_without_a_prefix(kafka: Broker, storm: str) -> None:
    """Without a prefix the topics would be the live ones."""
    here = Installation(kafka, {"TOCSIN_PREFIX": ""})
    done = here.command("replay", storm, "--defaults", "--via-kafka", timeout=240)
    assert done.returncode == 2
    assert "set TOCSIN_PREFIX" in done.stderr
