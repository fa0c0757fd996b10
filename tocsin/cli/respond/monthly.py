"""`tocsin monthly`: writes a client's report of one month, from the incidents as they were lived."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tocsin.cli.analyse.report import check_output_path, read_picture
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_name
from tocsin.cli.output import print_line, printable, progress_bar
from tocsin.cli.respond import actions
from tocsin.cli.slack_names import slack_names
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Brand
    from replay.report.monthly.figures import MentionCounts, Month
    from tocsin.cli.environment import Installation


def command(
    month: Annotated[str, typer.Argument(help="The month, such as 2026-10.")],
    recordings: Annotated[
        list[str] | None, typer.Argument(help="Recordings with scores (.tocsin) of these months, for the mentions.")
    ] = None,
    *,
    client: Annotated[str, typer.Option("--client", help="The group whose brands count; left out: all brands.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path("month.html"),
    before: Annotated[int, typer.Option(min=0, max=11, help="Months before it to compare with.")] = 3,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Language of the page; left out: the first brand's.")
    ] = None,
    agency: Annotated[str, typer.Option(help="Who made the report, for its head.")] = "",
    logo: Annotated[Path | None, typer.Option(help="Picture for its head: PNG, JPEG, GIF, WebP or SVG.")] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Also print the page as PDF, by a Chromium on this machine.")
    ] = None,
) -> None:
    """Write one HTML page on a client's month: incidents, times to acknowledge and resolve, verdicts, topics, people.

    Incidents come from Kafka, as they were lived, and are kept for a year; mentions and their sentiment from
    recordings, if any are named. Months are those of the time zone of the client's first brand.

    Examples:
      tocsin monthly 2026-10 --client 'Northern Foods' -o northern-foods.html --pdf northern-foods.pdf
      tocsin monthly 2026-10 september.tocsin october.tocsin --before 1 --language fr
    """
    from replay.report.monthly.figures import compute_months, months_until  # noqa: PLC0415  slow to load
    from replay.report.monthly.page import render_month  # noqa: PLC0415
    from replay.report.page import Publisher  # noqa: PLC0415
    from tocsin.cli.analyse.pdf import browser, print_pdf  # noqa: PLC0415

    for option, path in (("--out", out), ("--pdf", pdf)):
        if path is not None:
            check_output_path(option, path)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise UsageError(f"MONTH {printable(month)}: must be a month such as 2026-10")
    if pdf is not None:
        browser()
    here = load_installation()
    brands = _brands_of(here, client)
    zone, names = brands[0].timezone, {brand.name for brand in brands}
    months = months_until(month, zone, before)
    counts = _count_mentions(recordings, names, months) if recordings else None
    incidents = [one for one in actions.read_incidents(here) if any(name in names for name in one.all_brands)]
    figures = compute_months(months, incidents, counts)
    shown = figures[-1].incidents
    people = slack_names(here.settings, {entry.actor for one in shown for entry in one.history})
    publisher = Publisher(agency, client, read_picture(logo) if logo else "")
    out.write_text(
        render_month(client, figures, language or brands[0].language, zone, people, publisher), encoding="utf-8"
    )
    if pdf is not None:
        print_pdf(out, pdf)
    written = ", ".join(printable(str(path)) for path in (out, pdf) if path is not None)
    print_line(f"wrote {written}: {len(shown)} {'incident' if len(shown) == 1 else 'incidents'} in {month}")


def _brands_of(here: Installation, client: str) -> list[Brand]:
    """Return the brands of a client, by name; all applied brands where none is named.

    Raises:
        CommandError: no brand is applied, or there is no such client.
    """
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415  kafka-python is slow to load
    from tocsin.cli.configure.calendar import applied_brands  # noqa: PLC0415

    known = sorted(applied_brands(KafkaBrandStore(here.connection, here.topics)).values(), key=lambda one: one.name)
    if client:
        check_name("client", client, {brand.group for brand in known if brand.group}, "`groups` in brands.yaml")
    found = [brand for brand in known if not client or brand.group == client]
    if not found:
        raise UsageError("no brand is applied: `tocsin config apply` first")
    return found


def _count_mentions(recordings: Sequence[str], brands: set[str], months: list[Month]) -> MentionCounts:
    """Return the mentions of recordings by month.

    Raises:
        UsageError: one of them is no recording with scores.
    """
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from replay.report.monthly.figures import MentionCounts  # noqa: PLC0415
    from streams.recording.format import Recording, ScoredEntry  # noqa: PLC0415  slow to load

    counts = MentionCounts(brands, months)
    for path in recordings:
        if not Path(path).is_file():
            raise UsageError(f"{printable(path)}: no such file")
        try:
            recording = Recording(path)
            if not recording.header.scores:
                raise UsageError(f"{printable(path)}: holds no scores: record it with `tocsin record --scores`")
            with progress_bar("reading", Path(path).stat().st_size) as advance:
                for entry in recording.entries(scores=True, advance=advance):
                    if isinstance(entry, ScoredEntry):
                        counts.add(entry.batch)
        except SourceError as error:
            raise UsageError(str(error)) from error
    return counts
