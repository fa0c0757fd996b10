"""`tocsin community`: who writes about a brand, over days and weeks."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from tocsin.cli.analyse.replay_input import ReplayInput
from tocsin.cli.analyse.report import DEFAULT_FILE, configured_brand, scored_mentions
from tocsin.cli.environment import load_installation
from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status, print_table, printable
from tocsin.cli.weights import WeightsOption, load_scorer
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from community.ledger import Ledger
    from community.views import Row

DAY: Final = 86_400
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would read as a formula at the beginning of a cell."""

_HEADS: Final = (
    *("author", "mentions", "days", "since", "positive", "negative", "abusive"),
    *("reach", "repeats", "answers", "people", "earned"),
)


@with_file_options()
def command(
    brand: Annotated[str | None, typer.Argument(help="The brand, as configured.")] = None,
    files: Annotated[
        list[str] | None,
        typer.Argument(help="A recording with scores (.tocsin), or files of mentions; none: what is kept live."),
    ] = None,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep the counts of the brands that ask for it, until stopped.")
    ] = False,
    days: Annotated[Literal["7", "30", "90"], typer.Option(help="How many days up to the latest mention.")] = "30",
    view: Annotated[
        Literal["all", "allies", "helpers", "critics", "abusive", "newly-loud"],
        typer.Option(help="Which filter to apply."),
    ] = "all",
    top: Annotated[int, typer.Option(min=1, max=500, help="How many authors to show.")] = 50,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    config: Annotated[Path, typer.Option(help="The brands: their own accounts are left out.")] = DEFAULT_FILE,
    defaults: Annotated[bool, typer.Option("--defaults", help="No configuration: the built-in settings.")] = False,
    weights: WeightsOption = None,
    json: JsonOption = False,
    reading: FileReading,
) -> None:
    """Show who writes about a brand: on how many days, how often, and in which mood. Counts, no verdict on anyone.

    Without files, from the counts that `tocsin community --follow` keeps of brands with `community: {enabled: true}`.
    Authors of fewer than three different days are never shown. Shares are shrunk towards the brand's own where an
    author has few mentions. Exit code 1 if the brand has no mentions.

    Examples:
      tocsin community --follow
      tocsin community Hallowfirth --view helpers
      tocsin community Hallowfirth march.jsonl.gz --defaults --view allies
      tocsin community Hallowfirth march.tocsin --days 7 --csv
    """
    if follow:
        _follow(weights)
        return
    if brand is None:
        raise UsageError("name a brand, or keep counts with --follow")
    if as_csv and json:
        raise UsageError("--csv and --json: choose one of them")
    from community.views import rows_of_all  # noqa: PLC0415  slow to load

    ledgers = [_from_files(brand, files, reading, weights, config, defaults=defaults)] if files else _from_kafka(brand)
    rows = rows_of_all(ledgers, int(days), view, top)
    if json:
        for row in rows:
            print_json(_record(row))
    elif as_csv:
        _print_csv(rows)
    elif rows:
        print_table(_HEADS, [_cells(row) for row in rows])
    else:
        print_line(f"no author of {printable(brand)} with three different days in this view")


def _from_files(
    brand: str, files: list[str], reading: FileReading, weights: Path | None, config: Path, *, defaults: bool
) -> Ledger:
    from community.ledger import ledger_of  # noqa: PLC0415  slow to load
    from mentions.model.batches import Batch  # noqa: PLC0415

    source = ReplayInput(files, reading, sort=False, rescore=False, weights=weights)
    from_file = not defaults and (source.recording is None or config.is_file())
    configured = configured_brand(brand, config if from_file else None)
    records = scored_mentions(source, configured).records.get(brand, [])
    batches = [record for record in records if isinstance(record, Batch)]
    if not batches:
        raise CommandError(f"no mention of {printable(brand)} in these files")
    return ledger_of(batches, configured.own_accounts)


def _from_kafka(brand: str) -> list[Ledger]:
    from streams.community.views import ledgers_of  # noqa: PLC0415  slow to load
    from streams.kafka import reader  # noqa: PLC0415

    here = load_installation()
    found = ledgers_of(brand, reader.latest(here.connection, here.topics.community.name).items())
    if not found:
        known = "set community: {enabled: true} for it, apply, and run `tocsin community --follow`"
        raise CommandError(f"nothing is kept of {printable(brand)}: {known}")
    return found


def _follow(weights: Path | None) -> None:
    from streams.community.service import CommunityService  # noqa: PLC0415  slow to load
    from streams.kafka.admin import create_topics  # noqa: PLC0415
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from streams.monitoring.http_server import serve  # noqa: PLC0415
    from streams.shutdown import run_until_stopped  # noqa: PLC0415

    here = load_installation()
    log_to_stderr(here.settings.log_level, here.settings.log_format)
    made = create_topics(here.connection, here.topics.all(), here.settings.partitions, here.settings.replication)
    service = CommunityService(here.connection, here.topics, load_scorer(weights), made[0].partitions)
    serve(here.settings.metrics_port, service.probes.answer)
    if run_until_stopped(service.run()):
        print_status("stopped")


def _record(row: Row) -> dict[str, Any]:
    return row._asdict() | {"since": _date(row.since)}


def _cells(row: Row) -> tuple[object, ...]:
    count = str(row.mentions) if row.mentions == row.at_most else f"{row.mentions}–{row.at_most}"
    shares = (f"{row.positive:.0%}", f"{row.negative:.0%}")
    return (
        *(printable(row.author), count, row.days, _date(row.since), *shares, row.abusive),
        *(row.reach, row.copies, row.answers, row.people, row.engagement),
    )


def _print_csv(rows: list[Row]) -> None:
    out = csv.DictWriter(sys.stdout, fieldnames=list(_record(rows[0])) if rows else ["author"], lineterminator="\n")
    out.writeheader()
    out.writerows(_record(row) | {"author": safe_cell(row.author)} for row in rows)


def safe_cell(text: str) -> str:
    """Return text from outside as a cell that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell("ann")
    ("'=1+1", 'ann')
    """
    plain = printable(text)
    return f"'{plain}" if plain.startswith(FORMULA_SIGNS) else plain


def _date(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m-%d}"
