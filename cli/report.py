"""`tocsin report`: what happened to a brand, as one page for people who were not there?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.errors import Failure, Misuse
from cli.inputs import parsed_mapping
from cli.output import plain, progress, show, tell
from cli.past import Past
from cli.weights import Weights  # noqa: TC001  typer reads the annotation

if TYPE_CHECKING:
    from config.brand import Brand
    from replay.tuning.material import Material

CONFIG = Path("config/brands.yaml")


def command(
    files: Annotated[list[str], typer.Argument(help="A recording with scores (.tocsin), or files of mentions.")],
    *,
    brand: Annotated[str, typer.Option("--brand", "-b", help="The brand to report on.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path("report.html"),
    incident: Annotated[
        str | None, typer.Option(help="This incident only, with three hours around it; ids as in `tocsin replay`.")
    ] = None,
    config: Annotated[Path, typer.Option(help="The brands and their thresholds.")] = CONFIG,
    defaults: Annotated[bool, typer.Option("--defaults", help="No configuration: the built-in thresholds.")] = False,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Language of the page; left out: the brand's.")
    ] = None,
    columns: Annotated[str, typer.Option("--map", help="Columns of CSV or Parquet: field=column,….")] = "",
    sort: Annotated[bool, typer.Option("--sort", help="Put the mentions in order of publication first.")] = False,
    weights: Weights = None,
) -> None:
    """Write one HTML page on a brand's past: course, alerts, drivers, examples, what other thresholds would have done.

    The page fetches nothing: it can be mailed, printed and kept. Exit code 1 where the brand has no mentions, the
    incident does not exist or lines were refused.

    Examples:
      tocsin report march.jsonl.gz --brand Hallowfirth --defaults -o hallowfirth.html
      tocsin report march.tocsin --brand Hallowfirth --language fr
    """
    from replay.report.facts import SCALES, gather  # noqa: PLC0415  slow to load
    from replay.report.page import render  # noqa: PLC0415

    rules = _rules(brand, None if defaults else config)
    material = _material(Past(files, parsed_mapping(columns), sort=sort, rescore=False, weights=weights), rules)
    if material.disordered:
        raise Failure("the mentions are not in order of publication: add --sort")
    records = material.records.get(brand)
    if not records:
        raise Failure(f"no mention of {plain(brand)} in these files")
    with progress("replaying", len(SCALES)) as advance:
        try:
            facts = gather(rules, records, incident, advance)
        except LookupError as error:
            raise Failure(plain(str(error.args[0]))) from error
    out.write_text(render(facts, language or rules.language), encoding="utf-8")
    show(f"wrote {plain(str(out))}: {len(facts.courses)} incidents in {facts.outcome.mentions} mentions")
    if material.refused:
        first = material.refused[0]
        tell(f"{len(material.refused)} lines refused, the first is line {first.number}: {plain(first.reasons[0])}")
        raise typer.Exit(1)


def _rules(name: str, config: Path | None) -> Brand:
    from config.brand import default_brand  # noqa: PLC0415  pydantic is slow to load
    from config.load import load  # noqa: PLC0415

    if config is None:
        return default_brand(name)
    if not config.is_file():
        raise Misuse(f"{plain(str(config))}: no such file: name one with --config, or report with --defaults")
    known = load(config).named()
    if name not in known:
        raise Misuse(f"--brand {plain(name)}: no such brand in {plain(str(config))}")
    return known[name]


def _material(past: Past, brand: Brand) -> Material:
    from mentions.watchlist import Watchlist  # noqa: PLC0415
    from replay.tuning.material import gather, of_recording  # noqa: PLC0415
    from sources.position import SourceError  # noqa: PLC0415

    with progress("scoring", past.size) as advance:
        if past.recording is None:
            return gather(past.lines(advance), Watchlist([brand.watched(0)]), past.scorer())
        try:
            return of_recording(past.recording.entries(scores=True, advance=advance))
        except SourceError as error:
            raise Misuse(str(error)) from error
