"""Undelivered alerts in `tocsin status`: how many, since when, where to and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tocsin.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.delivery.undelivered import Undelivered
    from tocsin.cli.environment import Installation


def read_undelivered(here: Installation, now: int, brand: str | None = None) -> list[Undelivered]:
    """Return the undelivered alerts of a brand, or of all, the oldest first; none where no worker ever ran."""
    from streams.kafka.errors import BrokerError  # noqa: PLC0415  kafka-python is slow to load
    from streams.views import undelivered  # noqa: PLC0415

    try:
        found = undelivered.read(here.connection, here.topics, now)
    except BrokerError:
        return []
    return [one for one in found if brand in {None, one.brand}]


def undelivered_lines(alerts: Sequence[Undelivered], now: int) -> list[str]:
    """Return how many alerts are undelivered, then a line for each; nothing if every alert is delivered."""
    if not alerts:
        return []
    oldest = max(1, round((now - alerts[0].intended_at) / 60_000))
    head = f"undelivered: {len(alerts)}, the oldest for {oldest} min; all are retried"
    return [head, *(f"  {_iso(one.intended_at)} {printable(_line(one))}" for one in alerts)]


def with_undelivered(records: Iterable[dict[str, Any]], alerts: Iterable[Undelivered]) -> list[dict[str, Any]]:
    """Return the brands' records for `--json` with their undelivered alerts; also of brands without a record."""
    held: dict[str, list[dict[str, str]]] = {}
    for alert in alerts:
        held.setdefault(alert.brand, []).append(
            {
                "incident": alert.incident,
                "receiver": alert.channel,
                "since": _iso(alert.intended_at),
                "reason": alert.code,
                "remedy": alert.remedy,
            }
        )
    found = [record | {"undelivered": held.pop(record["brand"], [])} for record in records]
    return found + [{"brand": brand, "undelivered": own} for brand, own in held.items()]


def _line(one: Undelivered) -> str:
    return f"{one.brand}: {one.incident} to {one.channel or 'no channel'}: {one.why}"


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
