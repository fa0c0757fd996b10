"""`tocsin weekly`: the week of a brand, of a client's brands, or of all of them."""

from __future__ import annotations

import csv
from pathlib import Path  # noqa: TC003  typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams.clock import wall_ms
from tocsin.cli.analyse.community import safe_cell
from tocsin.cli.analyse.report import check_output_path, read_picture
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_name
from tocsin.cli.options import BrandOption, JsonOption
from tocsin.cli.output import print_json, print_line, printable
from tocsin.cli.respond.actions import read_incidents
from tocsin.cli.respond.moderation_session import read_queue
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from config.brands.model import Brand
    from replay.report.weekly.figures import BrandWeek
    from tocsin.cli.environment import Installation


def command(
    *,
    brand: BrandOption = None,
    client: Annotated[str, typer.Option("--client", help="The group whose brands count; left out: all brands.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the report as an HTML page.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Also write a row for each brand as CSV.")] = None,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Its language; that of the brand's alerts where none is given.")
    ] = None,
    agency: Annotated[str, typer.Option(help="Who made the report, for the page's head.")] = "",
    logo: Annotated[Path | None, typer.Option(help="Picture for its head: PNG, JPEG, GIF, WebP or SVG.")] = None,
    json: JsonOption = False,
) -> None:
    """Show the last seven days of a brand beside the seven before: mentions, topics, incidents, moderation.

    Topics that rise and fall, good buzz, share of voice against `competitors`. Of several brands one line each, by
    client. The same goes to Slack at the day and time that `weekly` says, by `tocsin slack`.

    Examples:
      tocsin weekly --brand Hallowfirth
      tocsin weekly --client 'Northern Foods' --language fr
      tocsin weekly -o week.html --csv week.csv --agency Lighthouse
    """
    from tocsin.slack_app.kafka import read_weeks  # noqa: PLC0415  slow to load
    from tocsin.slack_app.reports.paper import PLAIN  # noqa: PLC0415
    from tocsin.slack_app.reports.weekly import overview_lines, weekly_lines  # noqa: PLC0415
    from tocsin.slack_app.reports.weekly_table import weekly_record  # noqa: PLC0415

    for option, path in (("--out", out), ("--csv", csv_file)):
        if path is not None:
            check_output_path(option, path)
    picture = read_picture(logo) if logo else ""
    here = load_installation()
    brands = _wanted(here, brand, client)
    known = (read_incidents(here), read_queue().items())
    weeks = read_weeks(here.connection, here.topics, brands, known, wall_ms())
    if out is not None:
        _write_page(out, weeks, language or brands[0].language, (agency, client, picture))
    if csv_file is not None:
        _write_csv(csv_file, weeks)
    if json:
        for week in weeks:
            print_json(weekly_record(week))
        return
    lines = weekly_lines(weeks[0], PLAIN, language) if len(weeks) == 1 else overview_lines(weeks, PLAIN, language)
    for line in lines:
        print_line(printable(line))


def _wanted(here: Installation, brand: str | None, client: str) -> list[Brand]:
    """Return the brands that were asked for, by name.

    Raises:
        CommandError: there is no such brand or client.
        UsageError: no brand is applied, or both a brand and a client were named.
    """
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415  kafka-python is slow to load
    from tocsin.cli.configure.calendar import applied_brands  # noqa: PLC0415

    if brand and client:
        raise UsageError("--brand and --client: choose one of them")
    known = sorted(applied_brands(KafkaBrandStore(here.connection, here.topics)).values(), key=lambda one: one.name)
    if brand:
        check_name("brand", brand, {one.name for one in known}, "`tocsin status`")
    if client:
        check_name("client", client, {one.group for one in known if one.group}, "`groups` in brands.yaml")
    found = [one for one in known if one.name == (brand or one.name) and (not client or one.group == client)]
    if not found:
        raise UsageError("no brand is applied: `tocsin config apply` first")
    return found


def _write_page(
    out: Path, weeks: list[BrandWeek], language: Literal["en", "fr"], publisher: tuple[str, str, str]
) -> None:
    from replay.report.page import Publisher  # noqa: PLC0415  slow to load
    from replay.report.weekly.page import render_weekly  # noqa: PLC0415
    from tocsin.slack_app.reports.weekly_table import weekly_text  # noqa: PLC0415

    text = weekly_text(weeks, language)
    out.write_text(render_weekly(weeks, text, language, Publisher(*publisher)), encoding="utf-8")


def _write_csv(path: Path, weeks: list[BrandWeek]) -> None:
    from tocsin.slack_app.reports.weekly_table import weekly_row  # noqa: PLC0415  slow to load

    rows = [{key: _cell(value) for key, value in weekly_row(week).items()} for week in weeks]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _cell(value: Any) -> Any:
    return safe_cell(value) if isinstance(value, str) else value
