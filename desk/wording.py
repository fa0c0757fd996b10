"""How does the Slack app put things? The strings themselves are in one module for each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from desk import words_en, words_fr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.brand import Brand
    from detectors.wording import Language

WORDS: Final[dict[Language, dict[str, str]]] = {"en": words_en.WORDS, "fr": words_fr.WORDS}


def say(language: Language, key: str, **values: object) -> str:
    """Return a string with its values set in."""
    return WORDS[language][key].format(**values)


def common(brands: Mapping[str, Brand]) -> Language:
    """Return the language that most of the brands are told in."""
    spoken = [brand.language for brand in brands.values()]
    return "fr" if 2 * spoken.count("fr") > len(spoken) else "en"
