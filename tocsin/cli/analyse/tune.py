"""`tocsin tune`: proposes thresholds from labelled incidents, with their measured effect."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import typer

from tocsin.cli.analyse.label_files import read_labels
from tocsin.cli.analyse.report import check_output_path
from tocsin.cli.analyse.tune_output import print_optimisation
from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.memory import collect_rarely
from tocsin.cli.options import JsonOption, SortOption
from tocsin.cli.output import print_json, print_status, printable, progress_bar
from tocsin.cli.weights import WeightsOption, load_scorer
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.brands.model import Brand, Config, Language
    from mentions.readers.position import Line, RejectedLine
    from replay.tuning.dataset import Dataset
    from replay.tuning.labels import Label
    from replay.tuning.optimisation import TuningResult

CONFIG: Final = Path("config/brands.yaml")
_SMALL_DATASET: Final = 5_000
"""Mentions that are replayed sooner than another process starts."""

_BUDGET: Final = re.compile(r"(\d+(?:\.\d+)?)(?:\s*false alarms?)?\s*(?:/|a|per)\s*(day|week|month)")
_WEEKS: Final = {"day": 1 / 7, "week": 1.0, "month": 30 / 7}


class _Scope(NamedTuple):
    """What is tuned as one: a brand, or the brands of a group."""

    name: str
    is_group: bool
    brands: list[Brand]


@with_file_options()
def command(
    files: Annotated[list[str], typer.Argument(help="A recording with scores (.tocsin), or JSON Lines or CSV files.")],
    *,
    labels: Annotated[Path, typer.Option(help="Labels: an incidents.yaml (see `tocsin labels`).")],
    config: Annotated[Path, typer.Option(help="The brands and their thresholds.")] = CONFIG,
    brand: Annotated[list[str] | None, typer.Option("--brand", "-b", help="Only this brand; may be repeated.")] = None,
    group: Annotated[str | None, typer.Option(help="The brands of this group, tuned together.")] = None,
    budget: Annotated[
        str, typer.Option(help='False alarms allowed per brand: "1 false alarm/week". Left out: as many as today.')
    ] = "",
    sort: SortOption = False,
    weights: WeightsOption = None,
    write: Annotated[bool, typer.Option("--write", help="Write the proposal into the configuration.")] = False,
    json: JsonOption = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            min=0,
            help="Settings to try in parallel, each process with its own copy of the mentions; 0: one per CPU.",
        ),
    ] = 0,
    report: Annotated[
        Path | None, typer.Option(help="Also write one HTML page: trade-off curve, effects, uncertainty, diff.")
    ] = None,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Language of the page; left out: the first brand's.")
    ] = None,
    reading: FileReading,
) -> None:
    """Propose better thresholds from labelled incidents: detection delay against false alarms, with their uncertainty.

    Every setting replays the same mentions; nothing is sent. A change is proposed only if settings chosen without an
    incident did better on that incident than today's. Mentions must be in order of publication (or --sort). Exit code
    1 if lines were rejected, or nothing can be measured.

    Examples:
      tocsin tune march.jsonl.gz --labels incidents.yaml
      tocsin tune march.jsonl.gz --labels incidents.yaml --brand Hallowfirth --budget "1 false alarm/week"
      tocsin tune march.tocsin --labels incidents.yaml --group "Northhallow Group" --write
      tocsin tune march.tocsin --labels incidents.yaml --report tuning.html --language fr
    """
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load

    collect_rarely()
    limit = parse_budget(budget) if budget else None
    if report is not None:
        check_output_path("--report", report)
    if not config.is_file():
        raise UsageError(f"{printable(str(config))}: no such file: name one with --config")
    known = load(config)
    what = _labels(labels, known)
    material = _dataset(files, reading, known, weights, sort=sort)
    if material.disordered:
        raise CommandError("the mentions are not in order of publication, so no delay can be measured: add --sort")
    scopes, tuned = _scopes(known, material, what, brand or [], group), []
    for scope in scopes:
        found = _optimise(scope, config, material, what, limit, jobs or _processors(material))
        text = _diff(found, config)
        if json:
            print_json(found.record() | {"diff": text})
        else:
            print_optimisation(found, text)
        tuned.append((found, text))
        if write and found.proposed:
            _write(found, config)
    if report is not None:
        _report(report, tuned, language or scopes[0].brands[0].language)
    if material.rejected:
        first = material.rejected[0]
        print_status(
            f"{len(material.rejected)} lines rejected, the first is line {first.number}: {printable(first.reasons[0])}"
        )
        raise typer.Exit(1)


def parse_budget(text: str) -> float:
    """Return the false alarms a week that a budget allows.

    >>> parse_budget("1 false alarm/week"), parse_budget("2 per day")
    (1.0, 14.0)

    Raises:
        UsageError: it is none.
    """
    found = _BUDGET.fullmatch(text.strip())
    if found is None:
        raise UsageError(f'--budget {text!r}: write a number and a span, such as "1 false alarm/week" or "2/month"')
    return float(found[1]) / _WEEKS[found[2]]


def _labels(path: Path, known: Config) -> list[Label]:
    from replay.tuning.labels import check  # noqa: PLC0415

    found = read_labels(path)
    problems = check(found, known.by_name(), str(path))
    if problems:
        raise CommandError("\n".join(printable(str(problem)) for problem in problems))
    return found


def _dataset(files: list[str], reading: FileReading, known: Config, weights: Path | None, *, sort: bool) -> Dataset:
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from mentions.readers.sorting import sort_by_time  # noqa: PLC0415
    from mentions.watchlist.watchlist import Watchlist  # noqa: PLC0415
    from replay.tuning.dataset import from_recording, gather  # noqa: PLC0415
    from streams.recording.format import Recording, is_recording  # noqa: PLC0415

    with progress_bar("scoring") as advance:
        if any(map(is_recording, files)):
            if len(files) > 1:
                raise UsageError("a recording is tuned on its own: leave out the other files")
            try:
                return from_recording(Recording(files[0]).entries(scores=True, advance=advance))
            except SourceError as error:
                raise UsageError(str(error)) from error

        def lines() -> Iterator[Line | RejectedLine]:
            for path in files:
                yield from reading.lines(path, advance)

        watchlist = Watchlist([one.brand_terms(0) for one in known.brands])
        return gather(sort_by_time(lines()) if sort else lines(), watchlist, load_scorer(weights))


def _scopes(known: Config, material: Dataset, what: list[Label], brands: list[str], group: str | None) -> list[_Scope]:
    named = known.by_name()
    unknown = [name for name in brands if name not in named]
    if unknown or (brands and group):
        raise UsageError(
            f"--brand {unknown[0]}: no such brand" if unknown else "--brand and --group exclude each other"
        )
    if group is not None:
        members = [one for one in known.brands if one.group == group]
        if not members:
            raise UsageError(f"--group {group}: no brand belongs to it")
        return [_Scope(group, True, members)]
    labelled = {label.brand for label in what if label.is_crisis}
    wanted = brands or [one.name for one in known.brands if one.name in labelled and one.name in material.records]
    if not wanted:
        raise CommandError("no brand has both mentions in these files and a labelled crisis: nothing to tune on")
    return [_Scope(name, False, [named[name]]) for name in wanted]


def _processors(material: Dataset) -> int:
    """Return how many processors are worth it: another process takes a second to start."""
    return 1 if material.mentions < _SMALL_DATASET else os.cpu_count() or 1


def _optimise(
    scope: _Scope, config: Path, material: Dataset, what: list[Label], limit: float | None, jobs: int
) -> TuningResult:
    from replay.tuning.candidates import candidates, settings_in_file  # noqa: PLC0415
    from replay.tuning.optimisation import optimise  # noqa: PLC0415

    own = settings_in_file(config.read_bytes()) if scope.is_group else {}
    with progress_bar(f"tuning {scope.name}", len(candidates(scope.brands[0]))) as advance:
        kind: Literal["group", "brand"] = "group" if scope.is_group else "brand"
        return optimise(scope.name, kind, scope.brands, material, what, limit, own=own, advance=advance, jobs=jobs)


def _diff(found: TuningResult, config: Path) -> str:
    from config.brands.edit import diff  # noqa: PLC0415

    before = _text(config)
    return diff(before, _changed_text(found, config), config.as_posix()) if found.proposed else ""


def _changed_text(found: TuningResult, config: Path) -> str:
    from config.brands.edit import set_values  # noqa: PLC0415

    assert found.proposed is not None
    settings = found.proposed.settings
    return set_values(_text(config), found.scope, settings, group=found.kind == "group", name=str(config))


def _text(config: Path) -> str:
    return config.read_bytes().decode()


def _write(found: TuningResult, config: Path) -> None:
    fresh = config.with_name(f"{config.name}.new")
    fresh.write_bytes(_changed_text(found, config).encode())
    fresh.replace(config)
    print_status(f"{printable(str(config))}: written; run `tocsin config apply` to go live")


def _report(path: Path, tuned: list[tuple[TuningResult, str]], language: Language) -> None:
    from replay.report.tuning import TuningSection, render  # noqa: PLC0415  plotly is slow to load

    path.write_text(render([TuningSection(*one) for one in tuned], language), encoding="utf-8")
    print_status(f"wrote {printable(str(path))}")
