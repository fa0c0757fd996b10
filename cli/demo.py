"""`tocsin demo`: an invented crisis, from its first mention to the Slack message, in under a minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.output import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.notifier import Route
    from config.brand import Config
    from replay.chronicle import Chronicle

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
) -> None:
    """Show an invented crisis: mentions in, a Slack message out, by a real worker on an embedded broker.

    Needs nothing but Python. It ends by itself in under a minute and leaves an HTML page with what happened.

    Examples:
      tocsin demo
      tocsin demo --speed 1200 --picture crisis.html
    """
    from replay.demo.rehearsal import read_config, router  # noqa: PLC0415  slow to load

    picture.parent.mkdir(parents=True, exist_ok=True)
    config = read_config()
    _leave(picture, _play(config, router(config), speed), router(config))


def _play(config: Config, route: Callable[[str, int], Route], speed: float) -> Chronicle:
    from rich.console import Console  # noqa: PLC0415  slow to load
    from rich.live import Live  # noqa: PLC0415

    from cli.audience import Audience  # noqa: PLC0415
    from cli.backstage import Backstage  # noqa: PLC0415  kafka-python is slow to load
    from cli.board import Board  # noqa: PLC0415
    from replay.demo import LIVE_FROM, LIVE_UNTIL  # noqa: PLC0415

    first, last = int(LIVE_FROM.timestamp() * 1000), int(LIVE_UNTIL.timestamp() * 1000)
    board = Board([brand.name for brand in config.brands], route, (first, last))
    terminal = Console()
    show("Starting a broker and a worker; they read the calm day before …")
    with Backstage(config, first, speed) as backstage, Audience(backstage, board) as audience:
        if not terminal.is_terminal:
            for line in audience.lines():
                show(line)
            return board.chronicle
        with Live(console=terminal, refresh_per_second=8, vertical_overflow="crop") as live:
            for now in audience.watch():
                live.update(board.draw(now))
            board.conclude()
            live.update(board.draw(last))
    return board.chronicle


def _leave(path: Path, chronicle: Chronicle, route: Callable[[str, int], Route]) -> None:
    """Write the picture, and say where."""
    from replay import picture  # noqa: PLC0415

    path.write_text(picture.draw(chronicle, route, TITLE, LEAD), encoding="utf-8")
    told = len([note for note in chronicle.told if note.reason != "updated"])
    show(f"{chronicle.mentions:,} mentions, {len(chronicle.incidents())} incidents, {told} times something was told.")
    show(f"The picture of it: {path.resolve()}")
