"""Commands that look at a running installation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker

CALM = MentionGenerator(900, seed=31, brands=("Brisela", "Oakmere"), angry=0.1, repeated=0.0)
STORM = MentionGenerator(400, seed=32, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)


@pytest.fixture(scope="module")
def here(kafka: Broker) -> Iterator[Installation]:
    """Yield an installation in which one brand has just had a storm."""
    with Installation(kafka) as installation:
        installation.worker("--defaults", "--clock", "arrival", "--notify", "console")
        lines = "\n".join(json.dumps(mention) for mention in [*CALM.mentions(), *STORM.mentions()])
        sent = installation.command("ingest", "-", "--as-of", "published", input=lines)
        assert sent.returncode == 0, sent.stderr
        wait_until(lambda: installation.counted() >= 1_300, 60, "all counted")
        wait_until(installation.settled, 30, "all told")
        yield installation


def records(here: Installation, *arguments: str) -> list[dict[str, Any]]:
    """Return what a command prints as JSON Lines."""
    done = here.command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_status_counts_every_mention(here: Installation) -> None:
    """Each brand's mentions, and up to where they are read."""
    (status,) = records(here, "status")
    assert status["ok"], status["problems"]
    (worker,) = status["workers"]
    assert worker["partitions"] == list(range(here.partitions))
    found = {record["brand"]: record for record in status["brands"]}
    assert sum(int(str(record["mentions"])) for record in found.values()) == 1_300
    assert found["Brisela"]["breaching"]
    assert not found["Oakmere"]["breaching"]
    assert str(found["Brisela"]["read_up_to"]) >= CALM.end.isoformat()[:16]


def test_status_gives_the_minutes(here: Installation) -> None:
    """The ledger of a brand sums up to its mentions."""
    (status,) = records(here, "status", "--brand", "Oakmere", "--minutes")
    (record,) = status["brands"]
    minutes = record["minutes"]
    assert isinstance(minutes, list)
    assert sum(minute["mentions"] for minute in minutes) == record["mentions"]


def test_incidents_are_listed(here: Installation) -> None:
    """The storm is an incident, and the calm brand has none."""
    found = records(here, "incident", "list")
    assert {record["brand"] for record in found} == {"Brisela"}
    assert records(here, "incident", "list", "--brand", "Oakmere") == []
    assert {record["status"] for record in records(here, "incident", "list", "--open")} <= {"open", "acknowledged"}


def test_people_get_tables(here: Installation) -> None:
    """Without --json the same is drawn for people."""
    status = here.command("status").stdout
    assert "Brisela" in status
    assert "event time" in status
    assert "brisela-" in here.command("incident", "list").stdout


def test_what_does_not_exist_is_named_with_the_nearest(here: Installation) -> None:
    """An action about it is not sent: the command fails."""
    (incident,) = records(here, "incident", "list")
    for arguments, named in {
        ("silence", "add", "Brisella"): "did you mean Brisela?",
        ("silence", "add", "Brisela", "--detector", "volume_spik"): "did you mean volume_spike?",
        ("incident", "ack", str(incident["incident"])[:-1]): f"did you mean {incident['incident']}?",
        ("incident", "note", "well", "--brand", "Oakmere"): "has had no incident",
    }.items():
        done = here.command(*arguments, "--by", "ana")
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert named in done.stderr


def test_topics_are_made_once(here: Installation) -> None:
    """Creating topics again changes nothing."""
    found = records(here, "topics", "create")
    assert all(not record["created"] for record in found)
    assert {record["topic"] for record in found} == {topic.name for topic in here.topics.all()}
    assert {record["partitions"] for record in found} == {here.partitions}


def test_what_is_not_there_is_stated_in_one_line(here: Installation) -> None:
    """An installation without topics is told how to get them; no traceback."""
    environment = here.environment | {"TOCSIN_PREFIX": "nobody."}
    before, here.environment = here.environment, environment
    try:
        done = here.command("incident", "list")
    finally:
        here.environment = before
    assert done.returncode == 1
    assert "tocsin topics create" in done.stderr
    assert "Traceback" not in done.stderr
