"""What `tocsin up` runs, with which environment, and what it says of each part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.environment import from_environ
from tocsin.cli.run.local.group import GroupOptions, environment, jobs, missing_brands, parts

LOCAL = GroupOptions(Path("brands.yaml"), Path("tocsin-data"), 8380, 8090, 9092)
SECRET = "xoxb-very-secret-token"
SLACK = {"TOCSIN_SLACK_TOKEN": SECRET, "TOCSIN_SLACK_APP_TOKEN": SECRET, "TOCSIN_LISTEN_TOKEN": SECRET}


def statuses(environ: dict[str, str], options: GroupOptions = LOCAL, sources: int = 2) -> dict[str, str]:
    """Return what is said of each part."""
    return {part.name: part.status for part in parts(from_environ(environ), options, sources)}


def run(environ: dict[str, str], options: GroupOptions = LOCAL) -> dict[str, Any]:
    """Return the jobs by name."""
    settings = from_environ(environ)
    made = jobs(parts(settings, options, 2), environ, settings, options, lambda: False)
    return {job.name: job for job in made}


def test_without_slack_it_says_what_is_missing_and_where_alerts_go() -> None:
    """The Slack app is off, with the variables it wants; alerts are on the terminal and the pages; no HTTP."""
    shown = statuses({})
    assert "TOCSIN_SLACK_TOKEN is not set" in shown["worker"]
    assert "this terminal and to the pages" in shown["worker"]
    assert shown["slack"].startswith("off: ")
    assert shown["listener"] == "2 sources; no mentions over HTTP: TOCSIN_LISTEN_TOKEN is not set"
    assert shown["pages"] == "http://127.0.0.1:8380/"
    assert set(run({})) == {"broker", "worker", "listener", "pages"}


def test_with_everything_set_all_parts_run_and_no_secret_is_shown() -> None:
    """The listener takes mentions over HTTP, and what is said holds no token."""
    found = run(SLACK)
    assert set(found) == {"broker", "worker", "listener", "slack", "pages"}
    assert found["listener"].command[-2:] == ["--http", "8090"]
    assert SECRET not in str(statuses(SLACK))
    assert all(SECRET not in " ".join(job.command) for job in found.values())


def test_no_source_is_reported() -> None:
    """A brand without sources hears nothing: that is said, with where to look."""
    assert statuses({}, sources=0)["listener"].startswith("no brand lists `sources` yet")


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
    assert ports == {"broker": "0", "worker": "9100", "listener": "0", "pages": "0"}
