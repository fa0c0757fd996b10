"""How does a text feel, in which language, and is it abusive? The scorer that ships."""

from __future__ import annotations

from mentions.scored import NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
from mentions.sentiment.vader import Vader

THRESHOLD = 0.05
"""Compound beyond which a text is called positive or negative, as VADER's authors advise."""


class Scorer:
    """Scores English by VADER; other languages are counted as unknown."""

    version = "vader-3.3.2"

    def __init__(self) -> None:
        """Read the lexicons."""
        self._vader = Vader()

    def score(self, text: str, lang: str | None) -> tuple[float, int, float]:
        """Return compound in [-1, 1], label (`mentions.scored`), abuse in [0, 1]."""
        if lang not in {None, "en"}:
            return 0.0, UNKNOWN, 0.0
        compound = self._vader.compound(text)
        label = NEGATIVE if compound <= -THRESHOLD else POSITIVE if compound >= THRESHOLD else NEUTRAL
        return compound, label, 0.0
