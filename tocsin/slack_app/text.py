"""Lookup of the Slack app's texts; the texts are in `locales`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.rendering.escaping import clean, clip
from detectors.registry import SECTIONS, label
from tocsin.slack_app.locales import (
    community_en,
    community_fr,
    en,
    fr,
    moderation_en,
    moderation_fr,
    weekly_en,
    weekly_fr,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.brands.model import Brand
    from detectors.model.signal_text import Language

MESSAGES: Final[dict[Language, dict[str, str]]] = {
    "en": en.MESSAGES | moderation_en.MESSAGES | weekly_en.MESSAGES | community_en.MESSAGES,
    "fr": fr.MESSAGES | moderation_fr.MESSAGES | weekly_fr.MESSAGES | community_fr.MESSAGES,
}


def translate(language: Language, key: str, **values: object) -> str:
    """Return a text with its values filled in."""
    return MESSAGES[language][key].format(**values)


def majority_language(brands: Mapping[str, Brand]) -> Language:
    """Return the language of most of the brands."""
    spoken = [brand.language for brand in brands.values()]
    return "fr" if 2 * spoken.count("fr") > len(spoken) else "en"


def detector_names() -> list[str]:
    """Return the names of the detectors that have parameters of their own."""
    return list(SECTIONS)


def detector_label(name: str, language: Language) -> str:
    """Return a detector's label; its name where there is none."""
    return label(name, language) or clip(clean(name), 40)
