"""The port between the score stage and sentiment scorers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scorer(Protocol):
    """Scores texts; a score depends only on the version, the text and the language."""

    @property
    def version(self) -> str:
        """Return the version of code and lexicons: equal versions give equal scores."""
        ...

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return the compound, the label and the abuse of each text.

        Compound in [-1, 1]; label as in `mentions.model.batches`; abuse in [0, 1], from 0.5 abusive.

        Args:
            texts: of mentions, cleaned, the brand's own names already masked.
            langs: of each text the lower-case primary language subtag ("en"), or None: find out from the text.
        """
        ...
