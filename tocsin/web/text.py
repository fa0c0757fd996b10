"""Language, texts and time format of the pages; the texts are in `locales`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tocsin.web.locales import community_en, community_fr, en, fr, moderation_en, moderation_fr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.model.signal_text import Language

MESSAGES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {**en.MESSAGES, **moderation_en.MESSAGES, **community_en.MESSAGES},
    "fr": {**fr.MESSAGES, **moderation_fr.MESSAGES, **community_fr.MESSAGES},
}


def preferred_language(accepted: str) -> Language:
    """Return the supported language that a browser prefers.

    >>> preferred_language("de,fr;q=0.8,en;q=0.5"), preferred_language("en-GB"), preferred_language("")
    ('fr', 'en', 'en')
    """
    wishes = []
    for place, part in enumerate(accepted.split(",")):
        name, _, weight = part.partition(";")
        try:
            wishes.append((-float(weight.strip().removeprefix("q=") or 1), place, name.strip()[:2].lower()))
        except ValueError:
            continue
    best = next((name for _, _, name in sorted(wishes) if name in MESSAGES), "en")
    return "fr" if best == "fr" else "en"


def translate(language: Language, key: str, **values: object) -> str:
    """Return a text with its values filled in."""
    return MESSAGES[language][key].format(**values)


def format_time(at: int, zone: str = "UTC") -> str:
    """Return an instant (ms) in a time zone, with the zone's name.

    >>> format_time(1_795_420_800_000, "Europe/Paris"), format_time(0)
    ('2026-11-23 09:00 CET', '1970-01-01 00:00 UTC')
    """
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def format_clock(at: int, zone: str = "UTC") -> str:
    """Return the time of day of an instant (ms) in a time zone.

    >>> format_clock(1_795_420_800_000, "Europe/Paris")
    '09:00'
    """
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)):%H:%M}"
