"""`tocsin config`: is the brand configuration right, what does it look like, and may it go live?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall
from tocsin.cli.configure.calendar import check_calendars, resolve_shifts, sync
from tocsin.cli.environment import load_installation
from tocsin.cli.errors import CommandError, UsageError
from tocsin.cli.output import confirm, print_json, print_line, print_status, printable

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
        raise UsageError(_missing_file(file))
    report = check_calendars(file, judge(file))
    if json:
        print_json(_report_record(file, report))
    else:
        _print_report(file, report)
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
        raise UsageError(_missing_file(file))
    wanted = load(file, warn=lambda problem: print_status(printable(str(problem)))).named()
    store = brand_store(load_installation().settings)
    publish_plan(store, resolve_shifts(file, wanted, store), dry_run=dry_run, yes=yes, json=json)


def publish_plan(store: BrandStore, wanted: dict[str, Any], *, dry_run: bool, yes: bool, json: bool) -> None:
    """Compare `wanted` with what is in force, print the plan, ask unless `yes`, and publish it.

    Raises:
        Misuse: nobody can be asked, as standard input is no terminal, and `yes` was not given.
        Failure: the answer was no.
    """
    from config.brands.plan import plan  # noqa: PLC0415  pydantic is slow to load

    planned = plan(store.read_applied(), wanted, wall())
    say = print_status if json else print_line
    for change in planned.changes:
        for line in change.lines():
            say(printable(line))
    for kept in planned.kept:
        say(printable(f"= {kept}"))
    say(f"Plan: {planned.summary()}.")
    applied = not dry_run and bool(planned.changes)
    if applied:
        _confirm_plan(planned, yes=yes)
        store.publish(planned.records)
        print_status(f"Applied: {planned.summary()}.")
    if json:
        changes = [change.record() for change in planned.changes]
        kept_records = [kept.record() for kept in planned.kept]
        print_json({"applied": applied, "unchanged": planned.unchanged, "changes": changes, "overrides": kept_records})


app.command()(sync)


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

    applied = sorted(brand_store(load_installation().settings).read_applied().items())
    for governed in (decode_governed(raw) for _, raw in applied):
        brand = governed.brand
        found = [Overridden(brand, one) for one in in_force(governed.overrides, wall())]
        if json:
            values = {} if overrides else {"brand": brand.model_dump(mode="json")}
            print_json({"name": brand.name} | values | {"overrides": [one.record() for one in found]})
            continue
        if not overrides:
            print_line(printable(f"{brand.name}  {brand.slack_channel or '(no channel)'}  {brand.language}"))
        for one in found:
            print_line(printable(f"  {one}"))


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

    store = brand_store(load_installation().settings)
    raw = store.read_applied().get(brand)
    governed = decode_governed(raw) if raw else None
    kept = tuple(one for one in governed.overrides if path not in ("", one.path)) if governed else ()
    if governed is None or len(kept) == len(governed.overrides):
        raise CommandError(f"{printable(brand)}: nothing to lift; `tocsin config show --overrides` lists what there is")
    store.publish({brand: encode_brand(governed.brand, kept)})
    print_status(f"Lifted: {_count(len(governed.overrides) - len(kept), 'override')}.")


def _confirm_plan(planned: Plan, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody to ask, as standard input is no terminal: add --yes, or --dry-run to look only")
    removed = planned.count("removed")
    lost = f" {_count(removed, 'brand')} will no longer be watched." if removed else ""
    if not confirm(f"Apply {_count(len(planned.changes), 'change')}?{lost}"):
        raise CommandError("nothing was changed")


def _print_report(file: Path, report: Report) -> None:
    for problem in report.problems:
        print_line(printable(str(problem)))
    brands = "" if report.config is None else f"{_count(len(report.config.brands), 'brand')}, "
    errors, warnings = _count(len(report.errors), "error"), _count(len(report.warnings), "warning")
    print_status(f"{printable(str(file))}: {brands}{errors}, {warnings}")


def _report_record(file: Path, report: Report) -> dict[str, Any]:
    brands = [] if report.config is None else [brand.name for brand in report.config.brands]
    problems = [_problem_record(problem) for problem in report.problems]
    return {"file": str(file), "ok": report.config is not None, "brands": brands, "problems": problems}


def _problem_record(problem: Problem) -> dict[str, Any]:
    place = {"file": problem.file, "line": problem.line, "column": problem.column, "path": problem.path}
    return place | {"value": problem.value, "rule": problem.rule, "severity": problem.severity}


def _missing_file(file: Path) -> str:
    return f"{printable(str(file))}: no such file; name one, or start from config/brands.yaml of the project"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
