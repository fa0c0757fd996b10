"""What must a sentiment scorer offer? The port between the score stage and the scorers."""

from __future__ import annotations

from typing import Protocol


class Scorer(Protocol):
    """Scores one text at a time; a pure function of its version, the text and the language."""

    @property
    def version(self) -> str:
        """Return the version of code and lexicons together: the same version gives the same scores."""
        ...

    def score(self, text: str, lang: str | None) -> tuple[float, int, float]:
        """Return compound in [-1, 1], label (`mentions.scored.NEGATIVE` …), abuse in [0, 1] (0.5 is the threshold).

        Args:
            text: the mention's text, the brand's own names already masked.
            lang: lower-case primary language subtag ("en"), or None: find out from the text.
        """
        ...
