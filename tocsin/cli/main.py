"""Entry point of the `tocsin` command: runs it, and turns each outcome into a message and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, Final

import typer

from tocsin.cli.commands import LazyGroup, placeholders
from tocsin.cli.errors import EXIT_INTERRUPTED, describe_error
from tocsin.cli.output import print_line, print_status
from tocsin.subprocesses import watch_parent

_HELP: Final = """Crisis detection for brands: watches mentions on Kafka and notifies the on-call manager in Slack.

\b
Exit codes:
  0    done
  1    the command failed, or found problems
  2    usage error: wrong arguments, a wrong file or configuration
  130  interrupted

\b
Examples:
  tocsin demo
  tocsin config check config/brands.yaml
  tocsin replay march.jsonl.gz --defaults

\b
Shell completion for bash, zsh, fish and PowerShell:
  tocsin --install-completion
"""


def root_command() -> Any:
    """Return the click command of `tocsin`."""
    app = typer.Typer(
        cls=LazyGroup,
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    command: Any = typer.main.get_command(app)
    command.name = "tocsin"
    command.commands = placeholders()
    return command


def _print_version(requested: bool) -> None:  # noqa: FBT001  called by typer
    if requested:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  slow to load

        try:
            print_line(f"tocsin {version('tocsin')}")
        except PackageNotFoundError:
            print_line("tocsin (not installed, run from source)")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version


def run() -> None:
    """Run the command line of this process, and exit with the code of its outcome."""
    watch_parent()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        root_command()(prog_name="tocsin")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        described = describe_error(error)
        if described is None:
            raise
        message, code = described
        print_status(message if "\n" in message else f"Error: {message}")
        sys.exit(code)
    finally:
        _flush()


def _flush() -> None:
    """Flush standard output; a closed pipe (`| head`) is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
