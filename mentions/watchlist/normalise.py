"""Text normalisation for matching: case, accents and width do not matter.

Each character is normalised by itself, so that the result for a text is that of its parts, and a position in it can be
traced back. Compatibility forms (full-width letters, ligatures) are decomposed, accents, joiners and variation
selectors dropped, case folded, curly apostrophes and backticks straightened, dashes made hyphens. `œ` becomes `oe`,
`ß` becomes `ss`, `ø` becomes `o`, and the Turkish `İ` and `ı` become `i`.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final
from unicodedata import category, normalize

_LETTERS: Final = {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
}
_APOSTROPHES: Final = dict.fromkeys("‘’‛ʼ′´`", "'")
_DASHES: Final = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_SPECIAL: Final = _LETTERS | _APOSTROPHES | _DASHES
_LOOKALIKES: Final = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxsijdqwabeikvoptux",
)
"""Cyrillic and Greek letters that look like a Latin one, in small letters or as capitals."""

_mixed = re.compile("[a-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][a-z]").search
_word = re.compile(r"\w+").sub

_DROPPED: Final = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]"
)


class _CharacterTable(dict[int, str]):
    """The fold of each code point, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _normalise_character(chr(code))
        return folded


_CHARACTERS: Final = _CharacterTable()


def normalise(text: str) -> str:
    r"""Return `text` normalised, with runs of blanks as one space and none at the ends.

    >>> normalise("  L’ŒUVRE de\nNestlé ＡＣＭＥ Straße ")
    "l'oeuvre de nestle acme strasse"
    """
    return " ".join(normalise_in_place(text).split())


def without_lookalikes(folded: str) -> str:
    r"""Return a normalised text, as long as before, in whose words of mixed scripts what looks Latin is Latin.

    >>> without_lookalikes("\u0430\u0441me \u0438 \u0441\u043e\u043a")
    'acme \u0438 \u0441\u043e\u043a'
    """
    if folded.isascii() or not _mixed(folded):
        return folded
    return _word(lambda word: word[0].translate(_LOOKALIKES) if _mixed(word[0]) else word[0], folded)


def normalise_handle(name: str) -> str:
    """Return the name or handle of an account normalised, without @."""
    return normalise(name).lstrip("@ ")


def normalise_in_place(text: str) -> str:
    """Return each character of `text` normalised, blanks kept; `origins` maps positions back."""
    return text.lower().replace("`", "'") if text.isascii() else text.translate(_CHARACTERS)


def origins(text: str) -> list[int]:
    """Return where each character of `text` starts in `normalise_in_place(text)`, and last its length."""
    return [0, *accumulate(len(_CHARACTERS[ord(character)]) for character in text)]


def keeps_length(text: str) -> bool:
    """Return whether each character of `text` normalises to exactly one, so that positions stay valid."""
    return text.isascii() or all(len(_CHARACTERS[ord(character)]) == 1 for character in set(text))


def _normalise_character(character: str) -> str:
    if character.isspace():
        return character
    if character in _SPECIAL:
        return _SPECIAL[character]
    if category(character) in {"Cf", "Cs"}:
        return ""
    parts = _DROPPED.sub("", normalize("NFKD", character)).casefold()
    folded = normalize("NFC", _DROPPED.sub("", normalize("NFKD", parts)))
    return "".join(_SPECIAL.get(part, part) for part in folded)
