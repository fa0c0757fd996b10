"""Word boundaries of terms in normalised text, for scripts with and without spaces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

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


@lru_cache(maxsize=4096)
def is_word_character(character: str) -> bool:
    """Return whether `character` continues a word: letters, digits and _ of scripts with spaces between words."""
    return _JOINS.fullmatch(character) is not None


def boundary_checks(term: str) -> tuple[bool, bool]:
    """Return whether a term may not begin, and not end, in the middle of a word."""
    return is_word_character(term[0]) or term[0] in PREFIXES, is_word_character(term[-1])


def without_spaces(term: str) -> str:
    """Return a term of several words as in a hashtag or handle, "" for a single word.

    >>> run_together("us airways")
    'usairways'
    """
    squeezed = "".join(filter(str.isalnum, term))
    return squeezed if squeezed != term else ""
