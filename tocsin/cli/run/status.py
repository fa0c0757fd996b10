"""`tocsin status`: each brand's recent activity, and how far its mentions are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import to_builtins

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.options import BrandOption, JsonOption
from tocsin.cli.output import log_to_status, print_json, print_line, print_table, printable
from tocsin.cli.run.undelivered import read_undelivered, undelivered_lines, with_undelivered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.engine.state import State
    from detectors.engine.watermarks import Watermarks
    from mentions.model.batches import ClockSkew
    from streams.listening.health import SourceHealth
    from tocsin.cli.environment import Installation

HOUR = 60
MINUTE_MS = 60_000
DAY_MS = 24 * HOUR * MINUTE_MS


def command(
    *,
    brand: BrandOption = None,
    minutes: Annotated[
        bool, typer.Option("--minutes", help="With --json: the counts of each recent minute too.")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Show the sources that `tocsin listen` reads, and what is not heard.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show each brand's recent activity, breaches, how far its mentions are read, and what alerts are undelivered.

    Exit code 1 if no broker answers or the topics are missing.

    Examples:
      tocsin status
      tocsin status --brand Hallowfirth --json --minutes
      tocsin status --sources
    """
    from streams.views import brand_states  # noqa: PLC0415  kafka-python is slow to load

    log_to_status()
    here = load_installation()
    if sources:
        _show_sources(_health(here, brand), json=json)
        return
    watched, watermarks_by_partition = brand_states.read_brand_states(here.connection, here.topics)
    records = [_record(state, minutes=minutes) for name, state in sorted(watched.items()) if brand in {None, name}]
    held = read_undelivered(here, wall_ms(), brand)
    if json:
        for record in with_undelivered(records, held):
            print_json(record)
        return
    _print(records, watermarks_by_partition)
    for line in undelivered_lines(held, wall_ms()):
        print_line(line)
    _print_skews(watermarks_by_partition.values(), wall_ms())
    from streams.listening.health import coverage  # noqa: PLC0415

    if line := coverage(_health(here, brand), wall_ms()):
        print_line(printable(line))


def _health(here: Installation, brand: str | None) -> list[SourceHealth]:
    """Return the health of the sources of a brand, or of all; none where the topic was never created."""
    from streams.kafka.errors import BrokerError  # noqa: PLC0415
    from streams.listening import health  # noqa: PLC0415

    try:
        found = health.read(here.connection, here.topics, wall_ms())
    except BrokerError:
        return []
    return [one for one in found if brand is None or brand in one.brands]


def _show_sources(found: list[SourceHealth], *, json: bool) -> None:
    if json:
        for one in found:
            print_json(to_builtins(one))
        return
    if not found:
        print_line("no source is read: docs/sources.md shows how to list some, and `tocsin listen` reads them")
        return
    from streams.listening.health import coverage, span  # noqa: PLC0415

    heads = ["source", "state", "last news (UTC)", "usually every", "sent", "rejected", "requests left", "reason"]
    rows = [
        [
            one.source,
            one.state,
            _iso(one.last_news or None) or "",
            span(one.usual_gap) if one.usual_gap else "",
            one.sent,
            one.rejected,
            one.budget_left,
            one.reason,
        ]
        for one in found
    ]
    print_table(heads, rows)
    print_line(printable(coverage(found, wall_ms())))


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="minutes")


def _record(state: State, *, minutes: bool) -> dict[str, Any]:
    from detectors.engine.engine import minute_counts  # noqa: PLC0415

    rows = minute_counts(state)
    closed = None if state.last_closed_minute is None else (state.last_closed_minute + 1) * MINUTE_MS
    recent = [row for row in rows if closed is not None and row[0] >= closed - HOUR * MINUTE_MS]
    record: dict[str, Any] = {
        "brand": state.brand,
        "read_up_to": _iso(closed),
        "last_hour": sum(row[1] for row in recent),
        "last_hour_negative": sum(row[2] for row in recent),
        "breaching": sorted(state.episodes),
        "mentions": state.totals.mentions,
        "duplicates": state.totals.duplicates,
        "late": state.totals.late,
    }
    if minutes:
        names = ("minute", "mentions", "negative", "positive", "unknown")
        record["minutes"] = [dict(zip(names, (_iso(row[0]), *row[1:]), strict=True)) for row in rows]
    return record


def _print(records: list[dict[str, Any]], watermarks_by_partition: dict[int, Watermarks]) -> None:
    if not records:
        print_line("no brand has had a mention yet")
        return
    heads = ["brand", "read up to (UTC)", "last hour", "negative", "breaching", "total", "duplicates", "late"]
    keys = ("brand", "read_up_to", "last_hour", "last_hour_negative", "breaching", "mentions", "duplicates", "late")
    print_table(heads, [[", ".join(r[k]) if isinstance(r[k], list) else r[k] or "" for k in keys] for r in records])
    marks = [watermarks.emitted for watermarks in watermarks_by_partition.values() if watermarks.emitted is not None]
    if marks:
        print_line(
            f"{len(watermarks_by_partition)} partitions watched, event time {_iso(min(marks))} to {_iso(max(marks))}"
        )


def _print_skews(watermarks: Iterable[Watermarks], now: int) -> None:
    """Print the latest timestamp of each source partition that was ahead of its worker's clock in the last day."""
    latest: dict[int, ClockSkew] = {}
    for partition, skew in (item for one in watermarks for item in one.skews.items()):
        before = latest.get(partition)
        if skew.seen_at >= now - DAY_MS and (before is None or skew.seen_at > before.seen_at):
            latest[partition] = skew
    for partition, skew in sorted(latest.items()):
        ahead = f"{skew.ahead / 1000:.0f} s ahead of the clock at {_iso(skew.seen_at)}"
        print_line(f"mentions partition {partition}: {printable(skew.source)} {ahead}, counted as then")
