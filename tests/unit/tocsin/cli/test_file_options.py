"""Options of files: what the commands print about a file, before they do anything with it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from replay.tuning.labels import Label, to_csv
from tests.support.docs import ROOT
from tests.support.exports import workbook
from tocsin.cli.analyse.label_files import read_labels
from tocsin.cli.commands import load_command
from tocsin.cli.file_options import parse_column_map
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

FRENCH = "Identifiant;Texte;Date de publication;Canal\n1;c’est honteux;10/03/2026 09:15;forum\n"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command."""
    command = [sys.executable, "-P", "-m", "tocsin", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_all_commands_have_the_same_options() -> None:
    """What settles one file settles it for each command."""
    named = ["ingest", "replay", "report", "tune", "train", "web"]
    loaded = {name: load_command(name) for name in named} | load_command("labels").commands
    del loaded["export"]
    options = {name: {one.opts[0] for one in command.params} for name, command in loaded.items()}
    shared = {"--map", "--from", "--encoding", "--timezone", "--date-format", "--skip-lines", "--decimal", "--sheet"}
    assert {name for name in loaded if options[name] >= shared | {"--keep-first", "--preview"}} == set(loaded)


def test_a_first_look_names_what_to_state(tmp_path: Path) -> None:
    """It shows header, guessed map and what is unclear; with what it names stated, the mentions as they are read."""
    path = tmp_path / "export.csv"
    path.write_bytes(FRENCH.encode("cp1252"))
    first = run("replay", str(path), "--preview")
    assert first.returncode == 1
    assert "is not UTF-8: state the file's encoding, most likely --encoding cp1252" in first.stdout
    second = run("replay", str(path), "--preview", "--encoding", "cp1252")
    guess = "id=Identifiant,text=Texte,published_at=Date de publication,channel=Canal"
    assert f"read with a guess: --map '{guess}'" in second.stdout
    assert "state the order, such as --date-format dd/mm/yyyy" in second.stdout
    stated = ["--encoding", "cp1252", "--map", guess, "--date-format", "dd/mm/yyyy", "--timezone", "Europe/Paris"]
    third = run("ingest", str(path), "--preview", *stated)
    assert third.returncode == 0, third.stdout
    assert "header: Identifiant, Texte, Date de publication, Canal" in third.stdout
    assert "text: c’est honteux" in third.stdout
    assert "published_at: 2026-03-10T08:15:00Z" in third.stdout
    assert third.stdout.endswith("nothing is unclear\n")


def test_a_first_look_shows_instants_and_what_is_left_out(tmp_path: Path) -> None:
    """A time is shown as it was taken, in UTC; a field that was left out leaves nothing to settle."""
    path = tmp_path / "export.csv"
    path.write_text("id,text,published_at,channel,reach\n1,late,Tue Mar 10 09:15:04 +0100 2026,x,nan\n", "utf-8")
    done = run("ingest", str(path), "--preview")
    assert done.returncode == 0
    assert "published_at: 2026-03-10T08:15:04Z" in done.stdout
    assert f"left out:\n  {path}: reach was left out of 1 mention (first: 'nan' on line 2)\n" in done.stdout
    assert done.stdout.endswith("nothing is unclear\n")


def test_a_first_look_is_harmless(tmp_path: Path) -> None:
    """Control characters of a hostile file are spelled out."""
    path = tmp_path / "export.csv"
    path.write_text(
        'id,text,published_at,channel,\x1b]0;x\x07\n1,"\x1b[2J late",2026-03-10T09:15:00Z,forum,\n', "utf-8"
    )
    done = run("replay", str(path), "--preview")
    assert "\x1b" not in done.stdout + done.stderr
    assert "text: \\x1b[2J late" in done.stdout


def test_what_was_found_out_and_left_out_is_printed(tmp_path: Path) -> None:
    """A workbook's rows are replayed; the label lines before the header and a field that was left out are told."""
    path = tmp_path / "export.xlsx"
    head = ["id", "text", "published_at", "channel", "brand", "reach"]
    path.write_bytes(workbook([["Report"], head, ["1", "late", "2026-03-10T09:15:00Z", "forum", "Brisela", "nan"]]))
    done = run("replay", str(path), "--defaults")
    assert done.returncode == 0, done.stderr
    assert f"{path}: the header is on line 2: the lines before it are skipped\n" in done.stderr
    assert f"{path}: reach was left out of 1 mention (first: 'nan' on line 3)\n" in done.stderr
    assert "1 mentions in" in done.stderr


def test_ids_that_are_none_end_the_command(tmp_path: Path) -> None:
    """Exit code 1 and the remedy, which works."""
    path = tmp_path / "export.csv"
    path.write_text("id,text,published_at,channel\n" + "".join(f"7,text {n},1773134104,x\n" for n in range(3)), "utf-8")
    done = run("replay", str(path), "--defaults")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the id of each mention is '7'" in done.stderr
    assert run("replay", str(path), "--defaults", "--keep-first").returncode == 0


def test_a_map_may_be_saved(tmp_path: Path) -> None:
    """A file holds one field on each line, with comments; a column's name may hold a comma there."""
    path = tmp_path / "acme.map"
    path.write_text("# Acme's weekly export\ntext=Title+Body\n\nreach=Reach, estimated\nchannel==news\n", "utf-8")
    assert parse_column_map(f"@{path}") == {
        "text": "Title+Body",
        "reach": "Reach, estimated",
        "channel": "=news",
    }
    with pytest.raises(UsageError, match="No such file or directory: name a file with one field=source on each line"):
        parse_column_map("@nowhere.map")


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        (["--timezone", "Mars/Base"], "--timezone 'Mars/Base': no such time zone: write a place such as Europe/Paris"),
        (["--encoding", "klingon"], "--encoding 'klingon': no such encoding"),
        (["--date-format", "dd/dd"], "--date-format 'dd/dd': write the order of day, month and year"),
        (["--decimal", ";"], "--decimal ';': write . or ,"),
        (["--from", "myspace"], "--from 'myspace': no such preset: use one of brandwatch, meltwater"),
        (["--map", "text"], "write field=column"),
    ],
)
def test_a_mistake_in_an_option_names_what_to_write(options: list[str], stated: str) -> None:
    """Misuse is told before any file is opened."""
    done = run("replay", "none.csv", *options, "--defaults")
    assert done.returncode == 2
    assert stated in done.stderr


def test_labels_of_any_file_train(tmp_path: Path) -> None:
    """A workbook of labels is read as CSV is; too few of them are counted all the same."""
    path = tmp_path / "labels.xlsx"
    rows = [["Review", "Sentiment", "lang"], *([f"late again {n}", "negative", "en"] for n in range(3))]
    path.write_bytes(workbook(rows))
    done = run("train", str(path), "--map", "text=Review,label=Sentiment", "--out", str(tmp_path / "w.npz"))
    assert done.returncode == 1
    assert "3 labels in English or French" in done.stderr


def test_a_table_of_labels_is_an_incidents_yaml(tmp_path: Path) -> None:
    """What `labels export --csv` writes is read again, and a workbook in local time; errors name the table's line."""
    label = Label("Brisela", 1_773_134_100_000, 1_773_144_900_000, "planned", note="=giveaway, one")
    exported = tmp_path / "incidents.csv"
    exported.write_text(to_csv([label]), "utf-8")
    assert [one.record() for one in read_labels(exported)] == [label.record()]
    book = tmp_path / "incidents.xlsx"
    head, first = ["Brand", "Start", "End"], ["Brisela", "10/03/2026 10:15", "10/03/2026 13:15"]
    book.write_bytes(workbook([["Report"], head, first, ["Brisela", "11/03/2026 10:15", "11/03/2026 10:15"]]))
    options = ["--map", "brand=Brand,onset=Start,end=End", "--date-format", "dd/mm/yyyy", "--timezone", "Europe/Paris"]
    wrong = run("labels", "check", str(book), *options)
    assert "incidents.xlsx:4:" in wrong.stderr
    assert "is not after the onset" in wrong.stderr
    book.write_bytes(workbook([head, first]))
    done = run("labels", "check", str(book), *options, "--config", str(tmp_path / "none.yaml"))
    assert (done.returncode, "1 labels, 1 of them a crisis, no errors" in done.stderr) == (0, True)
