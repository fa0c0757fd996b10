"""`tocsin demo`: an invented crisis, from its first mention to the Slack message, in under a minute."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tocsin.cli.output import print_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.delivery.ports import Route
    from config.brands.model import Config
    from replay.snapshots.event_log import Chronicle

POLL_SECONDS: Final = 0.5
"""Seconds between two looks at what runs behind the demo."""

TITLE: Final = "A crisis that never happened"
LEAD: Final = (
    "Three invented brands on an invented day: a printing error that everybody enjoys, a ferry that lies off its "
    "harbour for hours, and an electricity company that takes its money twice. Every mention went through Kafka topics "
    "and a real worker; the messages below are what Slack would have shown."
)


def command(
    *,
    speed: Annotated[float, typer.Option(min=60, help="How many times as fast as real time.")] = 600.0,
    picture: Annotated[Path, typer.Option(help="Where to leave the picture of the incidents.")] = Path(
        "out/tocsin-demo.html"
    ),
    slack_ui: Annotated[
        bool,
        typer.Option("--slack-ui", help="Show it in a browser as Slack would; the buttons work. Ctrl-C ends it."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of that page; 0: any that is free.")] = 0,
) -> None:
    """Show an invented crisis: mentions in, a Slack message out, by a real worker on an embedded broker.

    Needs nothing but Python. It ends by itself in under a minute and leaves an HTML page with what happened. With
    --slack-ui the messages go to a stand-in for Slack with a page of its own, whose buttons the real Slack app answers.

    Examples:
      tocsin demo
      tocsin demo --speed 1200 --picture crisis.html
      tocsin demo --slack-ui --speed 120
    """
    from tocsin.demo.scenarios.offline_run import read_config, router  # noqa: PLC0415  slow to load

    picture.parent.mkdir(parents=True, exist_ok=True)
    config = read_config()
    if slack_ui:
        _run_in_browser(config, router(config), speed, port, picture)
    else:
        _write_page(picture, _run_in_terminal(config, router(config), speed), router(config))


def _run_in_browser(config: Config, route: Callable[[str, int], Route], speed: float, port: int, picture: Path) -> None:
    """Play to whoever opens the page, and stay for what they do there, until stopped."""
    from tocsin.demo.environment import DemoEnvironment  # noqa: PLC0415
    from tocsin.demo.event_collector import EventCollector  # noqa: PLC0415  slow to load
    from tocsin.demo.live_display import LiveDisplay  # noqa: PLC0415
    from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL  # noqa: PLC0415
    from tocsin.demo.slack_ui import open_workspace  # noqa: PLC0415

    first, last = int(LIVE_FROM.timestamp() * 1000), int(LIVE_UNTIL.timestamp() * 1000)
    board = LiveDisplay([brand.name for brand in config.brands], route, (first, last))
    with suppress(KeyboardInterrupt), open_workspace(config, port) as workspace:
        print_line(f"Open {workspace.address} in a browser: the story begins when you do. Ctrl-C ends the demo.")
        with (
            DemoEnvironment(config, first, speed, workspace.environment) as backstage,
            EventCollector(backstage, board, workspace.is_viewed) as audience,
        ):
            for line in audience.lines():
                print_line(line)
            _write_page(picture, board.chronicle, route)
            print_line("The story is told; buttons, menus and /tocsin go on working until Ctrl-C.")
            backstage.keep_advancing_time()
            while True:
                backstage.check()
                time.sleep(POLL_SECONDS)


def _run_in_terminal(config: Config, route: Callable[[str, int], Route], speed: float) -> Chronicle:
    from rich.console import Console  # noqa: PLC0415  slow to load
    from rich.live import Live  # noqa: PLC0415

    from tocsin.demo.environment import DemoEnvironment  # noqa: PLC0415  kafka-python is slow to load
    from tocsin.demo.event_collector import EventCollector  # noqa: PLC0415
    from tocsin.demo.live_display import LiveDisplay  # noqa: PLC0415
    from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL  # noqa: PLC0415

    first, last = int(LIVE_FROM.timestamp() * 1000), int(LIVE_UNTIL.timestamp() * 1000)
    board = LiveDisplay([brand.name for brand in config.brands], route, (first, last))
    terminal = Console()
    print_line("Starting a broker and a worker; they read the calm day before …")
    with DemoEnvironment(config, first, speed) as backstage, EventCollector(backstage, board) as audience:
        if not terminal.is_terminal:
            for line in audience.lines():
                print_line(line)
            return board.chronicle
        with Live(console=terminal, refresh_per_second=8, vertical_overflow="crop") as live:
            for now in audience.follow():
                live.update(board.draw(now))
            board.show_most_severe()
            live.update(board.draw(last))
    return board.chronicle


def _write_page(path: Path, chronicle: Chronicle, route: Callable[[str, int], Route]) -> None:
    """Write the picture, and say where."""
    from replay.snapshots import incident_page  # noqa: PLC0415

    path.write_text(incident_page.draw(chronicle, route, TITLE, LEAD), encoding="utf-8")
    told = len([note for note in chronicle.told if note.reason != "updated"])
    print_line(
        f"{chronicle.mentions:,} mentions, {len(chronicle.incidents())} incidents, {told} times something was told."
    )
    print_line(f"The picture of it: {path.resolve()}")
