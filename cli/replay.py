"""`tocsin replay`: what would have fired on recorded mentions?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import Misuse
from cli.inputs import mapped, parsed_mapping
from cli.output import emit, plain, progress, show, tell
from cli.weights import Weights, scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from replay.policies import Rules
    from replay.rerun import Rerun
    from sources.position import Line, Refused

SHOWN_REFUSALS = 20


def command(
    files: Annotated[list[str], typer.Argument(help="JSON Lines or CSV, plain, .gz or .zst; - is standard input.")],
    *,
    config: Annotated[Path, typer.Option(help="The brands and their thresholds.")] = Path("config/brands.yaml"),
    defaults: Annotated[
        bool, typer.Option("--defaults", help="No configuration: every brand in the data, with built-in thresholds.")
    ] = False,
    columns: Annotated[
        str, typer.Option("--map", help="CSV columns: field=column,… (text=body,channel==forum for a fixed value).")
    ] = "",
    weights: Weights = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text, one line an event.")] = False,
) -> None:
    """Run recorded mentions through the live rules, without Kafka, and print what happens to incidents.

    Mentions should be in order of publication; several files are read one after the other. Exit code 1 where lines
    were refused (they are named), 2 where a file cannot be read.

    Examples:
      tocsin replay march.jsonl.gz --defaults
      tocsin replay export.csv --map text=body,published_at=date --config config/brands.yaml
      zcat march.jsonl.gz | tocsin replay - --defaults --json
    """
    from replay.rerun import Rerun  # noqa: PLC0415

    rerun = Rerun(_rules(config, defaults=defaults), scorer(weights))
    started = time.monotonic()
    with progress("replaying", _size(files)) as advance:
        for line in rerun.run(_lines(files, parsed_mapping(columns), advance)):
            emit(line) if json else _print(line)
    _sum_up(rerun, time.monotonic() - started)
    if rerun.refused:
        raise typer.Exit(1)


def _rules(config: Path, *, defaults: bool) -> Rules:
    from config.load import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from replay.policies import Rules  # noqa: PLC0415

    if defaults:
        return Rules.built_in()
    if not config.is_file():
        raise Misuse(f"{config}: no such file: name one with --config, or replay with --defaults")
    return Rules.of(load(config).brands)


def _lines(files: list[str], mapping: dict[str, str], advance: Callable[[float], None]) -> Iterator[Line | Refused]:
    for path in files:
        yield from mapped(path, mapping, advance)


def _size(files: list[str]) -> float | None:
    """Return the bytes to read, None where that is not known: compressed files and standard input."""
    if any(path == "-" or path.endswith((".gz", ".zst")) for path in files):
        return None
    return sum(Path(path).stat().st_size for path in files if Path(path).is_file())


def _print(line: dict[str, Any]) -> None:
    evidence = line["evidence"]
    usual = "" if evidence["expected"] is None else f", usually {evidence['expected']:.3g}"
    show(
        f"{line['at'][:16].replace('T', ' ')}  {line['event']:8}  {line['severity']:8}  {plain(line['brand'])}: "
        f"{line['detector']}, {evidence['observed']:.3g} {evidence['metric']}{usual}  [{line['incident']}]"
    )


def _sum_up(rerun: Rerun, seconds: float) -> None:
    for refused in rerun.refused[:SHOWN_REFUSALS]:
        tell(f"line {refused.number}: {plain('; '.join(refused.reasons))}")
    if len(rerun.refused) > SHOWN_REFUSALS:
        tell(f"… and {len(rerun.refused) - SHOWN_REFUSALS} more lines refused")
    if rerun.late:
        tell(
            f"warning: {rerun.late} mentions are out of order by more than the lateness: sort the file by published_at"
        )
    tell(
        f"{rerun.mentions} mentions in {seconds:.1f} s ({rerun.mentions / max(seconds, 1e-9):,.0f}/s), "
        f"{rerun.unmatched} of no brand, {len(rerun.refused)} refused"
    )
