"""`tocsin config history` and `tocsin config undo`: the versions of a configuration file, and back to one before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.options import ByOption, JsonOption
from tocsin.cli.output import confirm, print_json, print_line, print_status, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from config.brands.history import ConfigHistory, Version
    from config.store import BrandStore

DEFAULT_FILE = Path("config/brands.yaml")


def history(
    file: Annotated[Path, typer.Argument(help="The configuration.")] = DEFAULT_FILE, *, json: JsonOption = False
) -> None:
    """List the versions of a configuration, the latest first: who changed what, and when.

    The threshold editor keeps them beside the file; where it has, `tocsin config apply` adds its own.

    Examples:
      tocsin config history
      tocsin config history brands/brands.yaml --json
    """
    known = _history(file).versions()
    if not known and not json:
        print_line("no versions: the threshold editor of `tocsin web` keeps them from its first change on")
    for one in reversed(known):
        if json:
            print_json({"version": one.number, "at": _instant(one.at), "by": one.by, **_changes(one)})
            continue
        undoes = f", undoes {one.undoes}" if one.undoes else ""
        print_line(printable(f"{one.number}  {_instant(one.at)}  {one.by or 'changed in the file'}{undoes}"))
        for brand, edits in one.changes.items():
            for edit in edits:
                print_line(printable(f"    {brand}: {edit}"))


def undo(
    version: Annotated[int, typer.Argument(help="The version to undo, of `tocsin config history`.")],
    file: Annotated[Path, typer.Argument(help="The configuration.")] = DEFAULT_FILE,
    *,
    by: ByOption,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Undo the changes of one version: show them, ask, write another version, and apply its brands.

    What was changed after it stays. Nothing happens where its very lines were changed again since.

    Examples:
      tocsin config undo 7 --by ana
      tocsin config undo 7 brands/brands.yaml --by ana --yes
    """
    from config.brands.edit import diff  # noqa: PLC0415  pydantic and YAML are slow to load
    from config.brands.history import StaleError, changed_settings  # noqa: PLC0415
    from streams.kafka.admin import brand_store  # noqa: PLC0415  so is the Kafka client

    kept = _history(file)
    before = file.read_bytes().decode()
    text = kept.undone(version, before)
    print_line(printable(diff(before, text, file.name)))
    if not yes and not confirm(f"Undo version {version}?"):
        raise CommandError("nothing was changed")
    store = brand_store(load_installation().settings)
    store.read_applied()  # without a broker, nothing is written
    try:
        fresh = kept.write(text, before, by, wall_ms(), version)
    except StaleError:
        raise CommandError(f"{printable(str(file))} was changed meanwhile: nothing was written") from None
    applied = _apply(store, file, tuple(changed_settings(before, text)))
    print_status(f"version {fresh.number}: version {version} is undone, {applied} applied")


def _apply(store: BrandStore, file: Path, names: tuple[str, ...]) -> str:
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from config.brands.plan import plan_brand  # noqa: PLC0415

    wanted, applied = load(file).by_name(), store.read_applied()
    for name in names:
        store.publish(plan_brand(applied, wanted[name], wall_ms()).records if name in wanted else {name: None})
    return printable(", ".join(names))


def _history(file: Path) -> ConfigHistory:
    from config.brands.history import ConfigHistory  # noqa: PLC0415  pydantic and YAML are slow to load

    if not file.is_file():
        raise UsageError(f"{printable(str(file))}: no such file: name one")
    return ConfigHistory(file)


def _changes(one: Version) -> dict[str, object]:
    return {"undoes": one.undoes or None, "changes": {brand: list(edits) for brand, edits in one.changes.items()}}


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
