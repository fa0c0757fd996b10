"""`tocsin report`: writes one self-contained HTML page on what happened to a brand."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import typer

from tocsin.cli.analyse.replay_input import ReplayInput
from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.memory import collect_rarely
from tocsin.cli.output import print_line, print_status, printable, progress_bar
from tocsin.cli.weights import WeightsOption
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from replay.player.result import ReplayResult
    from replay.report.provenance import Provenance
    from replay.tuning.dataset import Dataset
    from streams.recording.format import Recording

DEFAULT_FILE: Final = Path("config/brands.yaml")
MAX_LOGO: Final = 1_000_000
"""Bytes of a logo at most: it is in the page."""

_PICTURES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


class _ReportInput(NamedTuple):
    """What a page is made of."""

    rules: Brand
    records: list[Batch | Tick]
    origin: Provenance
    lived: ReplayResult | None
    material: Dataset


@with_file_options()
def command(
    files: Annotated[list[str], typer.Argument(help="A recording with scores (.tocsin), or files of mentions.")],
    *,
    brand: Annotated[str, typer.Option("--brand", "-b", help="The brand to report on.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path("report.html"),
    incident: Annotated[
        str | None, typer.Option(help="Only this incident, with three hours around it; ids as in `tocsin replay`.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="The brands and their thresholds. Left out: config/brands.yaml, or the recording's own."),
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="No configuration: the built-in thresholds.")] = False,
    language: Annotated[
        Literal["en", "fr"] | None, typer.Option(help="Language of the page; left out: the brand's.")
    ] = None,
    agency: Annotated[str, typer.Option(help="Who made the report, for its head.")] = "",
    client: Annotated[str, typer.Option(help="For whom it is, for its head.")] = "",
    logo: Annotated[Path | None, typer.Option(help="Picture for its head: PNG, JPEG, GIF, WebP or SVG.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write what the charts draw, as CSV.")] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Also print the page as PDF, by a Chromium on this machine.")
    ] = None,
    sort: Annotated[bool, typer.Option("--sort", help="Sort the mentions by time of publication first.")] = False,
    weights: WeightsOption = None,
    reading: FileReading,
) -> None:
    """Write one HTML page on a brand's past: timeline, alerts, actions, contributors, examples, and what-if thresholds.

    The page loads nothing from the network: mail it, print it, keep it. A recording is reported as it happened: with
    its own configuration and people's actions. Exit code 1 if the brand has no mentions, the incident does not exist
    or lines were rejected.

    Examples:
      tocsin report march.jsonl.gz --brand Hallowfirth --defaults -o hallowfirth.html
      tocsin report march.tocsin --brand Hallowfirth --language fr
      tocsin report march.tocsin --brand Hallowfirth --agency Lighthouse --logo lighthouse.svg --pdf march.pdf
    """
    from replay.report.data import gather  # noqa: PLC0415  slow to load
    from replay.report.page import Publisher, render  # noqa: PLC0415
    from replay.report.series import to_csv  # noqa: PLC0415
    from tocsin.cli.analyse.pdf import browser, print_pdf  # noqa: PLC0415

    collect_rarely()
    for option, path in (("--out", out), ("--csv", csv), ("--pdf", pdf)):
        if path is not None:
            check_output_path(option, path)
    if pdf is not None:
        browser()
    publisher = Publisher(agency, client, read_picture(logo) if logo else "")
    source = ReplayInput(files, reading, sort=sort, rescore=False, weights=weights)
    found = _report_input(source, files, brand, config, defaults=defaults)
    if found.material.disordered:
        raise CommandError("the mentions are not in order of publication: add --sort")
    if not found.records:
        raise CommandError(f"no mention of {printable(brand)} in these files")
    with progress_bar("replaying", 1) as advance:
        try:
            facts = gather(found.rules, found.records, found.origin, incident, found.lived, advance)
        except LookupError as error:
            raise CommandError(printable(str(error.args[0]))) from error
    out.write_text(render(facts, language or found.rules.language, publisher), encoding="utf-8")
    if csv is not None:
        csv.write_text(to_csv(facts.series, facts.levels, facts.brand.timezone), encoding="utf-8-sig", newline="")
    if pdf is not None:
        print_pdf(out, pdf)
    count = len(facts.courses)
    written = ", ".join(printable(str(path)) for path in (out, csv, pdf) if path is not None)
    print_line(
        f"wrote {written}: {count} {'incident' if count == 1 else 'incidents'} in {facts.outcome.mentions:,} mentions"
    )
    refused = found.material.rejected
    if refused:
        print_status(
            f"{len(refused)} lines rejected, the first is line {refused[0].number}: {printable(refused[0].reasons[0])}"
        )
        raise typer.Exit(1)


def read_picture(path: Path) -> str:
    """Return a picture as a data: address.

    Raises:
        UsageError: it is no picture, cannot be read, or is larger than MAX_LOGO.
    """
    from base64 import b64encode  # noqa: PLC0415

    kind = _PICTURES.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"--logo {printable(str(path))}: must be one of {', '.join(_PICTURES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--logo {printable(str(path))}: {error.strerror}") from error
    if len(content) > MAX_LOGO:
        raise UsageError(f"--logo {printable(str(path))}: has {len(content):,} bytes, at most {MAX_LOGO:,} are taken")
    return f"data:{kind};base64,{b64encode(content).decode()}"


def check_output_path(option: str, path: Path) -> None:
    """Check that a page can be written to this path, before the long work begins.

    Raises:
        UsageError: its folder does not exist, or the path is a folder.
    """
    if path.is_dir() or not path.parent.is_dir():
        why = "is a folder: name a file in it" if path.is_dir() else "its folder does not exist: make it first"
        raise UsageError(f"{option} {printable(str(path))}: {why}")


def _report_input(
    source: ReplayInput, files: list[str], name: str, config: Path | None, *, defaults: bool
) -> _ReportInput:
    """Read the past and the rules; a recording lives again where no other rules are asked for."""
    from replay.report import provenance  # noqa: PLC0415  slow to load

    called = ", ".join(Path(path).name for path in files)
    if source.recording is not None and config is None and not defaults:
        return _replayed_recording(source.recording, called, name)
    rules = configured_brand(name, None if defaults else config or DEFAULT_FILE)
    material = scored_mentions(source, rules)
    records = material.records.get(name, [])
    return _ReportInput(rules, records, provenance.from_files(called, rules, records), None, material)


def _replayed_recording(recording: Recording, called: str, name: str) -> _ReportInput:
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from replay.player.recording_replay import RecordedPolicies, RecordingReplay  # noqa: PLC0415  slow to load
    from replay.report import provenance  # noqa: PLC0415
    from replay.tuning.dataset import from_recording  # noqa: PLC0415

    with progress_bar("reading", Path(recording.path).stat().st_size) as advance:
        try:
            entries = list(recording.entries(scores=True, advance=advance))
        except SourceError as error:
            raise UsageError(str(error)) from error
    material = from_recording(entries)
    records = material.records.get(name, [])
    playback = RecordingReplay(RecordedPolicies(recording.header))
    deque(playback.run(entries), maxlen=0)
    made_of = provenance.from_recording(called, recording.header, entries, name, records)
    return _ReportInput(provenance.configured(entries, name), records, made_of, playback.result, material)


def configured_brand(name: str, config: Path | None) -> Brand:
    """Return a brand as a file configures it, None: with the built-in settings.

    Raises:
        UsageError: there is no such file, or no such brand in it.
    """
    from config.brands.loader import load  # noqa: PLC0415
    from config.brands.model import default_brand  # noqa: PLC0415  pydantic is slow to load

    if config is None:
        return default_brand(name)
    if not config.is_file():
        raise UsageError(f"{printable(str(config))}: no such file: name one with --config, or use --defaults")
    known = load(config).by_name()
    if name not in known:
        raise UsageError(f"--brand {printable(name)}: no such brand in {printable(str(config))}")
    return known[name]


def scored_mentions(source: ReplayInput, brand: Brand) -> Dataset:
    """Return the scored mentions of a brand.

    Raises:
        UsageError: the recording cannot be read.
    """
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from mentions.watchlist.watchlist import Watchlist  # noqa: PLC0415
    from replay.tuning.dataset import from_recording, gather  # noqa: PLC0415

    with progress_bar("scoring", source.size) as advance:
        if source.recording is None:
            return gather(source.lines(advance), Watchlist([brand.brand_terms(0)]), source.scorer())
        try:
            return from_recording(source.recording.entries(scores=True, advance=advance))
        except SourceError as error:
            raise UsageError(str(error)) from error
