"""`tocsin incidents`: what is on fire, and what was?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from alerts.incidents.model import Incident


def command(
    *,
    brand: Annotated[str | None, typer.Option("--brand", "-b", help="Of this brand only.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not resolved.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text, one line an incident.")] = False,
) -> None:
    """List the incidents, the latest first.

    Examples:
      tocsin incidents --open
      tocsin incidents --brand Hallowfirth --json
    """
    found = [
        one for one in _incidents() if (brand is None or brand in one.all_brands) and not (open_only and _over(one))
    ]
    found.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
    if json:
        for one in found:
            print_json(_record(one))
    elif found:
        print_table(["opened (UTC)", "severity", "status", "brand", "incident", "what"], [_row(one) for one in found])
    else:
        print_line("no incident" + (" is open" if open_only else ""))


def _incidents() -> list[Incident]:
    from alerts.incidents.model import decode_incident  # noqa: PLC0415
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load

    here = load_installation()
    return [decode_incident(raw) for raw in reader.latest(here.connection, here.topics.incidents.name).values()]


def _over(one: Incident) -> bool:
    return one.status == "resolved"


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def _row(one: Incident) -> list[str]:
    opened = datetime.fromtimestamp(one.opened_at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    return [opened, one.severity, one.status, ", ".join(one.all_brands), one.id, ", ".join(one.findings)]


def _record(one: Incident) -> dict[str, Any]:
    return {
        "incident": one.id,
        "brand": one.brand,
        "brands": list(one.all_brands),
        "group": one.group or None,
        "kind": one.kind or "crisis",
        "status": one.status,
        "severity": one.severity,
        "opened_at": _iso(one.opened_at),
        "updated_at": _iso(one.updated_at),
        "resolved_at": _iso(one.resolved_at),
        "acknowledged_by": one.acknowledged_by,
        "verdict": one.verdict,
        "revision": one.revision,
        "detectors": sorted({finding.signal.detector for finding in one.findings.values()}),
    }
