"""Language identification: English, French, or neither (another language, or a mixture)."""

from __future__ import annotations

from typing import Final, NamedTuple
from unicodedata import category

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

ENGLISH: Final = "en"
FRENCH: Final = "fr"

SHORTEST: Final = 8
"""Tokens of the shortest text in which two languages are looked for."""

_CLOSE: Final = 6.0
"""A text may be a mixture where English and French are no further apart than this (log odds); one in sixteen is."""

_LANGUAGES: Final = np.array([None, ENGLISH, FRENCH])

_CLEAR: Final = 3.0
"""By how much each half of a mixture must be for its own language (log odds)."""


class Evidence(NamedTuple):
    """Log odds of English and of French against any other language."""

    english: float
    french: float


class LanguageWeights:
    """Language evidence from the learned weights."""

    def __init__(self, english: float, french: float) -> None:
        """Take the biases: what speaks for each before a word is read."""
        self.biases = Evidence(english, french)

    def weigh(self, english: float, french: float) -> Evidence:
        """Return the evidence, from the sums over the words."""
        return Evidence(english + self.biases.english, french + self.biases.french)


def decide(found: Evidence) -> str | None:
    """Return "en", "fr", or None for any other language.

    >>> decide(Evidence(2.0, -1.0)), decide(Evidence(-3.0, -1.0))
    ('en', None)
    """
    english, french = found
    if english >= french:
        return ENGLISH if english > 0 else None
    return FRENCH if french > 0 else None


def decide_all(english: Floats, french: Floats) -> list[str | None]:
    """Return `decide` for each text, from arrays of evidence.

    >>> decide_all(np.array([2.0, -3.0]), np.array([-1.0, -1.0]))
    ['en', None]
    """
    ahead = english >= french
    codes = np.where(ahead, english > 0, 2 * (french > 0))
    decided: list[str | None] = _LANGUAGES.take(codes).tolist()
    return decided


def is_uncertain(found: Evidence) -> bool:
    """Return whether a text may be a mixture, so that its halves must be checked."""
    return abs(found.english - found.french) <= _CLOSE


def are_uncertain(english: Floats, french: Floats) -> Flags:
    """Return `is_uncertain` for each text."""
    return np.abs(english - french) <= _CLOSE


def is_emoji_alone(text: str) -> bool:
    """Return whether a text says something by emoji and holds no word in any language.

    >>> is_emoji_alone("😢😢!"), is_emoji_alone("so 😢"), is_emoji_alone("?!")
    (True, False, False)
    """
    if text.isascii() or any(map(str.isalpha, text)):
        return False
    return any(category(character) == "So" for character in text)


def is_mixed(first: Evidence, second: Evidence) -> bool:
    """Return whether the halves of a text are clearly in two different languages."""
    languages = {decide(half) for half in (first, second) if abs(half.english - half.french) > _CLEAR}
    return languages == {ENGLISH, FRENCH}
