"""`tocsin up`: everything for one person in one command, with a broker of its own or the one that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tocsin.cli.configure.config import DEFAULT_FILE, publish_plan
from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_status, printable
from tocsin.cli.run.local import group
from tocsin.cli.run.local.applied_wishes import AppliedWishes
from tocsin.cli.run.local.broker import FOLDER, PORT
from tocsin.cli.run.local.export import export as move_to
from tocsin.cli.run.local.line_relay import LineRelay
from tocsin.cli.run.processes import Job, Supervisor
from tocsin.cli.run.worker import Clock
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from config.brands.model import Brand
    from tocsin.cli.run.local.group import GroupOptions, Part

PAGES_PORT: Final = 8380
HTTP_PORT: Final = 8090
STOP_TIMEOUT: Final = 9.0
"""Seconds for all processes to end after Ctrl-C, before they are killed."""

PORT_TIMEOUT: Final = 15.0
"""Seconds that a port may stay taken by the processes of a group whose parent was killed."""

_RETRY_SECONDS: Final = 0.2


def command(
    *,
    config: Annotated[Path, typer.Option(help="The brands; applied at the start.")] = DEFAULT_FILE,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where everything is kept, without TOCSIN_BROKERS.")
    ] = FOLDER,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the pages.")] = PAGES_PORT,
    http: Annotated[
        int, typer.Option(min=1, max=65_535, help="Port of POST /v1/mentions, with TOCSIN_LISTEN_TOKEN.")
    ] = HTTP_PORT,
    broker_port: Annotated[
        int, typer.Option(min=1, max=65_535, help="Port of the broker, without TOCSIN_BROKERS.")
    ] = PORT,
    clock: Annotated[
        Clock, typer.Option(help="wall: the machine's clock. arrival: time advances with the records only.")
    ] = Clock.WALL,
    export: Annotated[
        str, typer.Option("--export", metavar="BROKERS", help="Move everything to these Kafka brokers, and end.")
    ] = "",
) -> None:
    """Run broker, worker, listener, moderation, community, Slack app and pages until stopped (Ctrl-C or SIGTERM).

    Needs neither Docker nor Java. All that must last is in one folder, on the disk before it is acknowledged: after a
    crash, of the machine too, `tocsin up` goes on where it was. With TOCSIN_BROKERS set it uses that Kafka instead. A
    process that ends is started again. Other commands find the broker at its usual port: no variable to set.

    Examples:
      tocsin up
      tocsin up --config brands.yaml --data ~/tocsin
      tocsin up --export kafka-1:9092,kafka-2:9092
    """
    here = load_installation()
    own = not os.environ.get("TOCSIN_BROKERS", "").strip()
    options = group.GroupOptions(config, data, port, http, broker_port if own or export else None, clock)
    _await_ports(options)
    if export:
        return move_to(options, export)
    brands = _read_brands(config)
    wishes = group.wishes_of(brands.values())
    found = group.parts(here.settings, options, wishes)
    _show_parts(found, options)
    start = _Start(options, brands)
    applied = AppliedWishes(wishes, start.read_applied)
    may_start = lambda part: start.is_prepared() and applied.ask_for(part)  # noqa: E731  one line, one use
    made = group.jobs(found, os.environ, here.settings, options, may_start)
    sys.exit(_supervise(made))


def _read_brands(config: Path) -> dict[str, Brand]:
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load

    if not config.exists():
        chosen = "" if config == DEFAULT_FILE else f" --output {config}"
        raise UsageError(printable(f"{config}: no such file: `tocsin init{chosen}` makes one in a few questions"))
    warnings: list[object] = []
    brands = load(config, warn=warnings.append).by_name()
    if warnings:
        found = f"{len(warnings)} warnings" if len(warnings) > 1 else "1 warning"
        print_status(printable(f"{config}: {found}: `tocsin config check {config}` shows what to look at"))
    return brands


class _Start:
    """What is done once, when the broker answers and before the others start: topics, and the configuration."""

    def __init__(self, options: GroupOptions, brands: dict[str, Brand]) -> None:
        self._options = options
        self._brands = brands
        self._done = False

    def is_prepared(self) -> bool:
        """Return whether the others may start."""
        if not self._done and (self._options.broker is None or group.is_answering(self._options.broker)):
            self._prepare()
            self._done = True
        return self._done

    def read_applied(self) -> dict[str, bytes]:
        """Return the brands in force, as they are stored.

        Raises:
            BrokerError: no broker answers.
        """
        from config.environment import from_environ  # noqa: PLC0415  slow to load
        from streams.kafka.admin import brand_store  # noqa: PLC0415

        return dict(brand_store(from_environ(group.environment(os.environ, self._options))).read_applied())

    def _prepare(self) -> None:
        from config.environment import from_environ  # noqa: PLC0415  slow to load
        from streams.kafka.admin import brand_store, create_topics  # noqa: PLC0415
        from streams.kafka.connection import connect  # noqa: PLC0415
        from streams.kafka.topics import Topics  # noqa: PLC0415
        from tocsin.cli.configure.calendar import resolve_shifts  # noqa: PLC0415

        settings = from_environ(group.environment(os.environ, self._options))
        create_topics(connect(settings), Topics(settings.prefix).all(), settings.partitions, settings.replication)
        store = brand_store(settings)
        config = self._options.config
        wanted = resolve_shifts(config, self._brands, store)
        if self._options.broker is None and (why := group.missing_brands(config, store.read_applied(), wanted)):
            raise CommandError(printable(why))
        publish_plan(store, wanted, dry_run=False, yes=True, json=False)


def _supervise(made: list[Job]) -> int:
    relay = LineRelay([job.name for job in made])
    supervisor = Supervisor(
        made,
        options={"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True},
        on_start=lambda job, process: relay.follow(job.name, process),
        stop_timeout=STOP_TIMEOUT,
    )
    code = supervisor.run()
    relay.finish()
    print_status("Tocsin is stopped." if code == 0 else f"Tocsin is stopped, exit code {code}.")
    return code


def _show_parts(found: list[Part], options: GroupOptions) -> None:
    print_status("Tocsin starts. Ctrl-C stops it.")
    for part in found:
        print_status(printable(f"  {part.name:<10}  {part.status}"))
    if options.broker is not None and options.broker != PORT:
        print_status(f"For other commands: export TOCSIN_BROKERS={group.BROKER_HOST}:{options.broker}")


def _await_ports(options: GroupOptions) -> None:
    """Wait until the ports are free: a group whose parent was killed takes a moment to end.

    Raises:
        UsageError: one is taken for good.
    """
    wanted = {"--port": options.port, "--broker-port": options.broker}
    for name, number in wanted.items():
        deadline = time.monotonic() + PORT_TIMEOUT
        while number is not None and group.is_answering(number):
            if time.monotonic() > deadline:
                raise UsageError(f"port {number} is taken, by another `tocsin up` perhaps: choose another {name}")
            time.sleep(_RETRY_SECONDS)
