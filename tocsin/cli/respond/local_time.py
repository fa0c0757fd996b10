"""Times in the terminal: in the time zone of their brand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tocsin.cli.environment import Installation


def brand_zones(here: Installation) -> dict[str, str]:
    """Return the time zones of the applied brands, by name; one that cannot be decoded is left out."""
    from config.brands.wire import decode_brand  # noqa: PLC0415  pydantic is slow to load
    from config.errors import ConfigError  # noqa: PLC0415
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load

    found: dict[str, str] = {}
    for raw in reader.latest(here.connection, here.topics.brands.name).values():
        try:
            brand = decode_brand(raw)
        except ConfigError:
            continue
        found[brand.name] = brand.timezone
    return found


def format_minute(at: int, zone: str = "UTC") -> str:
    """Return an instant (ms) to the minute in a time zone, with the zone's name.

    >>> format_minute(1_795_420_800_000, "Europe/Paris"), format_minute(0)
    ('2026-11-23 09:00 CET', '1970-01-01 00:00 UTC')
    """
    return f"{datetime.fromtimestamp(at / 1000, ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
