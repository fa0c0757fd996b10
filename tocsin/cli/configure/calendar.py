"""`tocsin calendar`: fetches on-call calendars, for this command and for `tocsin config check` and `apply`."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from config.brands.loader import LoadResult
    from config.brands.model import Brand
    from config.store import BrandStore

MINUTE = 60.0


def check_calendars(file: Path, report: LoadResult) -> LoadResult:
    """Return the report with what is wrong with the calendars of its brands."""
    if report.config is None or not any(brand.on_call_schedule.ical for brand in report.config.brands):
        return report
    from config.calendars.client import CalendarClient, as_problems, resolve  # noqa: PLC0415  slow to load

    resolved = resolve(report.config.by_name(), CalendarClient(file.parent).fetch, _now())
    problems = tuple(sorted((*report.problems, *as_problems(file, resolved.findings)), key=lambda one: one.line))
    config = None if any(problem.severity == "error" for problem in problems) else report.config
    return replace(report, config=config, problems=problems)


def resolve_shifts(file: Path, wanted: dict[str, Brand], store: BrandStore) -> dict[str, Brand]:
    """Return the brands with the shifts of their calendars; where one is unavailable, the applied shifts stay.

    Raises:
        ConfigError: a calendar is unavailable or broken, and none of its shifts are applied.
    """
    if not any(brand.on_call_schedule.ical for brand in wanted.values()):
        return wanted
    from config.calendars.client import CalendarClient, as_problems, resolve  # noqa: PLC0415  slow to load
    from config.errors import ConfigError  # noqa: PLC0415

    resolved = resolve(wanted, CalendarClient(file.parent).fetch, _now(), applied_brands(store))
    problems = as_problems(file, resolved.findings)
    if grave := [problem for problem in problems if problem.severity == "error"]:
        raise ConfigError(grave)
    for problem in problems:
        print_status(printable(str(problem)))
    return resolved.brands


app = typer.Typer(
    help="Fetch the on-call calendars.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.callback()
def _group() -> None:
    """Keep `calendar` a group, although it has one command."""


@app.command()
def sync(
    *,
    every: Annotated[
        float | None, typer.Option(min=1, max=1440, help="Keep running, and sync again every so many minutes.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="The folder of calendars that the configuration names as files.")] = Path(
        "config"
    ),
    json: JsonOption = False,
) -> None:
    """Fetch the on-call calendars of the applied brands, and send the workers the shifts that changed.

    Where a calendar is unavailable or broken, its last good shifts stay in force, and the exit code is 1. Nothing else
    of the configuration changes.

    Examples:
      tocsin calendar sync
      tocsin calendar sync --every 15
    """
    from streams.kafka.admin import brand_store  # noqa: PLC0415  the Kafka client is slow to load
    from streams.kafka.errors import BrokerError  # noqa: PLC0415

    store = brand_store(load_installation().settings)
    if every is None:
        if not _sync_once(store, folder, json=json):
            raise CommandError("not every calendar could be read: its last good shifts stay in force")
        return
    while True:
        try:
            _sync_once(store, folder, json=json)
        except BrokerError as error:
            print_status(printable(str(error)))
        time.sleep(every * MINUTE)


def _sync_once(store: BrandStore, folder: Path, *, json: bool) -> bool:
    brands, changed, read = sync_calendars(store, folder)
    if json:
        print_json({"brands": brands, "changed": changed, "complete": read})
    else:
        print_line(f"{brands} brands with a calendar, {changed} changed")
    return read


def sync_calendars(store: BrandStore, folder: Path) -> tuple[int, int, bool]:
    """Fetch and publish once; return how many brands have a calendar, how many changed, and if every one was read."""
    from config.calendars.client import CalendarClient, resolve  # noqa: PLC0415  slow to load

    before = {name: brand for name, brand in applied_brands(store).items() if brand.on_call_schedule.ical}
    resolved = resolve(before, CalendarClient(folder).fetch, _now(), before)
    for finding in resolved.findings:
        print_status(printable(f"{finding.source}: {finding.rule}"))
    records = _changed_records(store, resolved.brands)  # read again: fetching takes a while
    if records:
        store.publish(records)
    return len(before), len(records), not any(finding.unavailable for finding in resolved.findings)


def _changed_records(store: BrandStore, resolved: dict[str, Brand]) -> dict[str, bytes | None]:
    from config.brands.wire import decode_with_overrides, encode_brand  # noqa: PLC0415  pydantic is slow to load

    records: dict[str, bytes | None] = {}
    for name, raw in store.read_applied().items():
        if name not in resolved:
            continue
        governed, shifts = decode_with_overrides(raw), resolved[name].on_call_schedule.shifts
        schedule = governed.brand.on_call_schedule
        if schedule.ical == resolved[name].on_call_schedule.ical and schedule.shifts != shifts:
            brand = governed.brand.model_copy(
                update={"on_call_schedule": schedule.model_copy(update={"shifts": shifts})}
            )
            records[name] = encode_brand(brand, governed.overrides)
    return records


def applied_brands(store: BrandStore) -> dict[str, Brand]:
    """Return the applied brands by name; one that cannot be decoded is reported and left out."""
    from config.brands.wire import decode_brand  # noqa: PLC0415
    from config.errors import ConfigError  # noqa: PLC0415  pydantic is slow to load

    found = {}
    for name, raw in store.read_applied().items():
        try:
            found[name] = decode_brand(raw)
        except ConfigError as error:
            print_status(printable(f"{name}: {error}"))
    return found


def _now() -> datetime:
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)
