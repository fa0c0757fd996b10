"""`tocsin broker`: runs the local broker, which keeps all its topics in a folder."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated, Final

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_status, printable
from tocsin.errors import CommandError, UsageError

HOST: Final = "127.0.0.1"
PORT: Final = 9092
FOLDER: Final = Path("tocsin-data")


def command(
    *,
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Where everything is kept.")] = FOLDER,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port for Kafka clients, on this machine only.")] = PORT,
) -> None:
    """Run a Kafka broker for this machine alone, until stopped. `tocsin up` runs it, and everything else.

    What it acknowledges is on the disk. It has one node, no transactions, and no login: it listens on localhost only.

    Examples:
      tocsin broker
      tocsin broker --data /var/lib/tocsin --port 9192
    """
    from streams.broker.journal import JournalError  # noqa: PLC0415  slow to load
    from streams.broker.server import serve_folder  # noqa: PLC0415
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from streams.shutdown import run_until_stopped  # noqa: PLC0415

    settings = load_installation().settings
    log_to_stderr(settings.log_level, settings.log_format)
    try:
        if run_until_stopped(serve_folder(data, (HOST, port), lambda: print_status(f"broker at {HOST}:{port}"))):
            print_status("stopped")
    except JournalError as error:
        raise CommandError(printable(str(error))) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"cannot listen on {HOST}:{port}: it is taken: choose another --port") from None
        raise CommandError(printable(f"{data}: {error.strerror or error}")) from None
