"""In which language does a page speak, and how does it write instants?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tocsin.web.locales import en, fr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.model.text import Language

MESSAGES: Final[Mapping[Language, Mapping[str, str]]] = {"en": en.MESSAGES, "fr": fr.MESSAGES}


def preferred_language(accepted: str) -> Language:
    """Return the language that a browser likes best, of those there are.

    >>> tongue("de,fr;q=0.8,en;q=0.5"), tongue("en-GB"), tongue("")
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
    """Return a string with its values set in."""
    return MESSAGES[language][key].format(**values)


def format_time(at: int, zone: str = "UTC") -> str:
    """Return an instant (ms) as the clocks of a place show it, with the place where it is not UTC's.

    >>> clock(1_795_420_800_000, "Europe/Paris"), clock(0)
    ('2026-11-23 09:00 CET', '1970-01-01 00:00 UTC')
    """
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
