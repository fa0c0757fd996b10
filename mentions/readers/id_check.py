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

FEW: Final = 20
"""Mentions with the id of another text that are no reason to stop yet: edited posts are in many files."""

_LINE_BITS: Final = 40
_DIGEST: Final = (1 << 61) - 1

_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d+)?[eE]\+\d{2,3}", re.ASCII)


class UnusableIdsError(Exception):
    """Ids that do not tell posts apart: `PATH:LINE: problem: remedy`."""


class IdCheck:
    """Looks at each mention of a file in turn."""

    def __init__(self, path: str, what: Ids, notes: ReadingNotes) -> None:
        self._path = path
        self._what = what
        self._notes = notes
        self._last = ""  # what was said of the last id of several texts
        self._seen: dict[int, int] = {}  # digest of channel and id → digest of the text, then the line

    def accepts(self, mention: WireMention, number: int) -> bool:
        """Return whether the mention is to be taken.

        Raises:
            UnusableIdsError: its id is one that a spreadsheet has rounded, or is another text's.
        """
        if self._what == "ignore" or mention.revision or mention.deleted:
            return True
        if "+" in mention.id and _ROUNDED.fullmatch(mention.id):
            raise UnusableIdsError(
                f"{self._path}:{number}: the id {mention.id} is rounded, as Excel writes long numbers: posts cannot be "
                "told apart by it. Export again and import the id column as text, or map another, such as --map id=url"
            )
        key = hash((mention.channel, mention.id))
        text = (hash(mention.text) & _DIGEST) << _LINE_BITS
        first = self._seen.setdefault(key, text | number)
        if first >> _LINE_BITS == text >> _LINE_BITS:
            if len(self._seen) > MAX_REMEMBERED:
                self._seen = {key: first}
            return True
        if self._what == "stop":
            raise UnusableIdsError(self._repeated(mention, number, first & ((1 << _LINE_BITS) - 1)))
        if self._what == "first":
            self._notes.left_out["another text has the same id"] += 1
            return False
        self._notes.repeated += 1
        self._last = self._repeated(mention, number, first & ((1 << _LINE_BITS) - 1))
        if self._what == "many" and self._notes.repeated > max(FEW, len(self._seen)):
            raise UnusableIdsError(self._last)
        return True

    def finish(self) -> None:
        """Look back on a file that is read to its end.

        Raises:
            UnusableIdsError: several texts, and one id for all of them.
        """
        if self._what == "many" and self._notes.repeated > 1 and len(self._seen) == 1:
            raise UnusableIdsError(self._last)

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
