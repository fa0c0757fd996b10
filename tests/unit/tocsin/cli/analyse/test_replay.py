"""Does `tocsin replay` tell what would have fired, and what it could not read?"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest

from tests.support.mention_generator import MentionGenerator

ROOT = Path(__file__).parents[5]
CALM = MentionGenerator(900, seed=41, brands=("Brisela", "Oakmere"), angry=0.1, repeated=0.0)
STORM = MentionGenerator(300, seed=42, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)
MENTIONS = [*CALM.mentions(), *STORM.mentions()]


def replay(*arguments: str, given: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-P", "-m", "tocsin", "replay", *arguments]
    environment = os.environ | variables
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, input=given, env=environment)


def lines() -> str:
    """Return the mentions as JSON Lines."""
    return "\n".join(json.dumps(mention) for mention in MENTIONS)


def test_each_event_is_a_line_with_what_was_promised() -> None:
    """The keys that others build on are there, and the storm's brand is the one that is told of."""
    done = replay("-", "--defaults", "--json", given=lines())
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events
    for event in events:
        assert event.keys() >= {"event", "incident", "brand", "detector", "severity", "at", "evidence"}
        assert event["event"] in {"opened", "updated", "resolved"}
        assert event["brand"] == "Brisela"
    instants = [datetime.fromisoformat(event["at"]) for event in events]
    latest = list(accumulate(instants, max))
    assert all(reached - at <= timedelta(minutes=4) for at, reached in zip(instants, latest, strict=True)), (
        "what a closed minute says comes at most the lateness and the minute itself after a later row's"
    )
    assert any(event["severity"] in {"warning", "critical"} for event in events), "a storm pages"


def test_a_compressed_file_is_the_same(tmp_path: Path) -> None:
    """Plain or gzipped, the events are equal."""
    plain, packed = tmp_path / "m.jsonl", tmp_path / "m.jsonl.gz"
    plain.write_text(lines(), encoding="utf-8")
    packed.write_bytes(gzip.compress(lines().encode()))
    assert replay(str(plain), "--defaults", "--json").stdout == replay(str(packed), "--defaults", "--json").stdout


def test_by_default_an_incident_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says when it opened, first paged and ended, and its peak; the incidents are those of the events."""
    monkeypatch.delenv("COLUMNS", raising=False)  # into a file, every column is written in full
    done = replay("-", "--defaults", given=lines())
    head, *rows = done.stdout.splitlines()
    assert re.split(r"  +", head) == [
        "opened (UTC)", "severity", "brand", "first page", "peak", "topic", "resolved", "verdict", "incident"
    ]  # fmt: skip
    events = [json.loads(line) for line in replay("-", "--defaults", "--json", given=lines()).stdout.splitlines()]
    assert {row.split()[-1] for row in rows} == {event["incident"] for event in events}
    paging = next(row for row in rows if " info " not in row)
    assert re.search(r"critical|warning", paging)
    assert re.search(r"Brisela +\d\d:\d\d +[\d,]+ .*mentions? in \d+ min, limit .*“.+”", paging)
    assert "1,200 mentions" in done.stderr
    assert re.search(r"(?m)^\d+ incidents? \(.*\d (critical|warning).*\), \d+ pages? in \d+ of them$", done.stderr)
    assert replay("-", "--defaults", "--summary", given=lines()).stdout == done.stdout


def test_events_are_a_line_each() -> None:
    """With --events a line says when, what and how much, for each event that --json has."""
    done = replay("-", "--defaults", "--events", given=lines())
    stated = replay("-", "--defaults", "--json", given=lines()).stdout.splitlines()
    assert len(done.stdout.splitlines()) == len(stated)
    for line, event in zip(done.stdout.splitlines(), map(json.loads, stated), strict=True):
        assert event["incident"] in line
        assert event["detector"] in line
        assert event["event"] in line


@pytest.mark.parametrize("columns", [80, 100])
def test_in_a_terminal_no_line_is_wider_than_it(columns: int) -> None:
    """The table fits; the topic stands below its incident where there is no room beside it."""
    done = replay("-", "--defaults", given=lines(), COLUMNS=str(columns))
    found = done.stdout.splitlines()
    assert found[0].split()[:5] == ["opened", "severity", "brand", "page", "peak"]
    assert "“" in done.stdout
    assert max(map(len, found)) <= columns


def test_only_what_is_severe_enough_is_printed() -> None:
    """With --min-severity the rest is left out, and --events marks what pages."""
    done = replay("-", "--defaults", "--events", "--min-severity", "warning", given=lines())
    assert " PAGE " in done.stdout
    assert all(" info " not in line for line in done.stdout.splitlines())


def test_a_calm_file_has_no_incident() -> None:
    """Nothing found is said, not shown as an empty table."""
    calm = "\n".join(json.dumps(mention) for mention in MENTIONS[:50])
    assert replay("-", "--defaults", given=calm).stdout == "no incident\n"


@pytest.mark.parametrize("options", [("--summary", "--events"), ("--events", "--json"), ("--events", "--slack")])
def test_one_thing_is_printed(options: tuple[str, ...]) -> None:
    """Options that ask for two outputs are refused with the remedy."""
    done = replay("-", "--defaults", *options, given="")
    assert done.returncode == 2
    assert re.search(r"give one|leave out", done.stderr)
    assert done.stdout == ""


def test_refused_lines_are_named() -> None:
    """A line that is no mention is told with its number and field, the rest is replayed, and the exit code says so."""
    done = replay("-", "--defaults", "--json", given=lines() + '\n{"id": "x"}\n')
    assert done.returncode == 1
    assert "line 1201" in done.stderr
    assert done.stdout


def test_a_file_out_of_order_is_warned_of() -> None:
    """A recording that is not sorted is not taken for one that is."""
    shuffled = MENTIONS[600:] + MENTIONS[:600]
    done = replay("-", "--defaults", given="\n".join(json.dumps(mention) for mention in shuffled))
    assert "out of order" in done.stderr


def test_without_a_configuration_the_way_out_is_named(tmp_path: Path) -> None:
    """A missing configuration is an error of use that names --defaults."""
    done = replay("-", "--config", str(tmp_path / "none.yaml"), given="")
    assert done.returncode == 2
    assert "--defaults" in done.stderr


def test_brands_outside_the_configuration_are_counted(tmp_path: Path) -> None:
    """Mentions of brands that the file does not name are refused or unmatched, never silently dropped."""
    file = tmp_path / "brands.yaml"
    file.write_text("brands:\n  - name: Oakmere\n", encoding="utf-8")
    done = replay("-", "--config", str(file), "--json", given=lines())
    assert "Brisela" not in done.stdout
    assert "rejected" in done.stderr


def test_an_export_about_no_brand_is_warned_of() -> None:
    """Without brands there is nobody to be about: the warning names the two ways out, and the second one works."""
    export = "\n".join(json.dumps({key: it for key, it in one.items() if key != "brand"}) for one in MENTIONS[:20])
    nobody = replay("-", "--defaults", given=export)
    assert "--config" in nobody.stderr
    assert "--map brand==NAME" in nobody.stderr
    everybody = replay("-", "--defaults", "--map", "brand==Brisela", given=export)
    assert "0 of no brand" in everybody.stderr
    assert "warning" not in everybody.stderr


def test_own_weights_are_used(tmp_path: Path) -> None:
    """What labels taught, a replay hears: a word of the trade that says nothing to the shipped weights fires."""
    labels, out = tmp_path / "labels.csv", tmp_path / "own.npz"
    rows = [
        f"{'flightled' if n % 2 else 'boarding'} at gate {n},{'negative' if n % 2 else 'neutral'},en"
        for n in range(120)
    ]
    labels.write_text("\n".join(["text,label,lang", *rows]), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "tocsin", "train", str(labels), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    stated = [mention | {"text": "boarding today", "lang": "en"} for mention in CALM.mentions()]
    stated += [mention | {"text": "flightled flightled at gate", "lang": "en"} for mention in STORM.mentions()]
    storm = "\n".join(map(json.dumps, stated))
    detected = replay("-", "--defaults", "--json", "--weights", str(out), given=storm)
    assert detected.returncode == 0, detected.stderr
    assert any(json.loads(line)["severity"] != "info" for line in detected.stdout.splitlines())
    disabled = replay("-", "--defaults", "--json", given=storm)
    assert not any(json.loads(line)["severity"] != "info" for line in disabled.stdout.splitlines())
