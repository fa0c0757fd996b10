"""`tocsin config`: check the brand configuration, compare it with the applied one, and apply it."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.clock import wall_ms
from tocsin.cli.configure.calendar import check_calendars, resolve_shifts
from tocsin.cli.configure.history import history, undo
from tocsin.cli.configure.match import match
from tocsin.cli.configure.override import app as override
from tocsin.cli.environment import load_installation
from tocsin.cli.options import JsonOption
from tocsin.cli.output import confirm, print_json, print_line, print_status, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from config.brands.loader import LoadResult
    from config.brands.model import Brand
    from config.brands.plan import Plan
    from config.errors import Problem
    from config.store import BrandStore

DEFAULT_FILE = Path("config/brands.yaml")

app = typer.Typer(
    help="Check, compare and apply the brand configuration.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

app.add_typer(override, name="override")
app.command()(match)
app.command()(history)
app.command()(undo)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The configuration to check.")] = DEFAULT_FILE,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    json: JsonOption = False,
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
    """Print the JSON Schema of brands.yaml, for editors that complete and check the file.

    Examples:
      tocsin config schema > brands.schema.json
    """
    from config.schema import text  # noqa: PLC0415  pydantic is slow to load

    sys.stdout.write(text())


@app.command()
def diff(
    file: Annotated[Path, typer.Argument(help="The configuration to compare.")] = DEFAULT_FILE,
    *,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything would change.")] = False,
    json: JsonOption = False,
) -> None:
    """Show what `tocsin config apply` would change: + added, ~ changed, - removed. Changes nothing.

    Examples:
      tocsin config diff
      tocsin config diff config/brands.yaml --exit-code
    """
    changed = publish_plan(*_store_and_brands(file), dry_run=True, yes=False, json=json)
    if exit_code and changed:
        raise typer.Exit(1)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The configuration to apply.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Show what would change (+ added, ~ changed, - removed), ask, and send it to the running workers.

    Workers pick it up at once, without a restart. A file with an error changes nothing. A brand that is no longer in
    the file is no longer watched. On-call calendars are fetched; `tocsin calendar sync` fetches them again.

    Examples:
      tocsin config apply config/brands.yaml
      tocsin config apply config/brands.yaml --yes
    """
    publish_plan(*_store_and_brands(file), dry_run=False, yes=yes, json=json)
    _note_version(file)


def _note_version(file: Path) -> None:
    """Note the applied file as a version, where versions are kept."""
    from config.brands.history import ConfigHistory  # noqa: PLC0415  pydantic and YAML are slow to load

    kept = ConfigHistory(file)
    if kept.exists:
        try:
            kept.note(_user(), wall_ms())
        except OSError as error:  # such as a folder that is mounted read-only
            print_status(printable(f"{file}: this version is not noted in its history: {error}"))


def _user() -> str:
    """Return who runs the command; a container's user need not have a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _store_and_brands(file: Path) -> tuple[BrandStore, dict[str, Brand]]:
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from streams.kafka.admin import brand_store  # noqa: PLC0415  so is the Kafka client

    if not file.exists():
        raise UsageError(_missing_file(file))
    wanted = load(file, warn=lambda problem: print_status(printable(str(problem)))).by_name()
    store = brand_store(load_installation().settings)
    return store, resolve_shifts(file, wanted, store)


def publish_plan(store: BrandStore, wanted: dict[str, Any], *, dry_run: bool, yes: bool, json: bool) -> bool:
    """Compare `wanted` with the applied configuration, print the plan, ask unless `yes`, and publish it.

    Returns:
        Whether anything changes.

    Raises:
        UsageError: nobody can be asked, as standard input is no terminal, and `yes` was not given.
        CommandError: the answer was no.
    """
    from config.brands.plan import plan  # noqa: PLC0415  pydantic is slow to load

    planned = plan(store.read_applied(), wanted, wall_ms())
    report = print_status if json else print_line
    for change in planned.changes:
        for line in change.lines():
            report(printable(line))
    for kept in planned.overrides:
        report(printable(f"= {kept}"))
    report(f"Plan: {planned.summary()}.")
    applied = not dry_run and bool(planned.changes)
    if applied:
        _confirm_plan(planned, yes=yes)
        store.publish(planned.records)
        print_status(f"Applied: {planned.summary()}.")
    if json:
        changes = [change.record() for change in planned.changes]
        kept_records = [kept.record() for kept in planned.overrides]
        print_json({"applied": applied, "unchanged": planned.unchanged, "changes": changes, "overrides": kept_records})
    return bool(planned.changes)


@app.command(name="show")
def show_applied(*, json: JsonOption = False) -> None:
    """Show what the workers run with: each brand with its channel, and its overrides.

    Examples:
      tocsin config show
      tocsin config show --json
    """
    from tocsin.cli.configure.override import read_brands  # noqa: PLC0415

    for brand, overrides in read_brands():
        if json:
            values = {"brand": brand.model_dump(mode="json"), "overrides": [one.record() for one in overrides]}
            print_json({"name": brand.name} | values)
            continue
        print_line(printable(f"{brand.name}  {brand.slack_channel or '(no channel)'}  {brand.language}"))
        for one in overrides:
            print_line(printable(f"  {one}"))


def _confirm_plan(planned: Plan, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "cannot ask, as standard input is no terminal: add --yes, or look first with `tocsin config diff`"
        )
    removed = planned.count("removed")
    lost = f" {_count(removed, 'brand')} will no longer be watched." if removed else ""
    if not confirm(f"Apply {_count(len(planned.changes), 'change')}?{lost}"):
        raise CommandError("nothing was changed")


def _print_report(file: Path, report: LoadResult) -> None:
    for problem in report.problems:
        print_line(printable(str(problem)))
    brands = "" if report.config is None else f"{_count(len(report.config.brands), 'brand')}, "
    errors, warnings = _count(len(report.errors), "error"), _count(len(report.warnings), "warning")
    print_status(f"{printable(str(file))}: {brands}{errors}, {warnings}")


def _report_record(file: Path, report: LoadResult) -> dict[str, Any]:
    brands = [] if report.config is None else [brand.name for brand in report.config.brands]
    problems = [_problem_record(problem) for problem in report.problems]
    return {"file": str(file), "ok": report.config is not None, "brands": brands, "problems": problems}


def _problem_record(problem: Problem) -> dict[str, Any]:
    place = {"file": problem.file, "line": problem.line, "column": problem.column, "path": problem.path}
    return place | {"value": problem.value, "rule": problem.rule, "severity": problem.severity}


def _missing_file(file: Path) -> str:
    return f"{printable(str(file))}: no such file: name one, or start from the project's config/brands.yaml"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
