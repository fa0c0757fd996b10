"""`tocsin oncall`: who is on call for each brand, who takes over when, and the gaps."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tocsin.cli.configure.config import DEFAULT_FILE
from tocsin.cli.known_names import check_name
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status, print_table, printable
from tocsin.cli.time_options import parse_duration_ms, parse_instant_ms
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.oncall.schedule import Schedule
    from alerts.oncall.shifts import Shift
    from config.brands.model import Brand

NOBODY = "nobody"


def command(
    brand: Annotated[str | None, typer.Argument(help="The brand, as configured. Left out: every brand.")] = None,
    *,
    config: Annotated[Path, typer.Option(help="The configuration to read.")] = DEFAULT_FILE,
    applied: Annotated[
        bool, typer.Option("--applied", help="Read the applied configuration instead: needs the broker.")
    ] = False,
    at: Annotated[
        str, typer.Option(help="The instant to start at: 2026-12-24T09:00 (UTC), now, or how long ago, such as 2h.")
    ] = "now",
    ahead: Annotated[str, typer.Option(help="How far ahead to look, such as 3d or 4w.")] = "2w",
    json: JsonOption = False,
) -> None:
    """Show who is on call for each brand, and who takes over when.

    Times are in the schedule's time zone. Exit code 1 if nobody is on call for a brand at that instant.

    Examples:
      tocsin oncall
      tocsin oncall Hallowfirth --at 2026-12-24T09:00 --ahead 3d
      tocsin oncall --applied --json
    """
    now = datetime.fromtimestamp(time.time_ns() / 1e9, UTC)
    since, span = parse_instant_ms(at, "--at", now), parse_duration_ms(ahead, "--ahead")
    if not span:
        raise UsageError("--ahead must be greater than zero, such as 3d")
    found = _applied() if applied else _configured(config, now)
    if brand is not None:
        check_name("brand", brand, found, "`tocsin config show`" if applied else printable(str(config)))
    records = [_record(one, since, since + span) for name, one in sorted(found.items()) if brand in {None, name}]
    if json:
        for record in records:
            print_json(record)
    else:
        _print([record | {"names": _slack_names(record) | record["names"]} for record in records])
    if any(not (record["always"] or record["now"]) for record in records):
        raise typer.Exit(1)


def _slack_names(record: dict[str, Any]) -> dict[str, str]:
    """Return the names in Slack of whom a record names, where a token is set."""
    from tocsin.cli.environment import load_installation  # noqa: PLC0415  slow to load
    from tocsin.cli.slack_names import slack_names  # noqa: PLC0415

    people = [*record["always"], *(who for shift in record["shifts"] for who in shift["who"])]
    return dict(slack_names(load_installation().settings, people))


def _configured(file: Path, now: datetime) -> dict[str, Brand]:
    """Return the brands of a file, with the current shifts of their calendars."""
    from config.brands.loader import load  # noqa: PLC0415
    from config.calendars.client import CalendarClient, as_problems, resolve  # noqa: PLC0415  slow to load

    if not file.is_file():
        raise UsageError(f"{printable(str(file))}: no such file: name one with --config")
    resolved = resolve(load(file).by_name(), CalendarClient(file.parent).fetch, now)
    for problem in as_problems(file, [finding for finding in resolved.findings if finding.unavailable]):
        print_status(printable(str(problem)))
    return resolved.brands


def _applied() -> dict[str, Brand]:
    from streams.kafka.admin import brand_store  # noqa: PLC0415  the Kafka client is slow to load
    from tocsin.cli.configure.calendar import applied_brands  # noqa: PLC0415
    from tocsin.cli.environment import load_installation  # noqa: PLC0415

    return applied_brands(brand_store(load_installation().settings))


def _record(brand: Brand, since: int, until: int) -> dict[str, Any]:
    from alerts.oncall.schedule import on_call  # noqa: PLC0415  pydantic is slow to load
    from alerts.oncall.shifts import shifts_between  # noqa: PLC0415

    schedule = brand.on_call_schedule
    used = bool(schedule.people or schedule.ical or schedule.shifts or schedule.exceptions)
    return {
        "brand": brand.name,
        "timezone": schedule.timezone,
        "names": {who: name for name, who in schedule.names.items()},
        "always": brand.on_call,
        "now": on_call(schedule, since),
        "next": on_call(schedule, since, 1),
        "shifts": [_shift_record(schedule, shift) for shift in shifts_between(schedule, since, until)] if used else [],
    }


def _shift_record(schedule: Schedule, shift: Shift) -> dict[str, Any]:
    zone = ZoneInfo(schedule.timezone)
    start, end = (datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="minutes") for at in shift[:2])
    return {"from": start, "to": end, "who": shift.users, "gap": not shift.users}


def _print(records: list[dict[str, Any]]) -> None:
    rows = [row for record in records for row in _rows(record)]
    if rows:
        print_table(["brand", "always", "from", "to", "on call"], rows)
    else:
        print_line("no brand is configured")


def _rows(record: dict[str, Any]) -> list[list[str]]:
    always = _names(record["always"], record["names"]) or NOBODY
    if not record["shifts"]:
        return [[record["brand"], always, "", "", "(no schedule)"]]
    rows = []
    for shift in record["shifts"]:
        who = _names(shift["who"], record["names"]) or f"! {NOBODY}"
        rows.append([record["brand"], always, _local(shift["from"]), _local(shift["to"]), who])
    return rows


def _names(people: Sequence[str], names: Mapping[str, str]) -> str:
    """Return Slack ids, with their names in the schedule."""
    return ", ".join(f"{who} ({names[who]})" if who in names else who for who in people)


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%a %Y-%m-%d %H:%M}"
