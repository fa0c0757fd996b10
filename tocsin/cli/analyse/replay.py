"""`tocsin replay`: what would have fired on recorded mentions?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.analyse.replay_input import ReplayInput
from tocsin.cli.inputs import parse_column_map
from tocsin.cli.output import print_json, print_line, print_status, printable, progress_bar
from tocsin.cli.weights import WeightsOption  # noqa: TC001  typer reads the annotation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.player.file_replay import Rerun
    from replay.player.recording_replay import Revised
    from replay.player.result import Outcome

MAX_SHOWN_REJECTIONS = 20
CONFIG = Path("config/brands.yaml")

_FILES = "A recording (.tocsin), or JSON Lines, CSV or Parquet, plain, .gz or .zst; - is standard input."


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
    against: Annotated[
        Path | None, typer.Option(help="Compare with this configuration: incidents gained, lost, earlier and later.")
    ] = None,
    columns: Annotated[
        str, typer.Option("--map", help="Columns of CSV or Parquet: field=column,… (channel==forum for a fixed value).")
    ] = "",
    sort: Annotated[
        bool,
        typer.Option("--sort", help="Put the mentions in order of publication first, beyond 32 MB by way of the disk."),
    ] = False,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Read the texts anew, though the recording carries scores.")
    ] = False,
    weights: WeightsOption = None,
    slack: Annotated[
        bool, typer.Option("--slack", help="Print what Slack would have been sent: each request with its payload.")
    ] = False,
    speed: Annotated[
        str, typer.Option(help="Watch it live in the terminal, so many times as fast as it was: 60x.")
    ] = "",
    via_kafka: Annotated[
        bool,
        typer.Option(
            "--via-kafka", help="Through topics under TOCSIN_PREFIX and a real worker; they are removed after."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text, one line an event.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="With --against: print Markdown, for a comment on a pull request.")
    ] = False,
) -> None:
    """Run recorded mentions through the live rules, without Kafka, and print what happens to incidents.

    A recording replays what was done, and late what came late, under the configuration that was in force. Mentions in
    other files should be in order of publication; several files are read one after the other. Exit code 1 where lines
    were refused (they are named), 2 where a file cannot be read.

    Examples:
      tocsin replay march.jsonl.gz --defaults
      tocsin replay march.tocsin --slack
      tocsin replay march.tocsin --against config/brands.yaml --markdown
      tocsin replay march.tocsin --speed 60x
      tocsin replay export.csv --map text=body,published_at=date --config config/brands.yaml
      zcat march.jsonl.gz | tocsin replay - --defaults --json
    """
    past = ReplayInput(files, parse_column_map(columns), sort=sort, rescore=rescore, weights=weights)
    if via_kafka:
        outcome, seconds = _replay_via_kafka(past, None if defaults else config or CONFIG, weights, json=json)
        _print_summary(outcome, seconds, past)
        raise typer.Exit(1 if outcome.refused else 0)
    rules = past.policies(config or (None if past.recording else CONFIG), defaults=defaults)
    started = time.monotonic()
    if against is not None:
        from tocsin.cli.analyse.comparison import print_comparison  # noqa: PLC0415  slow to load

        outcome = print_comparison(past, rules, past.policies(against), json=json, markdown=markdown)
    elif speed or slack:
        from tocsin.cli.analyse.replay_output import print_cards, print_slack_requests  # noqa: PLC0415  slow to load

        outcome = print_cards(past, rules, speed) if speed else print_slack_requests(past, rules, json=json)
    else:
        outcome = _replay(past, rules, json=json)
    _print_summary(outcome, time.monotonic() - started, past)
    if outcome.refused:
        raise typer.Exit(1)


def _replay(past: ReplayInput, rules: Revised, *, json: bool) -> Outcome:
    from replay.player.file_replay import Rerun  # noqa: PLC0415
    from replay.player.result import Outcome  # noqa: PLC0415  slow to load

    outcome = Outcome()
    with progress_bar("replaying", past.size) as advance:
        if past.recording is not None:
            told = past.notifications(rules, outcome, advance)
            _print_events(past.events(told), json=json)
            return outcome
        rerun = Rerun(rules, past.scorer())  # type: ignore[arg-type]  # a file has fixed rules
        _print_events(rerun.run(past.lines(advance)), json=json)
    return _result(rerun)


def _replay_via_kafka(
    past: ReplayInput, config: Path | None, weights: Path | None, *, json: bool
) -> tuple[Outcome, float]:
    from replay.player.result import Outcome  # noqa: PLC0415
    from tocsin.cli.analyse.kafka_replay import KafkaReplay  # noqa: PLC0415
    from tocsin.cli.environment import load_installation  # noqa: PLC0415  slow to load

    brands = past.brands(config)
    started = time.monotonic()
    with KafkaReplay(load_installation(), brands, weights) as through, progress_bar("sending", past.size) as advance:
        _print_events(past.events(through.notifications(past.lines(advance))), json=json)
        outcome = Outcome(refused=through.rejected)
        outcome.counts[""] = through.sent
        return outcome, time.monotonic() - started


def _result(rerun: Rerun) -> Outcome:
    from replay.player.result import Outcome  # noqa: PLC0415

    outcome = Outcome(refused=rerun.refused, unmatched=rerun.unmatched, until=rerun.latest)
    outcome.close(rerun.pipeline.watch)
    outcome.counts[""] = rerun.mentions
    return outcome


def _print_events(events: Iterable[dict[str, Any]], *, json: bool) -> None:
    for line in events:
        print_json(line) if json else _print_event(line)


def _print_event(line: dict[str, Any]) -> None:
    evidence = line["evidence"]
    usual = "" if evidence["expected"] is None else f", usually {evidence['expected']:.3g}"
    print_line(
        f"{line['at'][:16].replace('T', ' ')}  {line['event']:8}  {line['severity']:8}  {printable(line['brand'])}: "
        f"{line['detector']}, {evidence['observed']:.3g} {evidence['metric']}{usual}  [{line['incident']}]"
    )


def _print_summary(outcome: Outcome, seconds: float, past: ReplayInput) -> None:
    for refused in outcome.refused[:MAX_SHOWN_REJECTIONS]:
        print_status(f"line {refused.number}: {printable('; '.join(refused.reasons))}")
    if len(outcome.refused) > MAX_SHOWN_REJECTIONS:
        print_status(f"… and {len(outcome.refused) - MAX_SHOWN_REJECTIONS} more lines refused")
    if outcome.late and past.recording is None:
        remedy = "sort the file by published_at, or replay with --sort"
        print_status(
            f"warning: {outcome.late} mentions are out of order by more than the lateness: {past.describe_disorder()}{remedy}"
        )
    if outcome.repeated:
        print_status(f"{outcome.repeated} mentions came twice and were counted once")
    print_status(
        f"{outcome.mentions} mentions in {seconds:.1f} s ({outcome.mentions / max(seconds, 1e-9):,.0f}/s), "
        f"{outcome.unmatched} of no brand, {len(outcome.refused)} refused"
    )
