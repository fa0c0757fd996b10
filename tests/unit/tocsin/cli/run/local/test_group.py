"""What `tocsin up` runs, with which environment, and what it says of each part."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.brands.model import Brand
from config.brands.wire import encode_brand
from config.environment import from_environ
from streams.kafka.errors import BrokerError
from tocsin.cli.run.local.applied_wishes import AppliedWishes
from tocsin.cli.run.local.group import GroupOptions, Wishes, environment, jobs, missing_brands, parts, wishes_of

LOCAL = GroupOptions(Path("brands.yaml"), Path("tocsin-data"), 8380, 8090, 9092)
SECRET = "xoxb-very-secret-token"
SLACK = {"TOCSIN_SLACK_TOKEN": SECRET, "TOCSIN_SLACK_APP_TOKEN": SECRET, "TOCSIN_LISTEN_TOKEN": SECRET}


def statuses(environ: dict[str, str], options: GroupOptions = LOCAL, sources: int = 2) -> dict[str, str]:
    """Return what is said of each part."""
    return {part.name: part.status for part in parts(from_environ(environ), options, Wishes(sources))}


def run(environ: dict[str, str], options: GroupOptions = LOCAL) -> dict[str, Any]:
    """Return the jobs by name."""
    settings = from_environ(environ)
    made = jobs(parts(settings, options, Wishes(2)), environ, settings, options, lambda _: False)
    return {job.name: job for job in made}


def test_without_slack_it_says_what_is_missing_and_where_alerts_go() -> None:
    """The Slack app is off, with the variables it wants; alerts are on the terminal and the pages; no HTTP."""
    shown = statuses({})
    assert "TOCSIN_SLACK_TOKEN is not set" in shown["worker"]
    assert "this terminal and to the pages" in shown["worker"]
    assert shown["slack"].startswith("off: ")
    assert shown["listener"] == "2 sources; no mentions over HTTP: TOCSIN_LISTEN_TOKEN is not set"
    assert shown["pages"] == "http://127.0.0.1:8380/"
    assert set(run({})) == {"broker", "worker", "listener", "moderation", "community", "pages"}


def test_with_everything_set_all_parts_run_and_no_secret_is_shown() -> None:
    """The listener takes mentions over HTTP, and what is said holds no token."""
    found = run(SLACK)
    assert set(found) == {"broker", "worker", "listener", "moderation", "community", "slack", "pages"}
    assert found["listener"].command[-2:] == ["--http", "8090"]
    assert SECRET not in str(statuses(SLACK))
    assert all(SECRET not in " ".join(job.command) for job in found.values())


def test_no_source_is_reported() -> None:
    """A brand without sources hears nothing: that is said, with where to look."""
    assert statuses({}, sources=0)["listener"].startswith("no brand lists `sources` yet")


def test_moderation_and_community_wait_for_a_brand_that_asks_for_them() -> None:
    """What is said names the brands, or how to ask; a brand that asks later, by an applied change, starts the part."""
    shown = statuses({})
    assert shown["moderation"] == "off until a brand sets `moderation: {enabled: true}`"
    assert shown["community"].startswith("off until a brand sets `community")
    birch = Brand.model_validate({"name": "Birch", "moderation": {"enabled": True}, "community": {"enabled": True}})
    assert wishes_of([birch, Brand(name="Alder")]) == Wishes(0, ("Birch",), ("Birch",))
    looks = []

    def read() -> dict[str, bytes]:
        looks.append(1)
        if len(looks) == 1:
            raise BrokerError("localhost:9", "is down")
        return {"Alder": b"no brand", "Birch": encode_brand(birch)}

    wishes = AppliedWishes(Wishes(), read, pause=0.0)
    assert wishes.ask_for("worker")
    assert not wishes.ask_for("moderation")
    deadline = time.monotonic() + 120
    while not (wishes.ask_for("moderation") and wishes.ask_for("community")):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_only_the_broker_starts_at_once() -> None:
    """The others wait until topics and brands are there; the broker ends last."""
    found = run({})
    assert {name for name, job in found.items() if job.may_start()} == {"broker"}
    assert {name for name, job in found.items() if job.ends_last} == {"broker"}
    assert {name for name, job in found.items() if job.essential} == {"broker", "worker"}


def test_brokers_of_ones_own_are_used() -> None:
    """With TOCSIN_BROKERS no broker runs, and the processes get the variable as it is."""
    environ = {"TOCSIN_BROKERS": "kafka-1:9092"}
    options = replace(LOCAL, broker=None)
    assert statuses(environ, options)["broker"] == "yours, at kafka-1:9092 (TOCSIN_BROKERS)"
    found = run(environ, options)
    assert "broker" not in found
    assert all(job.environment["TOCSIN_BROKERS"] == "kafka-1:9092" for job in found.values())
    assert "TOCSIN_PARTITIONS" not in found["worker"].environment


def test_a_shared_kafka_keeps_its_brands() -> None:
    """A file that lacks a brand of others is refused, with the brand's name; one that only adds is not."""
    assert "watch: Birch. Add" in missing_brands(LOCAL.config, ["Alder", "Birch"], ["Alder"])
    assert missing_brands(LOCAL.config, ["Alder"], ["Alder", "Birch"]) == ""


@pytest.mark.parametrize("name", ["TOCSIN_LOG_LEVEL", "TOCSIN_WEB_URL", "TOCSIN_PARTITIONS"])
def test_what_is_set_stays(name: str) -> None:
    """Defaults of the group give way to the environment; only one process may have the port of the metrics."""
    assert environment({name: "of mine"}, LOCAL)[name] == "of mine"
    ports = {job.name: job.environment["TOCSIN_METRICS_PORT"] for job in run({"TOCSIN_METRICS_PORT": "9100"}).values()}
    others = dict.fromkeys(("broker", "listener", "moderation", "community", "pages"), "0")
    assert ports == {"worker": "9100"} | others
