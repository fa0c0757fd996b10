"""Emoji as VADER reads them, spelled out code point by code point, and our own table of emoji valences."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PICTURES: Final = 0x2030
"""Where pictures begin. Below it a pattern must name each character, for a wide range would stop at every accent."""


class Emoji:
    """Spells emoji out as the package does: those of several code points never match, and no blank follows."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take emoji → description."""
        self._names = {emoji: name for emoji, name in names.items() if len(emoji) == 1}
        low = "".join(sorted(re.escape(emoji) for emoji in self._names if ord(emoji) < _PICTURES))
        first = min(filter(lambda emoji: ord(emoji) >= _PICTURES, self._names))
        candidate = re.compile(f"[{low}{first}-{max(self._names)}]")
        self._search, self._finditer = candidate.search, candidate.finditer

    def spell(self, text: str) -> str:
        """Return `text` with its emoji as words."""
        if not self._search(text):
            return text
        parts: list[str] = []
        done, blank = 0, True
        for found in self._finditer(text):
            name = self._names.get(found[0])
            if name is None:
                continue
            place = found.start()
            if place > done:
                parts.append(text[done:place])
                blank = text[place - 1] == " "
            parts += "" if blank else " ", name
            done, blank = place + 1, False
        return "".join([*parts, text[done:]])


@cache
def feelings() -> dict[str, float]:
    """Return the table of emoji that say by themselves how somebody feels, with their valences from -4 to +4."""
    table = files("mentions.sentiment").joinpath("data/emoji.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines())
    return {emoji: float(valence) for emoji, valence in pairs}
