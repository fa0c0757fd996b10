"""`tocsin config apply` on a real Kafka: a valid file comes into force, an invalid one changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from config.brands.model import Brand
from config.brands.overrides import Override
from config.brands.wire import decode_brand, decode_with_overrides, encode_brand
from config.environment import from_environ
from streams.kafka.admin import brand_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.brokers import Broker

ROOT = Path(__file__).parents[2]
FIRST = 'defaults:\n  slack_channel: "#a"\nbrands:\n  - name: Hallowfirth\n  - name: Pippinworth\n'
SECOND = 'defaults:\n  slack_channel: "#b"\nbrands:\n  - name: Hallowfirth\n  - name: Voltanelle\n'


@pytest.fixture
def environ(real_kafka: Broker) -> dict[str, str]:
    """Return the environment of an installation of its own, with its topics made."""
    settings = {"TOCSIN_BROKERS": real_kafka.bootstrap, "TOCSIN_PREFIX": f"{uuid4().hex}.", "TOCSIN_PARTITIONS": "2"}
    assert tocsin(settings, "topics", "create").returncode == 0
    return settings


def tocsin(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "tocsin", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env={**os.environ, **environ},
        check=False,
    )


def test_what_is_applied_is_in_force_and_what_is_not_in_the_file_is_not(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """First plan, then both files in turn, the second twice: each time the file is the whole truth; then back."""
    store, file = brand_store(from_environ(environ)), tmp_path / "brands.yaml"

    def apply(text: str, *options: str) -> dict[str, Any]:
        file.write_text(text)
        done = tocsin(environ, "config", "apply", str(file), "--json", *options)
        assert done.returncode == 0, done.stderr
        record: dict[str, Any] = json.loads(done.stdout)
        return record

    file.write_text(FIRST)
    file.with_name("brands.yaml.history.jsonl").touch()
    planned = json.loads(tocsin(environ, "config", "diff", str(file), "--json").stdout)
    assert (planned["applied"], len(planned["changes"])) == (False, 2)
    assert tocsin(environ, "config", "diff", str(file), "--exit-code").returncode == 1
    assert store.read_applied() == {}
    assert len(apply(FIRST, "--yes")["changes"]) == 2
    assert sorted(change["change"] for change in apply(SECOND, "--yes")["changes"]) == ["added", "changed", "removed"]
    assert tocsin(environ, "config", "diff", str(file), "--exit-code").returncode == 0
    assert apply(SECOND, "--yes") == {"applied": False, "unchanged": 2, "changes": [], "overrides": []}
    brands = {name: decode_brand(raw) for name, raw in store.read_applied().items()}
    assert {name: brand.slack_channel for name, brand in brands.items()} == {"Hallowfirth": "#b", "Voltanelle": "#b"}
    undone = tocsin(environ, "config", "undo", "2", str(file), "--by", "ana", "--yes")
    assert undone.returncode == 0, undone.stderr
    assert file.read_text() == FIRST
    brands = {name: decode_brand(raw) for name, raw in store.read_applied().items()}
    assert {name: brand.slack_channel for name, brand in brands.items()} == {"Hallowfirth": "#a", "Pippinworth": "#a"}


def test_a_bad_file_changes_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    """One error among right brands keeps all of them from being applied."""
    store, file = brand_store(from_environ(environ)), tmp_path / "brands.yaml"
    file.write_text(FIRST + "    language: xx\n")
    done = tocsin(environ, "config", "apply", str(file), "--yes")
    assert done.returncode == 2
    assert "must be one of en, fr" in done.stderr
    assert store.read_applied() == {}


def test_what_overrides_a_brand_outlasts_a_change_until_it_is_lifted(environ: dict[str, str], tmp_path: Path) -> None:
    """It is listed, kept by an application, and gone once lifted, with nothing left to lift."""
    store, file = brand_store(from_environ(environ)), tmp_path / "brands.yaml"
    file.write_text(FIRST)
    override = Override("detect.negative_spike.min_mentions", 20, None, "U0ANA", 1)
    store.publish({"Hallowfirth": encode_brand(Brand(name="Hallowfirth"), [override])})
    done = tocsin(environ, "config", "apply", str(file), "--yes")
    assert (
        "= Hallowfirth detect.negative_spike.min_mentions: 20 instead of 6, until it is changed, by U0ANA"
        in done.stdout
    )
    shown = [json.loads(line) for line in tocsin(environ, "config", "show", "--json").stdout.splitlines()]
    assert [(one["name"], len(one["overrides"]), one["brand"]["slack_channel"]) for one in shown] == [
        ("Hallowfirth", 1, "#a"),
        ("Pippinworth", 0, "#a"),
    ]
    assert tocsin(environ, "config", "override", "remove", "Hallowfirth").returncode == 0
    assert decode_with_overrides(store.read_applied()["Hallowfirth"]).overrides == ()
    assert "no such override" in tocsin(environ, "config", "override", "remove", "Hallowfirth").stderr
