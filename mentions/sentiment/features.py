"""What of a token may carry meaning? Its words and character n-grams, the same for training and for scoring.

Every feature belongs to one token, or to two neighbours, so a text's score is a sum over tokens and each token's share
can be worked out once and remembered.
"""

from __future__ import annotations

import re
from operator import add
from string import punctuation
from typing import Final, NamedTuple

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
_QUIET: Final = frozenset('.,"')
_DIGITS: Final = str.maketrans("123456789", "000000000")
_telling = re.compile(r"[!?:;)(<…]").search
_drawn_out = re.compile(r"(.)\1{2,}").sub
_elided = re.compile(r"(?:l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)").match
_pictures = re.compile("[\u2190-\u2bff\u3030\ufe0f\U0001f000-\U0001faff]").findall
is_foreign = re.compile("[\u0370-\u1dff\u2c00-\u2fff\u3040-\ud7ff\uf900-\ufdff\ufe70-\uffef]").search
"""Finds a letter of another script than Latin."""


class Token(NamedTuple):
    """What a token says, taken apart."""

    marks: tuple[str, ...]  # features besides the word
    body: str  # the word, "" for a link or a handle
    chain: str  # what neighbours see of it


def take_apart(token: str) -> Token:
    r"""Return the parts of one token, which holds no blanks.

    >>> take_apart("L'Horreur!!!")
    Token(marks=("\x00l'", '\x00!!!'), body='horreur', chain='horreur')
    """
    low = token.lower()
    if low[0] == "@" and len(low) > 1:
        return Token((HANDLE,), "", HANDLE)
    if low.startswith(("http", "www.")):
        return Token((LINK,), "", LINK)
    if len(low) - len(set(low)) > 1:
        low = _drawn_out(r"\1\1\1", low)
    plain = low.isascii()
    if plain and low.isalpha():
        return Token((), low, low)
    marks = () if plain else _signs(low)
    low = low.replace("’", "'").translate(_DIGITS)
    start = low.lstrip(_PUNCTUATION)
    body = start.rstrip(_PUNCTUATION)
    if not body:
        return Token(marks, low, low)
    if len(body) < len(start):
        tail = start[len(body) :]
        if tail not in _QUIET and _telling(tail):
            marks = (f"\0{tail[:3]}", *marks)
    if "'" in body:
        elided = _elided(body)
        if elided:
            marks = (f"\0{elided[0]}", *marks)
            body = body[elided.end() :]
    return Token(marks, body, body)


def grams(body: str) -> list[str]:
    """Return the character n-grams of a word.

    >>> grams("no")
    [' n', 'no', 'o ', ' no', 'no ', ' no ']
    """
    padded = f" {body[:READ]} "
    twos = list(map(add, padded, padded[1:]))
    threes = list(map(add, twos, padded[2:]))
    return [*twos, *threes, *map(add, threes, padded[3:])]


def _signs(token: str) -> tuple[str, ...]:
    """Return the pictures in a token, and whether it is of another script."""
    signs = tuple(f"\0{picture}" for picture in list(dict.fromkeys(_pictures(token)))[:PICTURES])
    return (*signs, SCRIPT) if is_foreign(token) else signs
