"""`tocsin brief`: the morning brief of a brand."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_name
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, printable
from tocsin.cli.respond.actions import read_incidents
from tocsin.cli.respond.moderation_session import read_queue


def command(
    brand: Annotated[str, typer.Argument(help="The brand, as configured.")],
    *,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Its language; that of the brand's alerts where none is given.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print a brand's brief: open incidents, the last 12 hours against the usual, topics, whom to answer, coverage.

    The same goes to the brand's channel each day at the time that `brief` says, by `tocsin slack`.

    Examples:
      tocsin brief Hallowfirth
      tocsin brief Hallowfirth --language fr
    """
    from config.brands.wire import decode_brand  # noqa: PLC0415  slow to load
    from moderation.queue import Filter  # noqa: PLC0415
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415
    from tocsin.slack_app.kafka import read_facts  # noqa: PLC0415
    from tocsin.slack_app.reports.brief import brief_lines  # noqa: PLC0415
    from tocsin.slack_app.reports.paper import PLAIN  # noqa: PLC0415

    here = load_installation()
    applied = KafkaBrandStore(here.connection, here.topics).read_applied()
    check_name("brand", brand, applied, "`tocsin status`")
    configured, now = decode_brand(applied[brand]), wall_ms()
    facts = read_facts(here.connection, here.topics, [brand], now)[brand]
    waiting = read_queue().counts(now, Filter(brands=(brand,)))
    lines = brief_lines(configured, facts, read_incidents(here), waiting, now, PLAIN, language)
    if json:
        print_json({"brand": brand, "at": now, "lines": lines, "unheard": facts.unheard, "waiting": dict(waiting)})
        return
    for line in lines:
        print_line(printable(line))
