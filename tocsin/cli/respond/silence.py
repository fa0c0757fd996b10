"""`tocsin silence`: add, list and expire silences, as `amtool silence` does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_brand, check_name, known_detectors
from tocsin.cli.options import ActionIdOption, BrandOption, ByOption, JsonOption
from tocsin.cli.output import log_to_status, print_json, print_line, print_status, print_table, printable
from tocsin.cli.respond import actions
from tocsin.cli.respond.local_time import brand_zones, format_minute
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from alerts.incidents.silences import Silence
    from tocsin.cli.environment import Installation

CONFIGURED = "configuration"
"""Who added a silence of brands.yaml."""

app = typer.Typer(
    help="Silence a brand for a while, list the silences, expire one.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command()
def add(
    brand: Annotated[str, typer.Argument(help="The brand, as configured.")],
    *,
    by: ByOption,
    lasting: Annotated[str, typer.Option("--for", help="For how long, such as 30m or 2h.")] = "2h",
    detector: Annotated[str | None, typer.Option("--detector", help="Only this detector.")] = None,
    term: Annotated[str | None, typer.Option("--term", help="Only signals with this among their top words.")] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Only signals whose mentions come mostly from this channel.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; the silence shows it.")] = "",
    key: ActionIdOption = None,
) -> None:
    """Silence a brand for a while: no signal that matches opens or joins an incident. Prints the silence's id.

    Examples:
      tocsin silence add Hallowfirth --by ana --for 2h
      tocsin silence add Hallowfirth --by ana --detector volume_spike --reason "the sale has begun"
    """
    from alerts.incidents.model import Action  # noqa: PLC0415
    from alerts.incidents.silences import Silence  # noqa: PLC0415

    name, now, span = actions.action_id(key), wall_ms(), actions.duration_ms(lasting)
    silence = Silence(now, now + span, by, detector, term, channel, reason)
    if detector is not None:
        check_name("detector", detector, known_detectors(), "docs/configuration.md")
    here = load_installation()
    check_brand(here, brand)
    actions.send(here, Action(name, brand, "silence", by, now, silence=silence))
    print_line(name)


@app.command("list")
def list_(*, brand: BrandOption = None, json: JsonOption = False) -> None:
    """List the active silences: those that people added, and those of the configuration.

    Examples:
      tocsin silence list
      tocsin silence list --brand Hallowfirth --json
    """
    here = load_installation()
    found = [(name, one) for name, one in _active(here, wall_ms()) if brand in (None, name)]
    if brand is not None and not found:
        check_brand(here, brand)
    found.sort(key=lambda one: (one[0], one[1].ends_at, one[1].id))
    if json:
        for name, one in found:
            print_json(_record(name, one))
    elif found:
        zones = brand_zones(here)
        heads = ["brand", "until", "by", "matches", "reason", "id"]
        print_table(heads, [_cells(name, one, zones.get(name, "UTC")) for name, one in found])
    else:
        print_line("no active silence")


@app.command()
def expire(
    silence: Annotated[
        str | None, typer.Argument(metavar="[SILENCE]", help="The silence, by its id. Left out: all of --brand.")
    ] = None,
    *,
    by: ByOption,
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Expire a silence, or all silences of a brand. Those of the configuration end with the configuration.

    Examples:
      tocsin silence expire cli:5b1f --by ana
      tocsin silence expire --brand Hallowfirth --by ana
    """
    from alerts.incidents.model import Action  # noqa: PLC0415
    from alerts.incidents.silences import Silence  # noqa: PLC0415

    name, now = actions.action_id(key), wall_ms()
    if silence is None and brand is None:
        raise UsageError("name a SILENCE, or all of a brand by --brand")
    here = load_installation()
    if brand is None:
        brand = _brand_of(here, silence or "", now)
    else:
        check_brand(here, brand)
    which = None if silence is None else Silence(0, 0, id=silence)
    actions.send(here, Action(name, brand, "unsilence", by, now, silence=which))
    print_status(f"expired: {printable(silence or f'all silences of {brand}')}")


def _brand_of(here: Installation, name: str, at: int) -> str:
    """Return the brand of an active silence.

    Raises:
        CommandError: there is no silence of that id.
    """
    known = {one.id: brand for brand, one in _added(here, at)}
    check_name("silence", name, known, "`tocsin silence list`")
    return known[name]


def _added(here: Installation, at: int) -> list[tuple[str, Silence]]:
    """Return the silences that people added and that are active at an instant (ms), each with its brand."""
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load
    from streams.views.active_silences import ActiveSilences  # noqa: PLC0415

    log_to_status()
    view = ActiveSilences()
    for key, raw in reader.latest(here.connection, here.topics.triage_state.name).items():
        view.apply(key, raw)
    return view.all_active(at)


def _active(here: Installation, at: int) -> list[tuple[str, Silence]]:
    """Return every silence that is active at an instant (ms), each with its brand."""
    from msgspec.structs import replace  # noqa: PLC0415

    from alerts.incidents.silences import to_silence  # noqa: PLC0415
    from config.brands.wire import decode_brand  # noqa: PLC0415  pydantic is slow to load
    from streams.kafka import reader  # noqa: PLC0415

    found = _added(here, at)
    for raw in reader.latest(here.connection, here.topics.brands.name).values():
        brand = decode_brand(raw)
        configured = (replace(to_silence(one), created_by=CONFIGURED) for one in brand.alert.silences)
        found += [(brand.name, one) for one in configured if one.starts_at <= at < one.ends_at]
    return found


def _matchers(one: Silence) -> str:
    matchers = {"detector": one.detector, "term": one.term, "channel": one.channel}
    return ", ".join(f"{name} {value}" for name, value in matchers.items() if value is not None) or "everything"


def _cells(brand: str, one: Silence, zone: str) -> list[str]:
    """Return the cells of a silence; its end in the brand's time zone."""
    return [brand, format_minute(one.ends_at, zone), one.created_by, _matchers(one), one.reason, one.id]


def _record(brand: str, one: Silence) -> dict[str, Any]:
    return {
        "brand": brand,
        "id": one.id,
        "created_by": one.created_by,
        "starts_at": datetime.fromtimestamp(one.starts_at / 1000, UTC).isoformat(timespec="seconds"),
        "ends_at": datetime.fromtimestamp(one.ends_at / 1000, UTC).isoformat(timespec="seconds"),
        "detector": one.detector,
        "term": one.term,
        "channel": one.channel,
        "reason": one.reason,
    }
