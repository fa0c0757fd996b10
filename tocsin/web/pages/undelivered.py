"""Undelivered alerts on the pages: a line above the board, a badge on the brand, the reason on the incident's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.delivery.undelivered import summarise
from alerts.rendering.escaping import clean
from alerts.rendering.text import format_duration
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from tocsin.web.sources.data_source import DataSource


def board_line(source: DataSource, language: Language) -> str:
    """Return how many alerts are undelivered, since when and why; "" if every alert is delivered."""
    found = summarise(source.undelivered())
    if not found.count:
        return ""
    span = format_duration(max(0, source.now() - found.since), language)
    return translate(language, "undelivered_board", count=found.count, span=span, why=clean(found.why))


def brand_badges(source: DataSource, brand: str, language: Language) -> list[str]:
    """Return a badge if alerts of the brand are undelivered."""
    count = sum(alert.brand == brand for alert in source.undelivered())
    return [translate(language, "undelivered_brand", count=count)] if count else []


def incident_lines(source: DataSource, incident: str, zone: str, language: Language) -> list[str]:
    """Return where an incident is not delivered, since when and why, a line for each receiver."""
    return [
        translate(
            language,
            "undelivered_to" if alert.channel else "undelivered_nowhere",
            channel=clean(alert.channel),
            at=format_time(alert.intended_at, zone),
            why=clean(alert.why),
        )
        for alert in source.undelivered()
        if alert.incident == incident
    ]
