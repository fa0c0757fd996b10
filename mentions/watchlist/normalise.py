"""Text normalisation for matching: case, accents and width do not matter.

Each character is normalised by itself, so that the result for a text is that of its parts, and a position in it can be
traced back. Compatibility forms (full-width letters, ligatures) are decomposed, accents, joiners and variation
selectors dropped, case folded, curly apostrophes straightened, dashes made hyphens. `œ` becomes `oe`, `ß` becomes
`ss`, `ø` becomes `o`, and the Turkish `İ` and `ı` become `i`.
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
_APOSTROPHES: Final = dict.fromkeys("‘’‛ʼ′´", "'")
_DASHES: Final = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_SPECIAL: Final = _LETTERS | _APOSTROPHES | _DASHES
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


def normalise_handle(name: str) -> str:
    """Return the name or handle of an account normalised, without @."""
    return normalise(name).lstrip("@ ")


def normalise_in_place(text: str) -> str:
    """Return each character of `text` normalised, blanks kept; `origins` maps positions back."""
    return text.lower() if text.isascii() else text.translate(_CHARACTERS)


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
