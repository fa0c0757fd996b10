"""What does `docs/cli.md` say? The help of every command, so that the page cannot fall behind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tocsin.cli.commands import command_names, load_command
from tocsin.cli.main import root_command

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 100
_HEAD = """# The command line

This page is written by `python -m tocsin.cli.reference > docs/cli.md`; edit the commands' docstrings instead.

Data goes to standard output, everything else to standard error; `--json` prints one JSON object a line.
Exit codes: 0 done, 1 what was asked for failed or found problems, 2 asked for wrongly, 130 interrupted.
"""


def reference() -> str:
    """Return the page: one section a command, in the order of `tocsin --help`."""
    top = root_command()
    context = top.make_context("tocsin", [], resilient_parsing=True, terminal_width=_WIDTH, max_content_width=_WIDTH)
    sections = [_section(context)]
    for name in command_names():
        sections += _sections(name, load_command(name), context)
    return "\n".join([_HEAD, *sections])


def _sections(name: str, command: Any, parent: Any) -> Iterator[str]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    yield _section(context)
    for below, inner in getattr(command, "commands", {}).items():
        yield from _sections(below, inner, context)


def _section(context: Any) -> str:
    lines = [line.rstrip() for line in context.get_help().splitlines()]
    return "\n".join([f"## {context.command_path}", "", "```text", *lines, "```", ""])


if __name__ == "__main__":
    sys.stdout.write(reference())
