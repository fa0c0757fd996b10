"""`tocsin config`: is the brand configuration right, what does it look like, and may it go live?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall
from tocsin.cli.configure.calendar import refresh, with_calendars, with_shifts
from tocsin.cli.environment import installation
from tocsin.cli.errors import Failure, Misuse
from tocsin.cli.output import agreed, emit, plain, show, tell

if TYPE_CHECKING:
    from config.brands.loader import Report
    from config.brands.plan import Plan
    from config.errors import Problem
    from config.store import BrandStore

DEFAULT_FILE = Path("config/brands.yaml")

app = typer.Typer(
    help="Check and apply the brand configuration.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The configuration to check.")] = DEFAULT_FILE,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    json: _Json = False,
) -> None:
    """Report everything that is wrong with a configuration, with file, line and column.

    Exit code 0 without errors, 1 with errors, 2 where there is no such file.

    Examples:
      tocsin config check
      tocsin config check brands.yaml --strict --json
    """
    from config.brands.loader import check as judge  # noqa: PLC0415  pydantic and YAML are slow to load

    if not file.exists():
        raise Misuse(_no_file(file))
    report = with_calendars(file, judge(file))
    if json:
        emit(_record(file, report))
    else:
        _print(file, report)
    if report.config is None or (strict and report.warnings):
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of brands.yaml, by which an editor completes and checks it.

    Examples:
      tocsin config schema > brands.schema.json
    """
    from config.schema import text  # noqa: PLC0415  pydantic is slow to load

    sys.stdout.write(text())


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The configuration to apply.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: _Json = False,
) -> None:
    """Show what would change (+ added, ~ changed, - removed), ask, and send it to the running workers.

    The workers follow at once, without a restart. A file with an error changes nothing. A brand that is no longer in
    the file is no longer watched. The calendars of rotas are fetched; `tocsin config refresh` does so again.

    Examples:
      tocsin config apply config/brands.yaml --dry-run
      tocsin config apply config/brands.yaml --yes
    """
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from streams.kafka.admin import brand_store  # noqa: PLC0415  so is the Kafka client

    if not file.exists():
        raise Misuse(_no_file(file))
    wanted = load(file, warn=lambda problem: tell(plain(str(problem)))).named()
    store = brand_store(installation().settings)
    carry_out(store, with_shifts(file, wanted, store), dry_run=dry_run, yes=yes, json=json)


def carry_out(store: BrandStore, wanted: dict[str, Any], *, dry_run: bool, yes: bool, json: bool) -> None:
    """Compare `wanted` with what is in force, print the plan, ask unless `yes`, and publish it.

    Raises:
        Misuse: nobody can be asked, as standard input is no terminal, and `yes` was not given.
        Failure: the answer was no.
    """
    from config.brands.plan import plan  # noqa: PLC0415  pydantic is slow to load

    planned = plan(store.read_applied(), wanted, wall())
    say = tell if json else show
    for change in planned.changes:
        for line in change.lines():
            say(plain(line))
    for kept in planned.kept:
        say(plain(f"= {kept}"))
    say(f"Plan: {planned.summary()}.")
    applied = not dry_run and bool(planned.changes)
    if applied:
        _ask(planned, yes=yes)
        store.publish(planned.records)
        tell(f"Applied: {planned.summary()}.")
    if json:
        changes = [change.record() for change in planned.changes]
        kept_records = [kept.record() for kept in planned.kept]
        emit({"applied": applied, "unchanged": planned.unchanged, "changes": changes, "overrides": kept_records})


app.command()(refresh)


@app.command(name="show")
def show_applied(
    *,
    overrides: Annotated[bool, typer.Option("--overrides", help="Only what overrides the configuration.")] = False,
    json: _Json = False,
) -> None:
    """Show what is in force: each brand with its channel, and what somebody overrode from Slack, until when.

    Examples:
      tocsin config show
      tocsin config show --overrides --json
    """
    from config.brands.overrides import Overridden, in_force  # noqa: PLC0415  pydantic is slow to load
    from config.brands.wire import decode_governed  # noqa: PLC0415
    from streams.kafka.admin import brand_store  # noqa: PLC0415

    applied = sorted(brand_store(installation().settings).read_applied().items())
    for governed in (decode_governed(raw) for _, raw in applied):
        brand = governed.brand
        found = [Overridden(brand, one) for one in in_force(governed.overrides, wall())]
        if json:
            values = {} if overrides else {"brand": brand.model_dump(mode="json")}
            emit({"name": brand.name} | values | {"overrides": [one.record() for one in found]})
            continue
        if not overrides:
            show(plain(f"{brand.name}  {brand.slack_channel or '(no channel)'}  {brand.language}"))
        for one in found:
            show(plain(f"  {one}"))


@app.command()
def lift(
    brand: Annotated[str, typer.Argument(help="The brand, as configured.")],
    path: Annotated[str, typer.Argument(help="Which threshold, such as detect.negative.least; none: all.")] = "",
) -> None:
    """Take back what overrides a brand's configuration.

    Examples:
      tocsin config lift Hallowfirth
      tocsin config lift Hallowfirth detect.negative.least
    """
    from config.brands.wire import decode_governed, encode_brand  # noqa: PLC0415  pydantic is slow to load
    from streams.kafka.admin import brand_store  # noqa: PLC0415

    store = brand_store(installation().settings)
    raw = store.read_applied().get(brand)
    governed = decode_governed(raw) if raw else None
    kept = tuple(one for one in governed.overrides if path not in ("", one.path)) if governed else ()
    if governed is None or len(kept) == len(governed.overrides):
        raise Failure(f"{plain(brand)}: nothing to lift; `tocsin config show --overrides` lists what there is")
    store.publish({brand: encode_brand(governed.brand, kept)})
    tell(f"Lifted: {_count(len(governed.overrides) - len(kept), 'override')}.")


def _ask(planned: Plan, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misuse("nobody to ask, as standard input is no terminal: add --yes, or --dry-run to look only")
    removed = planned.count("removed")
    lost = f" {_count(removed, 'brand')} will no longer be watched." if removed else ""
    if not agreed(f"Apply {_count(len(planned.changes), 'change')}?{lost}"):
        raise Failure("nothing was changed")


def _print(file: Path, report: Report) -> None:
    for problem in report.problems:
        show(plain(str(problem)))
    brands = "" if report.config is None else f"{_count(len(report.config.brands), 'brand')}, "
    errors, warnings = _count(len(report.errors), "error"), _count(len(report.warnings), "warning")
    tell(f"{plain(str(file))}: {brands}{errors}, {warnings}")


def _record(file: Path, report: Report) -> dict[str, Any]:
    brands = [] if report.config is None else [brand.name for brand in report.config.brands]
    problems = [_problem(problem) for problem in report.problems]
    return {"file": str(file), "ok": report.config is not None, "brands": brands, "problems": problems}


def _problem(problem: Problem) -> dict[str, Any]:
    place = {"file": problem.file, "line": problem.line, "column": problem.column, "path": problem.path}
    return place | {"value": problem.value, "rule": problem.rule, "severity": problem.severity}


def _no_file(file: Path) -> str:
    return f"{plain(str(file))}: no such file; name one, or start from config/brands.yaml of the project"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
