"""`tocsin config override`: thresholds changed for a while, beside the configuration, as the Slack app changes them."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_name
from tocsin.cli.options import BrandOption, ByOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.cli.time_options import parse_duration_ms
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from config.brands.model import Brand
    from config.brands.overrides import ActiveOverride, BrandWithOverrides
    from config.store import BrandStore

app = typer.Typer(
    help="Override a threshold for a while, list the overrides, remove one.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_Brand = Annotated[str, typer.Argument(help="The brand, as configured.")]


@app.command("list")
def list_(*, brand: BrandOption = None, json: JsonOption = False) -> None:
    """List the active overrides: value, configured value, until when, by whom.

    Examples:
      tocsin config override list
      tocsin config override list --brand Hallowfirth --json
    """
    for one in (one for known, overrides in read_brands() if brand in {None, known.name} for one in overrides):
        if json:
            print_json(one.record())
        else:
            print_line(printable(str(one)))


@app.command()
def add(
    brand: _Brand,
    path: Annotated[str, typer.Argument(help="The threshold, such as detect.negative_spike.min_mentions.")],
    value: Annotated[str, typer.Argument(help="Its value, as in brands.yaml.")],
    *,
    by: ByOption,
    lasting: Annotated[str, typer.Option("--for", help="For how long, such as 24h. Left out: until removed.")] = "",
) -> None:
    """Override one threshold of a brand, for a while or until it is removed. Workers pick it up at once.

    Examples:
      tocsin config override add Hallowfirth detect.negative_spike.min_mentions 12 --for 24h --by ana
    """
    from config.brands.overrides import (  # noqa: PLC0415  pydantic is slow to load
        PATHS,
        Override,
        minute_after,
        value_at,
        with_override,
        with_value,
    )

    now = wall_ms()
    until = minute_after(now + parse_duration_ms(lasting, "--for")) if lasting else None
    store, known = _find(brand)
    check_name("threshold", path, PATHS, "docs/configuration.md")
    try:
        policy = with_value(known.brand.detect, path, _value(value))
    except ValueError as error:
        raise UsageError(f"{printable(path)}: {printable(str(error))}") from error
    fresh = Override(path, value_at(policy, path), until, by, now)
    _publish(store, known, with_override(known.overrides, fresh))
    print_status(f"overridden: {printable(f'{brand} {path} = {value}')}")


@app.command()
def remove(
    brand: _Brand,
    path: Annotated[
        str, typer.Argument(help="The threshold, such as detect.negative_spike.min_mentions. Left out: all.")
    ] = "",
) -> None:
    """Remove an override, or all overrides of a brand.

    Examples:
      tocsin config override remove Hallowfirth
      tocsin config override remove Hallowfirth detect.negative_spike.min_mentions
    """
    store, known = _find(brand)
    kept = tuple(one for one in known.overrides if path not in ("", one.path))
    removed = len(known.overrides) - len(kept)
    if not removed:
        raise CommandError(f"{printable(brand)}: no such override: `tocsin config override list` shows them all")
    _publish(store, known, kept)
    print_status(f"removed: {removed} override{'' if removed == 1 else 's'}")


def read_brands() -> list[tuple[Brand, list[ActiveOverride]]]:
    """Return the applied brands by name, each with its active overrides."""
    from config.brands.overrides import ActiveOverride, active  # noqa: PLC0415  pydantic is slow to load
    from config.brands.wire import decode_with_overrides  # noqa: PLC0415
    from streams.kafka.admin import brand_store  # noqa: PLC0415

    now, applied = wall_ms(), sorted(brand_store(load_installation().settings).read_applied().items())
    found = [decode_with_overrides(raw) for _, raw in applied]
    return [(one.brand, [ActiveOverride(one.brand, each) for each in active(one.overrides, now)]) for one in found]


def _find(brand: str) -> tuple[BrandStore, BrandWithOverrides]:
    from config.brands.wire import decode_with_overrides  # noqa: PLC0415  pydantic is slow to load
    from streams.kafka.admin import brand_store  # noqa: PLC0415

    store = brand_store(load_installation().settings)
    applied = store.read_applied()
    check_name("brand", brand, applied, "`tocsin config show`")
    return store, decode_with_overrides(applied[brand])


def _publish(store: BrandStore, known: BrandWithOverrides, overrides: tuple[Any, ...]) -> None:
    from config.brands.wire import encode_brand  # noqa: PLC0415

    store.publish({known.brand.name: encode_brand(known.brand, overrides)})


def _value(text: str) -> Any:
    """Return a value as JSON has it: a number, true, false, null; all else, such as `30m`, is text."""
    try:
        return jsonlib.loads(text)
    except jsonlib.JSONDecodeError:
        return text
