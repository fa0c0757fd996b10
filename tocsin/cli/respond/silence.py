"""`tocsin silences`: what is not told right now, since when, until when, and who asked for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall
from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from alerts.incidents.silences import Silence
    from tocsin.cli.environment import Installation

PLANNED = "configuration"


def command(
    *,
    brand: Annotated[str | None, typer.Option("--brand", "-b", help="Of this brand only.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per silence.")] = False,
) -> None:
    """List the silences that run: those that people asked for, and those of the configuration.

    `tocsin act unsilence` ends one that a person asked for, by its id.

    Examples:
      tocsin silences
      tocsin silences --brand Hallowfirth --json
    """
    at, here = wall(), load_installation()
    found = [(name, one) for name, one in _silences(here, at) if brand in (None, name)]
    found.sort(key=lambda one: (one[0], one[1].until, one[1].id))
    if json:
        for name, one in found:
            print_json(_record(name, one))
    elif found:
        heads = ["brand", "until (UTC)", "by", "about", "why", "id"]
        print_table(heads, [[name, _minute(one.until), one.by, _about(one), one.reason, one.id] for name, one in found])
    else:
        print_line("nothing is silenced")


def _silences(here: Installation, at: int) -> list[tuple[str, Silence]]:
    """Return the silences that run at an instant (ms), each with its brand."""
    from msgspec.structs import replace  # noqa: PLC0415

    from alerts.incidents.silences import planned  # noqa: PLC0415
    from config.brands.wire import decode_brand  # noqa: PLC0415  pydantic is slow to load
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load
    from streams.views.active_silences import Silenced  # noqa: PLC0415

    asked = Silenced()
    for key, raw in reader.latest(here.connection, here.topics.case_state.name).items():
        asked.take(key, raw)
    found = asked.every(at)
    for raw in reader.latest(here.connection, here.topics.brands.name).values():
        brand = decode_brand(raw)
        coming = (replace(planned(one), by=PLANNED) for one in brand.alert.silences)
        found += [(brand.name, one) for one in coming if one.since <= at < one.until]
    return found


def _about(one: Silence) -> str:
    matchers = {"detector": one.detector, "term": one.term, "channel": one.channel}
    return ", ".join(f"{name} {value}" for name, value in matchers.items() if value is not None) or "everything"


def _minute(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _record(brand: str, one: Silence) -> dict[str, Any]:
    return {
        "brand": brand,
        "id": one.id,
        "by": one.by,
        "since": datetime.fromtimestamp(one.since / 1000, UTC).isoformat(timespec="seconds"),
        "until": datetime.fromtimestamp(one.until / 1000, UTC).isoformat(timespec="seconds"),
        "detector": one.detector,
        "term": one.term,
        "channel": one.channel,
        "reason": one.reason,
    }
