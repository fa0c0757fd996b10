"""Tests of the command table: each command is listed, loaded lazily, and documented with an example."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.cli.commands import COMMANDS, load_command
from tocsin.cli.reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
ROOMS = ("run", "respond", "configure", "analyse", "privacy")


def leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with what one types for it."""
    below = getattr(command, "commands", {})
    if not below:
        yield path, command
    for name, inner in below.items():
        yield from leaves(f"{path} {name}", inner)


LEAVES = [leaf for name in COMMANDS for leaf in leaves(name, load_command(name))]


def test_every_command_is_in_the_table() -> None:
    """A new command cannot be missing from the help."""
    folders = [ROOT / "tocsin" / "cli" / room for room in ROOMS]
    found = {file for folder in folders for file in folder.rglob("*.py") if _is_command(file.read_text("utf-8"))}
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in found}
    assert modules - {"tocsin.cli.configure.override"} == {spec.module for spec in COMMANDS.values()}


def _is_command(source: str) -> bool:
    return "\ndef command(" in source or "\napp = typer.Typer(" in source


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_command_s_help_has_a_sentence_and_an_example(path: str, command: Any) -> None:
    """The example stands as one would type it, on a line of its own."""
    assert command.help.split("\n")[0].endswith((".", ":"))
    assert f"  tocsin {path}" in reference()


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_option_is_explained(path: str, command: Any) -> None:
    """Whatever can be given has a sentence that says what for."""
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_command_that_prints_data_prints_it_as_json(path: str, command: Any) -> None:
    """A command that prints tables or JSON has `--json`; those that print nothing but JSON need none."""
    source = inspect.getsource(command.callback)
    prints = re.search(r"\b(print_table|print_json|_print\w*|publish_plan)\(", source) is not None
    options = {option for parameter in command.params for option in parameter.opts}
    plain = {"export", "labels export", "labels merge", "moderation labels", "score"}
    assert not prints or "--json" in options or path in plain, path


def test_the_committed_reference_is_up_to_date() -> None:
    """The page is the help of all commands; `python -m tocsin.cli.reference > docs/cli.md` regenerates it."""
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == reference()


def test_the_reference_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Width and locale of the terminal do not change the page."""
    before = reference()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert reference() == before


def test_a_summary_fits_on_its_line() -> None:
    """`tocsin --help` cuts no summary off on a terminal of 80 columns."""
    assert max(len(spec.summary) for spec in COMMANDS.values()) <= 80 - 6 - max(map(len, COMMANDS))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("tocsin inc", "incident"), ("tocsin incident sno", "snooze"), ("tocsin replay --compa", "--compare-to")],
)
def test_the_shell_completes(words: str, expected: str) -> None:
    """Bash completes commands, their subcommands and their options, as `tocsin --install-completion` sets it up."""
    asked = {"_TOCSIN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tocsin"], env=os.environ | asked, capture_output=True, text=True, check=True
    )
    assert expected in done.stdout.split()
