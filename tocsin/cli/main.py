"""The `tocsin` command: which exit code and which words does each outcome get?"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, Final

import typer

from tocsin.cli.commands import LazyGroup, placeholders
from tocsin.cli.errors import EXIT_INTERRUPTED, describe_error
from tocsin.cli.output import print_line, print_status

_HELP: Final = """Hear a crisis first: watches what people say about your brands and wakes the on-call manager in Slack.

\b
Exit codes:
  0  done
  1  what was asked for failed, or found problems
  2  asked for wrongly: bad arguments, a bad file, a bad configuration

\b
Examples:
  tocsin demo
  tocsin config check config/brands.yaml
  tocsin replay march.jsonl.gz --defaults
"""


def root_command() -> Any:
    """Return the click command of `tocsin`."""
    app = typer.Typer(
        cls=LazyGroup,
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    command: Any = typer.main.get_command(app)
    command.name = "tocsin"
    command.commands = placeholders()
    return command


def _version(asked: bool) -> None:  # noqa: FBT001  called by typer
    if asked:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  slow to load

        try:
            print_line(f"tocsin {version('tocsin')}")
        except PackageNotFoundError:
            print_line("tocsin, not installed: run from its source")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    del version


def run() -> None:
    """Run the command line of this process and end it with the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        root_command()(prog_name="tocsin")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        judged = describe_error(error)
        if judged is None:
            raise
        message, code = judged
        print_status(message if "\n" in message else f"Error: {message}")
        sys.exit(code)
    finally:
        _flush()


def _flush() -> None:
    """Write what is left; a reader that has gone (`| head`) is no failure worth a message."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
