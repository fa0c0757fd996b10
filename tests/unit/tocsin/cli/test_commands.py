"""Is every subcommand listed once, loaded late, and explained with an example?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.cli.commands import COMMANDS, command_names, load_command
from tocsin.cli.reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
NOT_COMMANDS = {"__init__", "commands", "environment", "errors", "main", "output", "reference"}


def leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with what one types for it."""
    below = getattr(command, "commands", {})
    if not below:
        yield path, command
    for name, inner in below.items():
        yield from leaves(f"{path} {name}", inner)


LEAVES = [leaf for name in command_names() for leaf in leaves(name, load_command(name))]


def test_every_module_of_a_command_is_in_the_table() -> None:
    """A new command cannot be forgotten in the help."""
    modules = {f"cli.{file.stem}" for file in (ROOT / "cli").glob("*.py") if file.stem not in NOT_COMMANDS}
    exposing = {
        name
        for name in modules
        if any(
            sign in (ROOT / f"{name.replace('.', '/')}.py").read_text("utf-8")
            for sign in ("\ndef command(", "\napp = ")
        )
    }
    assert exposing == {entry.module for entry in COMMANDS.values()} & modules


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_command_s_help_has_a_sentence_and_an_example(path: str, command: Any) -> None:
    """The example stands as one would type it, on a line of its own."""
    assert command.help.split("\n")[0].endswith((".", ":"))
    assert f"  tocsin {path}" in reference()


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[path for path, _ in LEAVES])
def test_every_option_is_explained(path: str, command: Any) -> None:
    """Whatever can be given has a sentence that says what for."""
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []


def test_the_committed_reference_is_up_to_date() -> None:
    """The page is the help of all commands; `python -m tocsin.cli.reference > docs/cli.md` writes it anew."""
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == reference()


def test_the_reference_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes it anew gets the same page."""
    before = reference()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert reference() == before
