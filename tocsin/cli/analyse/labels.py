"""`tocsin labels`: checks label files, exports verdicts from Slack as labels, merges both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.analyse.label_files import label_target, read_labels
from tocsin.cli.environment import load_installation
from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.output import print_line, print_status, printable
from tocsin.cli.respond.actions import read_actions, read_incidents
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.errors import Problem
    from replay.tuning.labels import Label

CONFIG = Path("config/brands.yaml")

app = typer.Typer(
    help="Check, merge and export the labels of past incidents.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_Csv = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet instead of YAML.")]
_Recording = Annotated[
    str | None, typer.Option("--recording", help="Read the verdicts of this recording instead of those in Kafka.")
]
_Config = Annotated[Path, typer.Option(help="The brands that are watched.")]


@app.command()
@with_file_options("file", target=label_target)
def check(
    file: Annotated[Path, typer.Argument(help="The incidents.yaml to check, or a table: CSV, Excel, JSON.")],
    *,
    config: _Config = CONFIG,
    reading: FileReading,
) -> None:
    """Report every error in a file of labels, with file, line and column.

    Exit code 0 without errors, 1 with errors, 2 if there is no such file.

    Examples:
      tocsin labels check incidents.yaml
      tocsin labels check incidents.xlsx --timezone Europe/Paris
    """
    labels = read_labels(file, reading)
    _fail_on(_problems(labels, config, file))
    crises = sum(label.is_crisis for label in labels)
    print_status(f"{printable(str(file))}: {len(labels)} labels, {crises} of them a crisis, no errors")


@app.command()
def export(*, recording: _Recording = None, csv: _Csv = False) -> None:
    """Print the verdicts given in Slack as labels, with the reasons.

    A verdict's onset is when Tocsin first detected it. If you know the real onset, correct it in the file: tuning for
    earlier alerts needs it.

    Examples:
      tocsin labels export > incidents.yaml
      tocsin labels export --csv
      tocsin labels export --recording march.tocsin
    """
    _print(_verdicts(recording), csv=csv)


@app.command()
@with_file_options("file", target=label_target)
def merge(
    file: Annotated[Path, typer.Argument(help="The incidents.yaml, or table, whose labels take precedence.")],
    *,
    recording: _Recording = None,
    config: _Config = CONFIG,
    csv: _Csv = False,
    reading: FileReading,
) -> None:
    """Print a file's labels, and the verdicts on incidents that it does not label.

    Exit code 1, and no output, if a verdict contradicts a label, labels overlap or a brand is not watched.

    Examples:
      tocsin labels merge incidents.yaml > merged.yaml
    """
    from replay.tuning.labels import merge as together  # noqa: PLC0415

    merged = together(read_labels(file, reading), _verdicts(recording), str(file))
    _fail_on([*merged.problems, *_problems(merged.labels, config, file)])
    _print(merged.labels, csv=csv)


def _problems(labels: Sequence[Label], config: Path, file: Path) -> list[Problem]:
    from config.brands.loader import load  # noqa: PLC0415
    from replay.tuning.labels import check as judge  # noqa: PLC0415

    if not config.is_file():
        print_status(f"{printable(str(config))}: no such file: brands are not checked")
        return judge(labels, (), str(file))
    return judge(labels, load(config).by_name(), str(file))


def _fail_on(problems: Sequence[Problem]) -> None:
    if problems:
        raise CommandError("\n".join(printable(str(problem)) for problem in problems))


def _print(labels: Sequence[Label], *, csv: bool) -> None:
    from replay.tuning.labels import to_csv, to_yaml  # noqa: PLC0415

    print_line((to_csv if csv else to_yaml)(labels).rstrip("\n"))


def _verdicts(recording: str | None) -> list[Label]:
    return _verdicts_in_kafka() if recording is None else _verdicts_in_recording(recording)


def _verdicts_in_kafka() -> list[Label]:
    from replay.tuning.labels import labels_from_verdicts  # noqa: PLC0415

    here = load_installation()
    return labels_from_verdicts(read_incidents(here), read_actions(here))


def _verdicts_in_recording(path: str) -> list[Label]:
    from mentions.readers.position import SourceError  # noqa: PLC0415
    from replay.player.recording_replay import RecordedPolicies, RecordingReplay  # noqa: PLC0415
    from replay.tuning.labels import labels_from_verdicts  # noqa: PLC0415
    from streams.recording.format import ActionEntry, Recording  # noqa: PLC0415
    from tocsin.cli.weights import load_scorer  # noqa: PLC0415

    try:
        found = Recording(path)
        playback = RecordingReplay(RecordedPolicies(found.header), None if found.header.scores else load_scorer(None))
        entries = list(found.entries())
    except SourceError as error:
        raise UsageError(str(error)) from error
    latest = {note.incident.id: note.incident for note in playback.run(entries)}
    return labels_from_verdicts(latest.values(), [entry.action for entry in entries if isinstance(entry, ActionEntry)])
