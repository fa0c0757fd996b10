"""`tocsin demo`: an invented crisis, from its first mention to the Slack message, in under a minute."""

from __future__ import annotations

import time
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tocsin.cli.output import print_line, print_status
from tocsin.subprocesses import ended_by_signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.rendering.route import Route
    from config.brands.model import Config
    from replay.pictures.event_log import EventLog

POLL_SECONDS: Final = 0.5
"""Seconds between two checks of the demo's processes."""

TITLE: Final = "A crisis that never happened"
LEAD: Final = (
    "Three invented brands on an invented day: a printing error that everybody enjoys, a ferry that lies off its "
    "harbour for hours, and an electricity company that takes its money twice. Every mention went through Kafka topics "
    "and a real worker; the messages below are what Slack would have shown."
)


def command(
    *,
    speed: Annotated[float, typer.Option(min=60, help="How many times as fast as real time.")] = 900.0,
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML page to write.")] = Path("out/tocsin-demo.html"),
    slack_ui: Annotated[
        bool,
        typer.Option("--slack-ui", help="Show it in the browser, in a fake Slack with working buttons."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the fake Slack; 0: any free one.")] = 0,
    export: Annotated[
        Path | None,
        typer.Option(help="Run nothing: write mentions.jsonl and brands.yaml of the demo into this folder."),
    ] = None,
) -> None:
    """Show an invented crisis: mentions in, a Slack message out, by a real worker on an embedded broker.

    Needs nothing but Python, takes under a minute, and writes an HTML page of what happened. With --slack-ui the
    messages go to a fake Slack in your browser, whose buttons the real Slack app answers, until Ctrl-C.

    Examples:
      tocsin demo
      tocsin demo --speed 1200 --out crisis.html
      tocsin demo --slack-ui --speed 120
      tocsin demo --export demo
    """
    if export is not None:
        _export(export)
        return
    from tocsin.demo.scenarios.offline_run import read_config, router  # noqa: PLC0415  slow to load

    out.parent.mkdir(parents=True, exist_ok=True)
    config = read_config()
    with ended_by_signals():
        if slack_ui:
            _run_in_browser(config, router(config), speed, port, out)
        else:
            _write_page(out, _run_in_terminal(config, router(config), speed), router(config))


def _run_in_browser(config: Config, route: Callable[[str, int], Route], speed: float, port: int, out: Path) -> None:
    """Run the scenario once the page is open, then keep answering its buttons until stopped."""
    from tocsin.demo.environment import DemoEnvironment  # noqa: PLC0415
    from tocsin.demo.event_collector import EventCollector  # noqa: PLC0415  slow to load
    from tocsin.demo.live_display import LiveDisplay  # noqa: PLC0415
    from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL  # noqa: PLC0415
    from tocsin.demo.slack_ui import open_workspace  # noqa: PLC0415

    first, last = int(LIVE_FROM.timestamp() * 1000), int(LIVE_UNTIL.timestamp() * 1000)
    display = LiveDisplay([brand.name for brand in config.brands], route, (first, last))
    with suppress(KeyboardInterrupt), open_workspace(config, port) as workspace:
        print_line(f"Open {workspace.address} in a browser: the crisis starts when you do. Ctrl-C ends the demo.")
        with (
            DemoEnvironment(config, first, speed, workspace.environment) as environment,
            EventCollector(environment, display, workspace.is_viewed) as collector,
        ):
            for line in collector.lines():
                print_line(line)
            _write_page(out, display.event_log, route)
            print_line("The crisis is over; buttons, menus and /tocsin keep working until Ctrl-C.")
            environment.keep_advancing_time()
            while True:
                environment.check()
                time.sleep(POLL_SECONDS)


def _run_in_terminal(config: Config, route: Callable[[str, int], Route], speed: float) -> EventLog:
    from rich.console import Console  # noqa: PLC0415  slow to load
    from rich.live import Live  # noqa: PLC0415

    from tocsin.demo.environment import DemoEnvironment  # noqa: PLC0415  kafka-python is slow to load
    from tocsin.demo.event_collector import EventCollector  # noqa: PLC0415
    from tocsin.demo.live_display import LiveDisplay  # noqa: PLC0415
    from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL  # noqa: PLC0415

    first, last = int(LIVE_FROM.timestamp() * 1000), int(LIVE_UNTIL.timestamp() * 1000)
    display = LiveDisplay([brand.name for brand in config.brands], route, (first, last))
    terminal = Console()
    print_line("Starting a broker and a worker; they process the calm day before …")
    with DemoEnvironment(config, first, speed) as environment, EventCollector(environment, display) as collector:
        if not terminal.is_terminal:
            for line in collector.lines():
                print_line(line)
            return display.event_log
        with Live(console=terminal, refresh_per_second=8, vertical_overflow="crop") as live:
            for now in collector.follow():
                live.update(display.draw(now))
            display.show_most_severe()
            live.update(display.draw(last))
    return display.event_log


def _write_page(path: Path, event_log: EventLog, route: Callable[[str, int], Route]) -> None:
    """Write the page, and print where it is."""
    from replay.pictures import incident_page  # noqa: PLC0415

    path.write_text(incident_page.render(event_log, route, TITLE, LEAD), encoding="utf-8")
    count = len([note for note in event_log.notifications if note.reason != "updated"])
    print_line(f"{event_log.mentions:,} mentions, {len(event_log.incidents())} incidents, {count} notifications.")
    print_line(f"Page: {path.resolve()}")


def _export(folder: Path) -> None:
    from tocsin.demo.scenarios import write_mentions  # noqa: PLC0415  slow to load

    folder.mkdir(parents=True, exist_ok=True)
    count = write_mentions(folder / "mentions.jsonl")
    (folder / "brands.yaml").write_bytes((resources.files("tocsin.demo.scenarios") / "brands.yaml").read_bytes())
    print_status(f"wrote {count:,} mentions and their brands into {folder}")
