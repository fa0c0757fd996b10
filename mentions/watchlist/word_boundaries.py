"""Word boundaries of terms in normalised text, for scripts with and without spaces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import normalize

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese, and Korean, whose particles cling to the noun."""

_INDIC: Final = "\u0900-\u0963\u0966-\u0dff"
"""Scripts whose vowel signs belong to the word, though they are no letters."""

NOT_BEFORE: Final = rf"(?![^\W{_UNSPACED}])(?![{_INDIC}])"
"""Pattern: what follows is not of the same word."""

_JOINS: Final = re.compile(rf"[^\W{_UNSPACED}]|[{_INDIC}]")

PREFIXES: Final = "#@"

_LEAST: Final = 5
"""Letters and digits of the shortest term that is found in other spellings: "e-on" is not "eon", "it's" not "its"."""

_joint = re.compile(r"(?<=\w)['-](?=\w)").sub
_hyphen = re.compile(r"(?<=\w)-(?=\w)").sub
_ampersand = re.compile(" ?& ?").sub
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@lru_cache(maxsize=4096)
def is_word_character(character: str) -> bool:
    """Return whether `character` continues a word: letters, digits and _ of scripts with spaces between words."""
    return _JOINS.fullmatch(character) is not None


def boundary_checks(term: str) -> tuple[bool, bool]:
    """Return whether a term may not begin, and not end, in the middle of a word."""
    return is_word_character(term[0]) or term[0] in PREFIXES, is_word_character(term[-1])


def without_spaces(term: str) -> str:
    """Return a term of several words as in a hashtag or handle, "" for a single word.

    >>> without_spaces("us airways")
    'usairways'
    """
    squeezed = "".join(filter(str.isalnum, term))
    return squeezed if squeezed != term else ""


def spellings(term: str) -> set[str]:
    """Return a folded term, and how else people write it: without hyphen, apostrophe or last mark, "and" for "&".

    >>> sorted(spellings("coba-kola")), sorted(spellings("k&p"))
    (['coba kola', 'coba- kola', 'coba-kola', 'cobakola'], ['k and p', 'k&p', 'kandp'])
    """
    found = {term}
    if sum(map(str.isalnum, term)) >= _LEAST:
        found.add(_joint("", term))
        found |= {_hyphen(blank, term) for blank in (" ", "- ")}
    if "&" in term:
        found |= {_ampersand(word, term).strip() for word in ("and", " and ", "&")}
    if sum(map(str.isalnum, term)) >= _LEAST and term[-1] in "!?":
        found.add(term.rstrip("!? "))
    return found


def transliterated(term: str) -> str:
    """Return a term, not yet folded, as German is written without umlauts.

    >>> transliterated("Grün Möbel")
    'Gruen Moebel'
    """
    return normalize("NFC", term).translate(_UMLAUTS)
