"""`tocsin status`: whether a crisis would be heard and told, and if not, why; then each part and each brand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import to_builtins

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_name
from tocsin.cli.options import BrandOption, JsonOption
from tocsin.cli.output import log_to_status, print_json, print_line, print_status, print_table, printable

if TYPE_CHECKING:
    from streams.listening.health import SourceHealth
    from tocsin.cli.environment import Installation
    from tocsin.cli.run.health.status_report import StatusReport

SLACK_TIMEOUT = 2.0
"""Seconds within which Slack must answer."""


def command(
    *,
    brand: BrandOption = None,
    minutes: Annotated[
        bool, typer.Option("--minutes", help="With --json: the counts of each recent minute too.")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Show the sources that `tocsin listen` reads, and what is not heard.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show whether a crisis would be heard and told: workers, lag, alerts, Slack, heartbeat, sources, brands.

    Exit code 1 if a crisis could pass unheard or untold: no worker, a partition that nobody reads, a stage that is a
    minute behind, an alert that is not delivered, Slack that refuses, a heartbeat that stopped, a brand none of whose
    sources is heard; and if no broker answers or the topics are missing. What is wrong comes first, with what to do.

    Examples:
      tocsin status
      tocsin status --brand Hallowfirth --json --minutes
      tocsin status --sources
    """
    from tocsin.cli.run.health import status_output  # noqa: PLC0415  kafka-python is slow to load

    log_to_status()
    here = load_installation()
    if sources:
        _show_sources(_health(here, brand), json=json)
        return
    report = _report(here, brand)
    if json:
        print_json(status_output.record(report, minutes=minutes))
    else:
        status_output.print_report(report)
    if any(one.level == "critical" for one in report.problems):
        raise typer.Exit(1)


def _report(here: Installation, brand: str | None) -> StatusReport:
    """Read everything."""
    from config.brands.wire import decode_brand  # noqa: PLC0415  pydantic is slow to load
    from streams.health.brand_activity import read_activity  # noqa: PLC0415
    from streams.health.problems import find_problems  # noqa: PLC0415
    from streams.health.snapshot import take_snapshot  # noqa: PLC0415
    from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415
    from streams.views import brand_states  # noqa: PLC0415
    from tocsin.cli.respond.actions import read_incidents  # noqa: PLC0415
    from tocsin.cli.run.health.status_report import StatusReport  # noqa: PLC0415
    from tocsin.cli.run.health.undelivered import read_undelivered  # noqa: PLC0415

    seen = take_snapshot(here.connection, here.topics, wall_ms())
    states, watermarks = brand_states.read_brand_states(here.connection, here.topics)
    applied = KafkaBrandStore(here.connection, here.topics).read_applied()
    brands = {name: decode_brand(raw) for name, raw in applied.items() if _is_readable(name, raw)}
    if brand is not None:
        check_name("brand", brand, {*states, *brands}, "`tocsin status`")
    held = read_undelivered(here, seen.at, brand)
    checked = None if seen.canary else _check_slack(here)
    return StatusReport(
        here.connection.bootstrap,
        here.topics.prefix,
        seen,
        find_problems(seen, checked or "", held),
        checked,
        held,
        [one for one in read_incidents(here) if one.status != "resolved" and brand in {None, *one.all_brands}],
        [one for one in read_activity(states, brands) if brand in {None, one.brand}],
        watermarks,
    )


def _is_readable(name: str, raw: bytes) -> bool:
    """Return whether an applied brand can be read; one that cannot, of a newer version, is named and left out."""
    from config.brands.wire import decode_brand  # noqa: PLC0415
    from config.errors import ConfigError  # noqa: PLC0415

    try:
        decode_brand(raw)
    except ConfigError as error:
        print_status(printable(f"brand {name} cannot be read and is left out: {error}"))
        return False
    return True


def _check_slack(here: Installation) -> str | None:
    """Return what Slack has against the token of this environment, "" for nothing, None where there is no token."""
    token = here.settings.slack_token.get_secret_value()
    if not token:
        return None
    from alerts.delivery.ports import DeliveryError  # noqa: PLC0415  slow to load
    from alerts.notifiers.slack.notifier import SlackNotifier  # noqa: PLC0415

    async def ask() -> str:
        try:
            async with asyncio.timeout(SLACK_TIMEOUT):
                await SlackNotifier(token, here.settings.slack_url).auth_test()
        except DeliveryError as error:
            return str(error)
        except TimeoutError:
            return f"no answer within {SLACK_TIMEOUT:.0f} s"
        return ""

    return asyncio.run(ask())


def _health(here: Installation, brand: str | None) -> list[SourceHealth]:
    """Return the health of the sources of a brand, or of all; none where the topic was never created."""
    from streams.kafka.errors import MissingTopicError  # noqa: PLC0415
    from streams.listening import health  # noqa: PLC0415

    try:
        found = health.read(here.connection, here.topics, wall_ms())
    except MissingTopicError:
        return []
    return [one for one in found if brand is None or brand in one.brands]


def _show_sources(found: list[SourceHealth], *, json: bool) -> None:
    from streams.listening.health import budget_left, coverage, span  # noqa: PLC0415
    from tocsin.cli.run.health.status_output import iso_minute  # noqa: PLC0415

    if json:
        for one in found:
            print_json(to_builtins(one))
        return
    if not found:
        print_line("no source is read: docs/sources.md shows how to list some, and `tocsin listen` reads them")
        return
    heads = ["source", "state", "last news (UTC)", "usually every", "sent", "rejected", "budget left", "reason"]
    rows = [
        [
            one.source,
            one.state,
            iso_minute(one.last_news or None) or "",
            span(one.usual_gap) if one.usual_gap else "",
            one.sent,
            one.rejected,
            budget_left(one.budget),
            one.reason,
        ]
        for one in found
    ]
    print_table(heads, rows)
    print_line(printable(coverage(found, wall_ms())))
