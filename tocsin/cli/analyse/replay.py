"""`tocsin replay`: runs recorded mentions through the live functions and prints the incidents, or each event."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from tocsin.cli.analyse.replay_input import ReplayInput
from tocsin.cli.file_options import FILES, with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.memory import collect_rarely
from tocsin.cli.options import SortOption
from tocsin.cli.output import print_json, print_status, printable, progress_bar
from tocsin.cli.weights import WeightsOption
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.player.file_replay import FileReplay
    from replay.player.recording_replay import PolicySource
    from replay.player.result import ReplayResult


class Severity(StrEnum):
    """What is printed at least."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Output(NamedTuple):
    """What is printed, and from which severity on."""

    kind: Literal["summary", "events", "json"]
    least: str = "info"


MAX_SHOWN_REJECTIONS = 20
CONFIG = Path("config/brands.yaml")

_FILES = f"A recording (.tocsin), or {FILES}"


@with_file_options()
def command(
    files: Annotated[list[str], typer.Argument(help=_FILES)],
    *,
    config: Annotated[
        Path | None,
        typer.Option(help="The brands and their thresholds. Left out: config/brands.yaml, or the recording's own."),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="No configuration: every brand in the data, with built-in thresholds.")
    ] = False,
    compare_to: Annotated[
        Path | None, typer.Option(help="Compare with this configuration: incidents gained, lost, earlier, later.")
    ] = None,
    sort: SortOption = False,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Score the texts again, although the recording has scores.")
    ] = False,
    weights: WeightsOption = None,
    slack: Annotated[
        bool, typer.Option("--slack", help="Print the requests that Slack would have received, with their payload.")
    ] = False,
    speed: Annotated[
        str, typer.Option(help="Show the messages in the terminal as they come, at this speed: 60x.")
    ] = "",
    via_kafka: Annotated[
        bool,
        typer.Option("--via-kafka", help="Use a real worker and temporary topics under TOCSIN_PREFIX."),
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print one line for each incident (the default).")] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Print one line for each change of an incident, as it happens.")
    ] = False,
    min_severity: Annotated[
        Severity, typer.Option(help="Leave out incidents, and events, below this: info, warning or critical.")
    ] = Severity.INFO,
    json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print JSON, one object a line: the events, or what --slack and --compare-to print."
        ),
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="With --compare-to: print Markdown, for a pull request comment.")
    ] = False,
    reading: FileReading,
) -> None:
    """Replay mentions through the live functions, without Kafka, and print one line for each incident.

    The line says when it opened, first paged and was resolved, its peak, its topic with the risk categories, or else
    the words of its mentions, and the verdict. In a terminal the table fits its width.

    A recording replays with its actions, its late mentions and the configuration of its time. Mentions in other files
    should be in order of publication; several files are read one after the other. Exit code 1 if lines were rejected
    (they are named) or ids do not tell posts apart, 2 if a file cannot be read.

    Examples:
      tocsin replay march.jsonl.gz --defaults
      tocsin replay march.jsonl.gz --defaults --events --min-severity warning
      tocsin replay march.tocsin --slack
      tocsin replay march.tocsin --compare-to config/brands.yaml --markdown
      tocsin replay march.tocsin --speed 60x
      tocsin replay export.csv --map text=body,published_at=date --config config/brands.yaml
      tocsin replay export.xlsx --preview
      zcat march.jsonl.gz | tocsin replay - --defaults --json
    """
    collect_rarely()
    shown_instead = bool(slack or speed or compare_to)
    output = _output(summary=summary, events=events, json=json, shown_instead=shown_instead, least=min_severity.value)
    source = ReplayInput(files, reading, sort=sort, rescore=rescore, weights=weights)
    if via_kafka:
        result, seconds = _replay_via_kafka(source, None if defaults else config or CONFIG, weights, output)
        _print_status(result, seconds, source)
        raise typer.Exit(1 if result.rejected_lines else 0)
    policies = source.policies(config or (None if source.recording else CONFIG), defaults=defaults)
    started = time.monotonic()
    if compare_to is not None:
        from tocsin.cli.analyse.comparison import print_comparison  # noqa: PLC0415  slow to load

        result = print_comparison(source, policies, source.policies(compare_to), json=json, markdown=markdown)
    elif speed or slack:
        from tocsin.cli.analyse.replay_output import print_cards, print_slack_requests  # noqa: PLC0415  slow to load

        result = print_cards(source, policies, speed) if speed else print_slack_requests(source, policies, json=json)
    else:
        result = _replay(source, policies, output)
    _print_status(result, time.monotonic() - started, source)
    if result.rejected_lines:
        raise typer.Exit(1)


def _output(*, summary: bool, events: bool, json: bool, shown_instead: bool, least: str) -> Output:
    """Return what to print.

    Raises:
        UsageError: the options contradict each other.
    """
    if summary + events + json > 1:
        raise UsageError("--summary prints incidents, --events and --json print events: give one of them")
    if shown_instead and (summary or events):
        raise UsageError("--slack, --speed and --compare-to print something else: leave out --summary and --events")
    return Output("json" if json else "events" if events else "summary", least)


def _replay(source: ReplayInput, policies: PolicySource, output: Output) -> ReplayResult:
    from replay.player.file_replay import FileReplay  # noqa: PLC0415
    from replay.player.result import ReplayResult  # noqa: PLC0415  slow to load

    result = ReplayResult()
    with progress_bar("replaying", source.size) as advance:
        if source.recording is not None:
            notifications = source.notifications(policies, result, advance)
            _print_events(source.events(notifications), output)
            return _summarised(result, output)
        replay = FileReplay(policies, source.scorer())  # type: ignore[arg-type]  # a file has fixed rules
        _print_events(replay.run(source.lines(advance)), output)
    return _summarised(_result(replay), output)


def _replay_via_kafka(
    source: ReplayInput, config: Path | None, weights: Path | None, output: Output
) -> tuple[ReplayResult, float]:
    from replay.player.result import ReplayResult  # noqa: PLC0415
    from tocsin.cli.analyse.kafka_replay import KafkaReplay  # noqa: PLC0415
    from tocsin.cli.environment import load_installation  # noqa: PLC0415  slow to load

    brands = source.brands(config)
    started = time.monotonic()
    with KafkaReplay(load_installation(), brands, weights) as through, progress_bar("sending", source.size) as advance:
        notifications = list(through.notifications(source.lines(advance)))
        _print_events(source.events(notifications), output)
        result = ReplayResult(notifications, rejected_lines=through.rejected)
        result.counts[""] = through.sent
        return _summarised(result, output), time.monotonic() - started


def _result(replay: FileReplay) -> ReplayResult:
    from replay.player.result import ReplayResult  # noqa: PLC0415

    result = ReplayResult(
        replay.notifications, rejected_lines=replay.rejected_lines, unmatched=replay.unmatched, until=replay.latest
    )
    result.close(replay.pipeline.states())
    result.counts[""] = replay.mentions
    return result


def _print_events(events: Iterable[dict[str, Any]], output: Output) -> None:
    """Print the events, or only run the replay that yields them."""
    from tocsin.cli.analyse.incident_summary import is_at_least, print_event  # noqa: PLC0415  slow to load

    for line in events:
        if output.kind == "summary" or not is_at_least(line["severity"], output.least):
            continue
        (print_json if output.kind == "json" else print_event)(line)


def _summarised(result: ReplayResult, output: Output) -> ReplayResult:
    from tocsin.cli.analyse import incident_summary  # noqa: PLC0415  slow to load

    if output.kind == "summary":
        found = [one for one in result.timelines() if incident_summary.is_at_least(one.severity, output.least)]
        incident_summary.print_incidents(found, incident_summary.terminal_columns())
        if found:
            print_status(incident_summary.summary_text(found))
    return result


def _print_status(result: ReplayResult, seconds: float, source: ReplayInput) -> None:
    for rejected in result.rejected_lines[:MAX_SHOWN_REJECTIONS]:
        print_status(f"line {rejected.number}: {printable('; '.join(rejected.reasons))}")
    if len(result.rejected_lines) > MAX_SHOWN_REJECTIONS:
        print_status(f"… and {len(result.rejected_lines) - MAX_SHOWN_REJECTIONS} more lines rejected")
    if result.late and source.recording is None:
        remedy = "sort the file by published_at, or replay with --sort"
        where = source.describe_disorder()
        print_status(f"warning: {result.late} mentions are out of order by more than the lateness: {where}{remedy}")
    if result.duplicates:
        print_status(f"{result.duplicates} duplicates were counted once")
    if result.mentions and result.unmatched == result.mentions:
        print_status(
            "warning: no mention is about a brand: name the brands and their keywords with --config, or "
            "say that all are about one with --map brand==NAME"
        )
    print_status(
        f"{result.mentions:,} mentions in {seconds:.1f} s ({result.mentions / max(seconds, 1e-9):,.0f}/s), "
        f"{result.unmatched} of no brand, {len(result.rejected_lines)} rejected"
    )
