"""Feature extraction: words and character n-grams of a token, the same for training and inference.

Every feature belongs to one token or to two neighbours, so a text's score is a sum over tokens, and each token's share
is computed once and cached.
"""

from __future__ import annotations

import re
from operator import add
from string import punctuation
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

READ: Final = 14
"""Characters of a word whose n-grams are looked at: two to four of them, with a blank on either side."""

MARK: Final = "\0"
LINK: Final = "\0http"
HANDLE: Final = "\0@"
SCRIPT: Final = "\0script"
"""Stand for any link, any handle, any word in another script than Latin. Marks, unlike words, begin with MARK."""

PICTURES: Final = 8
"""Different pictures of one token that are read."""

START: Final = "\0^"
"""Comes before the first word of a text, as far as pairs are concerned."""

_PUNCTUATION: Final = punctuation + "«»…“”‘’–—"
_LINKS: Final = ("http", "www.")
_QUIET: Final = frozenset('.,"')
_DIGITS: Final = str.maketrans("123456789", "000000000")
_has_digits = re.compile("[1-9]").search
_telling = re.compile(r"[!?:;)(<…]").search
_drawn_out = re.compile(r"(.)\1{2,}").sub
_elided = re.compile(r"(?:l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)").match
_PICTURE: Final = "\u2190-\u2bff\u3030\ufe0f\U0001f000-\U0001faff"
_FOREIGN: Final = "\u0370-\u1dff\u2c00-\u2fff\u3040-\ud7ff\uf900-\ufdff\ufe70-\uffef"
_pictures = re.compile(f"[{_PICTURE}]").findall
_has_signs = re.compile(f"[{_PICTURE}{_FOREIGN}]").search
is_foreign = re.compile(f"[{_FOREIGN}]").search
"""Finds a letter of another script than Latin."""


class Token(NamedTuple):
    """A token split into its features."""

    marks: tuple[str, ...]  # features besides the word
    body: str  # the word, "" for a link or a handle
    chain: str  # what neighbours see of it


def split_token(token: str) -> Token:
    r"""Return the parts of one token, which holds no blanks.

    >>> split_token("L'Horreur!!!")
    Token(marks=("\x00l'", '\x00!!!'), body='horreur', chain='horreur')
    """
    return Token(*split_features(is_plain(token)))


def is_plain(token: str) -> str:
    """Return a token in lower case, no character more than three times in a row.

    >>> is_plain("Sooooo")
    'sooo'
    """
    low = token.lower()
    if len(low) - len(set(low)) < 2 or low.startswith(_LINKS):  # noqa: PLR2004  two come twice, or one three times
        return low
    return _drawn_out(r"\1\1\1", low)


def filter_plain(tokens: Iterable[str]) -> list[str]:
    """Return many tokens, `plain`."""
    text = "\n".join(tokens).lower()
    lows = text.split("\n")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    same = codes[1:] == codes[:-1]
    thrice = np.flatnonzero(same[1:] & same[:-1])
    if thrice.size:
        breaks = np.flatnonzero(codes == ord("\n"))
        for place in set(np.searchsorted(breaks, thrice).tolist()):
            lows[place] = is_plain(lows[place])
    return lows


def split_features(low: str) -> tuple[tuple[str, ...], str, str]:
    """Return the fields of `Token` for a token that is `plain`."""
    if low.isascii() and low.isalpha() and low[:4] != "http":
        return (), low, low
    marks = _signs(low)
    low = low.replace("’", "'")
    if low[0] == "@" and len(low) > 1:
        return (HANDLE,), "", HANDLE
    if low.startswith(_LINKS):
        return (LINK,), "", LINK
    if _has_digits(low):
        low = low.translate(_DIGITS)
    start = low.lstrip(_PUNCTUATION)
    body = start.rstrip(_PUNCTUATION)
    if not body:
        return marks, low, low
    tail = start[len(body) :]
    if tail and tail not in _QUIET and _telling(tail):
        marks = (f"\0{tail[:3]}", *marks)
    if "'" in body:
        elided = _elided(body)
        if elided:
            marks = (f"\0{elided[0]}", *marks)
            body = body[elided.end() :]
    return marks, body, body


def ngrams(body: str) -> list[str]:
    """Return the character n-grams of a word.

    >>> ngrams("no")
    [' n', 'no', 'o ', ' no', 'no ', ' no ']
    """
    padded = f" {body[:READ]} "
    twos = list(map(add, padded, padded[1:]))
    threes = list(map(add, twos, padded[2:]))
    return [*twos, *threes, *map(add, threes, padded[3:])]


def _signs(token: str) -> tuple[str, ...]:
    """Return the pictures in a token, and whether it is of another script."""
    if token.isascii() or not _has_signs(token):
        return ()
    signs = tuple(f"\0{picture}" for picture in list(dict.fromkeys(_pictures(token)))[:PICTURES])
    return (*signs, SCRIPT) if is_foreign(token) else signs
