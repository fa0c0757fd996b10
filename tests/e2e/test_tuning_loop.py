"""The tuning loop: page, verdict, label, tuning, diff, configuration, each by its command."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alerts.incidents.model import Action, Incident
from config.brands.loader import load
from replay.player.recording_replay import FixedPolicies, RecordingReplay
from streams.recording.format import Entry, MentionsEntry, write
from tests.support import labelled_history
from tests.support.recordings import entries, header

HOUR = 3_600_000
ROOT = Path(__file__).parents[2]


def tocsin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    command = [sys.executable, "-P", "-m", "tocsin", *arguments]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)


@cache
def recorded() -> tuple[Entry, ...]:
    """Return the past as a worker with the built-in thresholds read it, with a manager's verdict on each storm."""
    stated = [entry for entry in entries(labelled_history.mentions()) if not isinstance(entry, MentionsEntry)]
    opened: dict[str, Incident] = {}  # each incident as it first opened: one that reopens is judged all the same
    for note in RecordingReplay(FixedPolicies.built_in()).run(stated):
        opened.setdefault(note.incident.id, note.incident)
    storms = [
        one
        for one in opened.values()
        if any(abs(one.opened_at - label.onset) < HOUR for label in labelled_history.labels())
    ]
    verdicts = [
        Action(f"v{n}", one.brand, "verdict", "U1", one.opened_at + HOUR, one.id, "=the ferry", None, "crisis")
        for n, one in enumerate(storms)
    ]
    return tuple(entries(labelled_history.mentions(), verdicts))


@pytest.mark.slow
def test_from_verdict_to_changed_threshold(tmp_path: Path) -> None:
    """Verdicts of a recording become labels; tuning on them writes exactly the diff that it shows, and nothing else."""
    labelled_history.write(tmp_path)
    write(tmp_path / "past.tocsin", header(), recorded())
    exported = tocsin(tmp_path, "labels", "export", "--recording", "past.tocsin")
    assert exported.returncode == 0, exported.stderr
    (tmp_path / "judged.yaml").write_text(exported.stdout, encoding="utf-8")
    checked = tocsin(tmp_path, "labels", "check", "judged.yaml", "--config", "brands.yaml")
    assert "3 labels, 3 of them a crisis" in checked.stderr
    csv = tocsin(tmp_path, "labels", "export", "--recording", "past.tocsin", "--csv")
    assert csv.stdout.count("'=the ferry") == 3

    before = (tmp_path / "brands.yaml").read_text(encoding="utf-8")
    options = ("past.tocsin", "--labels", "judged.yaml", "--config", "brands.yaml", "--json", "--write")
    page = ("--report", "tuning.html", "--language", "fr")
    tuned = tocsin(tmp_path, "tune", *options, *page)
    assert tuned.returncode == 0, tuned.stderr
    (record,) = map(json.loads, tuned.stdout.splitlines())
    assert record["state"] == "proposed"
    _check_written(tmp_path, before, record)
    shown = (tmp_path / "tuning.html").read_text(encoding="utf-8")
    added = [line for line in record["diff"].splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert all(f'<span class="add">{line}</span>' in shown for line in added)


def _check_written(folder: Path, before: str, record: dict[str, Any]) -> None:
    after = (folder / "brands.yaml").read_text(encoding="utf-8")
    (folder / "brands.yaml").write_text(before, encoding="utf-8")
    subprocess.run(["patch", "-p1", "-s"], cwd=folder, input=record["diff"], text=True, check=True)
    assert (folder / "brands.yaml").read_text(encoding="utf-8") == after != before
    assert after.count("#") == before.count("#")
    assert load(folder / "brands.yaml").brands[0].name == labelled_history.BRAND


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["--budget", "lots"], 'such as "1 false alarm/week"'),
        (["--brand", "Nobody"], "no such brand"),
        (["--group", "Land"], "no brand belongs to it"),
        (["--report", "nowhere/tuning.html"], "its folder does not exist"),
    ],
)
def test_a_slip_on_the_command_line_is_reported(tmp_path: Path, arguments: list[str], reported: str) -> None:
    """What cannot work is refused with what to write instead."""
    done = tocsin(tmp_path, "tune", *labelled_history.write(tmp_path), *arguments)
    assert done.returncode == 2
    assert reported in done.stderr


def test_a_contradiction_stops_the_merge(tmp_path: Path) -> None:
    """A verdict that says otherwise than the file is named with its line, and nothing is printed."""
    labelled_history.write(tmp_path)
    write(tmp_path / "past.tocsin", header(), recorded())
    path = tmp_path / "incidents.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("crisis", "planned", 1), encoding="utf-8")
    done = tocsin(
        tmp_path, "labels", "merge", "incidents.yaml", "--recording", "past.tocsin", "--config", "brands.yaml"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "incidents.yaml:2:" in done.stderr
    assert "was judged crisis in Slack" in done.stderr


def test_mentions_out_of_order_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """An unsorted file would give wrong delays: nothing is tuned on it, and `--sort` is named."""
    arguments = labelled_history.write(tmp_path)
    path = tmp_path / "past.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[500:] + lines[:500]), encoding="utf-8")
    done = tocsin(tmp_path, "tune", *arguments)
    assert done.returncode == 1
    assert "add --sort" in done.stderr
    assert done.stdout == ""
