"""`tocsin ingest`: sends mentions from files or standard input to Kafka, and resumes after an interruption."""

from __future__ import annotations

import os
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.file_options import FILES, with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.options import EmbeddedOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable, progress_bar
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from mentions.readers.checkpoint import Checkpoint, SourceFile
    from mentions.readers.options import Ids
    from mentions.readers.position import Position, RejectedLine
    from streams.ingest import Ingest

MAX_SHOWN_REJECTIONS = 20


class ArrivalTime(StrEnum):
    """The arrival time of the mentions."""

    NOW = "now"
    PUBLISHED = "published"


@with_file_options()
def command(
    files: Annotated[list[str], typer.Argument(help=FILES)],
    *,
    as_of: Annotated[
        ArrivalTime,
        typer.Option(help="Arrival time. published: as if each arrived when it was published, to run an old incident."),
    ] = ArrivalTime.NOW,
    speed: Annotated[
        float,
        typer.Option(min=0, help="With --as-of published: this many times real time; 0: as fast as possible."),
    ] = 0.0,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="File that keeps how far a file is sent. Left out: FILE.checkpoint."),
    ] = None,
    embedded: EmbeddedOption = False,
    json: JsonOption = False,
    reading: FileReading,
) -> None:
    """Send mentions to Kafka in batches; those of one brand go to one partition, in order.

    Interrupted, the same command resumes after what the broker has acknowledged; a growing file can be sent again and
    again. Rejected lines are named and not sent. Mentions older than the brand's backfill_after go into the baseline
    and raise no alert. What a file is written in, packed in and made of is found out, and the exports of common tools
    by their header; --preview shows how a file would be read. Exit code 1 if lines were rejected, or before anything
    is sent if ids do not tell posts apart.

    Examples:
      tocsin ingest mentions.jsonl.gz
      tocsin ingest export.xlsx --preview
      tocsin ingest export.csv --map text=title+body,published_at=date,channel==forum --timezone Europe/Paris
      tocsin ingest brandwatch.zip
      tocsin ingest march.jsonl.gz --as-of published --speed 600
    """
    from streams.ingest import Ingest, Throttle  # noqa: PLC0415  kafka-python is slow to load
    from streams.tracing.setup import tracing  # noqa: PLC0415

    if speed and as_of is ArrivalTime.NOW:
        raise UsageError("--speed needs --as-of published")
    here = load_installation(embedded=embedded)
    sources = {path: _resume(path, _checkpoint(path, checkpoint, alone=len(files) == 1)) for path in files}
    for path, source in sources.items():
        reading.check(path, source.start)
    traces = tracing(os.environ, "ingest")
    with closing(Ingest(here.connection, here.topics, as_of.value, Throttle(speed), traces)) as ingest:
        for path in files:
            _send(ingest, path, reading, sources[path])
        ingest.finish()
        counts = {name: ingest.progress.counts()[name] for name in ("sent", "records", "rejected")}
    if json:
        print_json(counts)
    else:
        print_line(f"sent {counts['sent']} mentions in {counts['records']} records, rejected {counts['rejected']}")
    if counts["rejected"]:
        raise typer.Exit(1)


def _checkpoint(path: str, checkpoint: Path | None, *, alone: bool) -> Checkpoint | None:
    from mentions.readers.checkpoint import Checkpoint  # noqa: PLC0415

    if path == "-":
        return None
    if checkpoint is not None and not alone:
        raise UsageError("--checkpoint is for a single file: leave it out, and each file gets its own")
    return Checkpoint(checkpoint or Path(f"{path}.checkpoint"))


class _Source(NamedTuple):
    """A file to send, where to go on in it, and where that is kept; None for standard input."""

    file: SourceFile | None = None
    start: Position | None = None
    mark: Checkpoint | None = None


def _send(ingest: Ingest, path: str, reading: FileReading, found: _Source) -> None:
    """Send one file, starting at its checkpoint."""
    source, start, mark = found
    ids: Ids = "stop" if source else "tell"  # a stream may bring edits for years
    before = ingest.progress.counts()
    with progress_bar(f"sending {path}", source.size if source else None) as advance:
        for refused in ingest.run(reading.lines(path, advance, start, ids=ids)):
            _print_rejected(path, refused)
            if mark is not None and source is not None:
                now = ingest.progress.counts()
                mark.save(source, ingest.progress.position, {name: now[name] - before[name] for name in now})


def _resume(path: str, mark: Checkpoint | None) -> _Source:
    from mentions.readers.checkpoint import ResumeOutcome, identify  # noqa: PLC0415
    from mentions.readers.position import SourceError  # noqa: PLC0415

    if mark is None:
        return _Source()
    try:
        source = identify(path)
        resumption = mark.resume(source)
    except SourceError as error:
        raise UsageError(str(error)) from error
    if resumption.start is not ResumeOutcome.FRESH:
        print_status(f"{path}: {resumption.start.value} (line {resumption.position.lines}, {mark.path})")
    return _Source(source, resumption.position, mark)


def _print_rejected(path: str, refused: list[RejectedLine]) -> None:
    """Print which lines were rejected, and why."""
    for line in refused[:MAX_SHOWN_REJECTIONS]:
        print_status(f"{path}:{line.number}: {printable('; '.join(line.reasons))}")
    if len(refused) > MAX_SHOWN_REJECTIONS:
        print_status(
            f"{path}: … and {len(refused) - MAX_SHOWN_REJECTIONS} more lines rejected up to line {refused[-1].number}"
        )
