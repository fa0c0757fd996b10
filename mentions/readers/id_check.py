"""Check of ids: what a spreadsheet has rounded, or a column that is none of ids, would drop mentions as repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mentions.model.validation_messages import truncate

if TYPE_CHECKING:
    from mentions.model.wire import WireMention
    from mentions.readers.options import Ids, ReadingNotes

MAX_REMEMBERED: Final = 200_000
"""How many ids are compared with: a repeated id stands near its like in the files where this goes wrong."""

_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d+)?[eE]\+\d{2,3}", re.ASCII)


class UnusableIdsError(Exception):
    """Ids that do not tell posts apart: `PATH:LINE: problem: remedy`."""


class IdCheck:
    """Looks at each mention of a file in turn."""

    def __init__(self, path: str, what: Ids, notes: ReadingNotes) -> None:
        self._path = path
        self._what = what
        self._notes = notes
        self._seen: dict[tuple[str, str], tuple[int, int]] = {}

    def accepts(self, mention: WireMention, number: int) -> bool:
        """Return whether the mention is to be taken.

        Raises:
            UnusableIdsError: its id is one that a spreadsheet has rounded, or is another text's.
        """
        if _ROUNDED.fullmatch(mention.id):
            raise UnusableIdsError(
                f"{self._path}:{number}: the id {mention.id} is rounded, as Excel writes long numbers: posts cannot be "
                "told apart by it. Export again and import the id column as text, or map another, such as --map id=url"
            )
        key, text = (mention.channel, mention.id), hash(mention.text)
        first = self._seen.setdefault(key, (number, text))
        if first[1] == text:
            if len(self._seen) > MAX_REMEMBERED:
                self._seen = {key: first}
            return True
        if self._what == "stop":
            raise UnusableIdsError(self._repeated(mention, number, first[0]))
        if self._what == "first":
            self._notes.left_out["another text has the same id"] += 1
            return False
        self._notes.repeated += 1
        return True

    def _repeated(self, mention: WireMention, number: int, first: int) -> str:
        shown = truncate(mention.id)
        problem = (
            f"the id of each mention is {shown}"
            if len(self._seen) == 1
            else f"the id {shown} is also that of another text on line {first}"
        )
        return (
            f"{self._path}:{number}: {problem}: mentions with the same id count once. Map the column that tells posts "
            "apart, such as --map id=url, or take the first text of each id with --keep-first"
        )
