"""Suggestion of the closest name for a misspelt one, at a cost that does not grow with the number of names."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CANDIDATES: Final = 16
"""How many names are compared at most."""

MAX_LENGTH: Final = 64
"""How much of a name is looked at."""

PREFIX: Final = 3


class NameSuggester:
    """Finds names one edit away or with the same start, the closest first.

    W. Garbe, "1000x faster spelling correction algorithm" (2012): two words a slip apart are equal once the right
    letter is left out of each.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names, folded."""
        self._by_form: Final[defaultdict[str, list[str]]] = defaultdict(list)
        for name in names:
            for form in _spellings(name):
                self._by_form[form].append(name)

    def suggest(self, name: str) -> str | None:
        """Return the name closest to `name` (Ratcliff and Obershelp), or None where none is near.

        >>> NameSuggester(["nordbahn", "united"]).suggest("united airlines")
        'united'
        """
        candidates: dict[str, None] = {}
        for form in _spellings(name):
            candidates |= dict.fromkeys(self._by_form.get(form, ())[:CANDIDATES])
            if len(candidates) >= CANDIDATES:
                break
        close = get_close_matches(name[:MAX_LENGTH], list(candidates)[:CANDIDATES], n=1, cutoff=0.5)
        return close[0] if close else None


def _spellings(name: str) -> Iterator[str]:
    """Yield the name without each of its letters in turn, itself, and last its beginning."""
    cut = name[:MAX_LENGTH]
    yield cut
    for at in range(len(cut)):
        yield cut[:at] + cut[at + 1 :]
    yield f"{cut[:PREFIX]}\0"
