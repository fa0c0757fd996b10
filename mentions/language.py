"""In which language is a text: English, French, or one that is not scored?"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = "en"
FRENCH: Final = "fr"


class Languages:
    """Tells languages by what the learned weights say of a text's words."""

    def __init__(self, english: float, french: float) -> None:
        """Take the biases: what speaks for each before a word is read."""
        self._english = english
        self._french = french

    def tell(self, english: float, french: float) -> str | None:
        """Return "en", "fr", or None for any other language.

        Args:
            english: how much the words speak for English rather than for any language that is not scored (log odds).
            french: the same for French.
        """
        english += self._english
        french += self._french
        if english >= french:
            return ENGLISH if english > 0 else None
        return FRENCH if french > 0 else None
