"""Do `tocsin config check`, `schema` and `apply` do what their help says?"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from config.brands.history import ConfigHistory
from config.brands.model import Brand, default_brand
from config.brands.wire import decode_brand, encode_brand
from config.schema import text
from tocsin.cli.configure.config import app, publish_plan
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.store import BrandStore

ROOT = Path(__file__).parents[5]
EXAMPLE = str(ROOT / "config" / "brands.yaml")
BROKEN = ROOT / "tests" / "unit" / "config" / "broken"
SUSPICIOUS = ROOT / "tests" / "unit" / "config" / "suspicious"
RAIL = default_brand("Skylark Rail")
FOOD = default_brand("Fennel & Oak")


def test_history_lists_who_changed_what_the_latest_first(tmp_path: Path) -> None:
    """Each version with its author, its changes and what it undoes; before the first there is one line that says so."""
    file = tmp_path / "brands.yaml"
    file.write_text("brands:\n  - name: Hallowfirth\n    timezone: UTC\n")
    listed = CliRunner().invoke(app, ["history", str(file)])
    assert (listed.exit_code, listed.output[:11]) == (0, "no versions")
    kept, first = ConfigHistory(file), file.read_text()
    second = first.replace("UTC", "Europe/Paris")
    kept.write(second, first, "Ana", 1_773_152_400_000)
    kept.write(kept.undone(2, second), second, "Ben", 1_773_152_460_000, undoes=2)
    lines = CliRunner().invoke(app, ["history", str(file)]).output.splitlines()
    assert lines[0] == "3  2026-03-10 14:21:00 UTC  Ben, undoes 2"
    assert '    Hallowfirth: timezone: "Europe/Paris" -> "UTC"' in lines
    assert lines[-1].startswith("1  ")
    assert lines[-1].endswith("changed in the file")
    latest = json.loads(CliRunner().invoke(app, ["history", str(file), "--json"]).output.splitlines()[0])
    assert (latest["version"], latest["by"], latest["undoes"]) == (3, "Ben", 2)


class Kept:
    """A brand store in memory."""

    def __init__(self, *brands: Brand) -> None:
        self.records: dict[str, bytes] = {brand.name: encode_brand(brand) for brand in brands}
        self.published: list[dict[str, bytes | None]] = []

    def read_applied(self) -> dict[str, bytes]:
        """Return the records in force."""
        return dict(self.records)

    def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Note the records and put them in force."""
        self.published.append(dict(records))
        for name, record in records.items():
            if record is None:
                del self.records[name]
            else:
                self.records[name] = record


def carried(store: BrandStore, *brands: Brand, **options: bool) -> None:
    """Apply brands with the options given, all others off."""
    publish_plan(store, {b.name: b for b in brands}, **({"dry_run": False, "yes": False, "json": False} | options))


def check(*arguments: str) -> Any:
    """Run `tocsin config check`."""
    return CliRunner().invoke(app, ["check", *arguments])


def test_a_right_file_is_0() -> None:
    """Nothing on stdout, a summary on stderr."""
    result = check(EXAMPLE)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("brands.yaml: 3 brands, no errors, no warnings\n")


def test_a_wrong_file_is_1_and_its_report_is_data() -> None:
    """The problems are what was asked for: they go to stdout, one a line."""
    result = check(str(BROKEN / "language_unknown.yaml"))
    assert result.exit_code == 1
    assert [line.rpartition("/")[2] for line in result.stdout.splitlines()] == (
        BROKEN / "language_unknown.expected"
    ).read_text("utf-8").splitlines()
    assert result.stderr.endswith("2 errors, no warnings\n")


def test_warnings_fail_only_a_strict_check() -> None:
    """CI may be stricter than a hurried manager."""
    file = str(SUSPICIOUS / "no_channel.yaml")
    assert check(file).exit_code == 0
    assert check(file, "--strict").exit_code == 1
    assert check(EXAMPLE, "--strict").exit_code == 0


@pytest.mark.parametrize(("name", "ok"), [(EXAMPLE, True), (str(BROKEN / "everything_at_once.yaml"), False)])
def test_the_report_is_json_too(name: str, ok: bool) -> None:  # noqa: FBT001
    """A program gets every part of every problem in one object on one line."""
    result = check(name, "--json")
    record = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert record["ok"] == ok == (result.exit_code == 0)
    assert bool(record["brands"]) == ok
    for problem in record["problems"]:
        assert set(problem) == {"file", "line", "column", "path", "value", "rule", "severity"}
        assert problem["line"] > 0


def test_the_schema_is_printed_as_committed() -> None:
    """What a user writes beside their own file is what the project ships."""
    result = CliRunner().invoke(app, ["schema"])
    assert (result.exit_code, result.stdout) == (0, text())


def test_applying_publishes_exactly_what_differs() -> None:
    """Added, changed and removed brands are written; the unchanged one is not."""
    loud = RAIL.model_copy(update={"language": "fr"})
    cafe = default_brand("Brûlerie Valmorin")
    gone = default_brand("Old & Gone")
    store = Kept(RAIL, FOOD, gone)
    carried(store, loud, FOOD, cafe, yes=True)
    assert len(store.published) == 1
    assert set(store.published[0]) == {"Skylark Rail", "Brûlerie Valmorin", "Old & Gone"}
    assert {name: decode_brand(raw) for name, raw in store.records.items()} == {b.name: b for b in (loud, FOOD, cafe)}


def test_applying_twice_publishes_once() -> None:
    """There is nothing to ask and nothing to write when nothing differs."""
    store = Kept()
    carried(store, RAIL, yes=True)
    carried(store, RAIL)
    assert len(store.published) == 1


def test_a_dry_run_prints_the_plan_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a question nor a record."""
    store = Kept(RAIL)
    carried(store, FOOD, dry_run=True)
    assert store.published == []
    assert capsys.readouterr().out == (
        "+ Fennel & Oak\n- Skylark Rail\nPlan: 1 to add, 0 to change, 1 to remove, 0 unchanged.\n"
    )


def test_a_dry_run_wins_over_yes() -> None:
    """Of two contradicting options the harmless one counts."""
    store = Kept(RAIL)
    carried(store, FOOD, dry_run=True, yes=True)
    assert store.published == []


def test_where_nobody_can_be_asked_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a script `--yes` must be said; an empty standard input is no consent."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    store = Kept()
    with pytest.raises(UsageError, match="--yes"):
        carried(store, RAIL)
    assert store.published == []


class Terminal(io.StringIO):
    """A standard input that says it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def test_a_no_changes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The question says how many brands would be lost, and anything but yes is no."""
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    store = Kept(RAIL)
    with pytest.raises(CommandError, match="nothing was changed"):
        carried(store, FOOD)
    assert store.published == []
    assert "Apply 2 changes? 1 brand will no longer be watched." in capsys.readouterr().err


def test_a_yes_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked and agreed."""
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    store = Kept()
    carried(store, RAIL)
    assert set(store.records) == {"Skylark Rail"}


def test_the_plan_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """One object on stdout; the plan for people moves to stderr."""
    store = Kept(RAIL)
    carried(store, FOOD, yes=True, json=True)
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert record["applied"] is True
    assert [(change["change"], change["brand"]) for change in record["changes"]] == [
        ("added", "Fennel & Oak"),
        ("removed", "Skylark Rail"),
    ]
    assert "+ Fennel & Oak" in err


def test_a_name_in_force_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in the topic may come from anyone who can write to it."""
    store = Kept()
    store.records["evil\x1b[2J"] = b"{}"
    carried(store, dry_run=True)
    assert "\x1b" not in capsys.readouterr().out
