"""`tocsin community` prints authors as a table, JSON and CSV, safe from what their names hold."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tocsin.cli.commands import load_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def mentions(tmp_path: Path) -> Path:
    """Return a file of five days: a fan with a name that a spreadsheet would calculate, and somebody once."""
    lines = []
    for day in range(5):
        authors = ["=cmd|fan", "once"] if day == 2 else ["=cmd|fan"]
        lines += [
            json.dumps(
                {
                    "id": f"{day} {author}",
                    "brand": "Hallowfirth",
                    "text": f"Hallowfirth is wonderful, I love it, day {day}",
                    "author": author,
                    "published_at": f"2026-03-0{day + 1}T10:00:00Z",
                    "channel": "forum",
                }
            )
            for author in authors
        ]
    path = tmp_path / "march.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def run(mentions: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what calls the command on the file and gives back what it prints."""

    def call(*arguments: str) -> str:
        words = ["Hallowfirth", str(mentions), *arguments, "--defaults"]
        load_command("community").main(words, prog_name="tocsin community", standalone_mode=False)
        return capsys.readouterr().out

    return call


def test_json_holds_who_wrote_on_three_days(run: Callable[..., str]) -> None:
    """One author of five days; who wrote once is not shown."""
    (line,) = run("--json", "--view", "allies").splitlines()
    record = json.loads(line)
    assert (record["author"], record["days"], record["mentions"], record["since"]) == ("=cmd|fan", 5, 5, "2026-03-01")


def test_no_cell_of_the_csv_is_a_formula(run: Callable[..., str]) -> None:
    """A spreadsheet shows the name and calculates nothing."""
    (row,) = csv.DictReader(io.StringIO(run("--csv")))
    assert row["author"] == "'=cmd|fan"


def test_the_table_and_an_empty_view(run: Callable[..., str]) -> None:
    """The table names the author; a view without anybody says so."""
    assert "=cmd|fan" in run()
    assert "no author of Hallowfirth" in run("--view", "critics")
