"""`tocsin ingest` sends each mention once, whatever interrupts it, and names what it rejects."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.installation import ROOT, Installation
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker


@pytest.fixture
def here(kafka: Broker) -> Iterator[Installation]:
    """Yield an installation without workers: what matters is what is on the topic."""
    with Installation(kafka) as installation:
        yield installation


def ids(here: Installation) -> list[str]:
    """Return the ids of the mentions on the topic, in the order of partitions and offsets."""
    records = sorted(here.records(here.topics.mentions.name), key=lambda r: (r.partition, r.offset))
    return [json.loads(line)["id"] for record in records for line in (record.value or b"").splitlines()]


def write(path: Path, crowd: MentionGenerator) -> list[str]:
    """Write a crowd as JSON Lines, gzipped; returns the ids."""
    mentions = list(crowd.mentions())
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(mention) + "\n" for mention in mentions)
    return [mention["id"] for mention in mentions]


def test_a_second_run_sends_nothing_again(here: Installation, tmp_path: Path) -> None:
    """What the checkpoint says is sent stays sent."""
    path = tmp_path / "mentions.jsonl.gz"
    expected = write(path, MentionGenerator(2_000, repeated=0.0))
    first = here.command("ingest", str(path), "--json")
    assert json.loads(first.stdout)["sent"] == 2_000, first.stderr
    second = here.command("ingest", str(path), "--json")
    assert json.loads(second.stdout)["sent"] == 0, second.stderr
    assert sorted(ids(here)) == sorted(expected)


def test_an_interrupted_run_is_taken_up(here: Installation, tmp_path: Path) -> None:
    """Interrupted in the middle and started again, every mention is on the topic exactly once."""
    path = tmp_path / "mentions.jsonl.gz"
    expected = write(path, MentionGenerator(3_000, repeated=0.0))
    arguments = [sys.executable, "-P", "-m", "tocsin", "ingest", str(path), "--as-of", "published", "--speed", "400"]
    process = subprocess.Popen(arguments, cwd=ROOT, env=here.environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not Path(f"{path}.checkpoint").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    sent = len(ids(here))
    assert 0 < sent < 3_000
    rest = here.command("ingest", str(path), "--json")
    assert json.loads(rest.stdout)["sent"] == 3_000 - sent, rest.stderr
    assert sorted(ids(here)) == sorted(expected)


def test_refused_lines_are_named(here: Installation, tmp_path: Path) -> None:
    """The good lines are sent, the bad ones told with file, line and field, and the exit code says so."""
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "body", "date", "brand"])
        rows.writerow(["1", "lovely, thanks", "2026-03-03T12:00:00Z", "Brisela"])
        rows.writerow(["2", "no date", "yesterday", "Brisela"])
        rows.writerow(["3", "zwei\nZeilen", "2026-03-03T12:01:00+01:00", "Brisela"])
    done = here.command("ingest", str(path), "--map", "text=body,published_at=date,channel==forum", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"sent": 2, "records": 1, "rejected": 1}
    assert f"{path}:3:" in done.stderr
    assert "published_at" in done.stderr
    assert ids(here) == ["1", "3"]


def test_ids_that_are_none_stop_before_anything_is_sent(here: Installation, tmp_path: Path) -> None:
    """Ids that Excel has rounded end it with exit code 1; no mention before them or of another file is sent."""
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    head, rest = "id,text,published_at,channel,brand\n", "2026-03-03T12:00:00Z,forum,Brisela\n"
    good.write_text(f"{head}1,lovely,{rest}", "utf-8")
    bad.write_text(f"{head}2,late,{rest}1.891E+18,late again,{rest}", "utf-8")
    done = here.command("ingest", str(good), str(bad))
    assert done.returncode == 1
    assert f"{bad}:3: the id 1.891E+18 is rounded" in done.stderr
    assert ids(here) == []
    bad.write_text(f"{head}2,late,{rest}2,late again,{rest}", "utf-8")
    assert here.command("ingest", str(good), str(bad), "--keep-first").returncode == 0
    assert sorted(ids(here)) == ["1", "2"]


def test_standard_input_is_read(here: Installation) -> None:
    """A pipe needs no file and leaves no checkpoint."""
    lines = "\n".join(json.dumps(mention) for mention in MentionGenerator(50, repeated=0.0).mentions())
    done = here.command("ingest", "-", "--json", input=lines)
    assert json.loads(done.stdout)["sent"] == 50, done.stderr
    assert len(ids(here)) == 50


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no-such-file.jsonl"], "no-such-file.jsonl"),
        (["-", "--speed", "60"], "--as-of published"),
        (["-", "--map", "text"], "field=column"),
    ],
)
def test_a_mistake_is_reported_in_one_line(here: Installation, arguments: list[str], named: str) -> None:
    """A user error names the place, without a traceback, and with the exit code of misuse."""
    done = here.command("ingest", *arguments, input="")
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
