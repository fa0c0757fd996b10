"""Masking of the brand's own name before scoring, so that "United" and "Free" carry no sentiment."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from mentions.watchlist.normalise import keeps_length, normalise_in_place, origins
from mentions.watchlist.word_boundaries import NOT_BEFORE, is_word_character

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACEHOLDER: Final = "brand"
"""A word in no sentiment lexicon. It stands in the case of the word it replaces, because capitals are emphasis."""

_WORD: Final = re.compile(r"\S+")


class Mask:
    """Replaces a brand's names in a text by a neutral placeholder per word."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the folded names; none may be empty."""
        longest_first = sorted(set(names), key=lambda name: (-len(name), name))
        self._search = re.compile("|".join(map(_pattern, longest_first)) or r"(?!)").search

    def apply(self, text: str) -> str:
        """Return `text` with each whole-word occurrence masked; `text` itself where there is none.

        >>> Mask(["united", "us airways"]).apply("@UNITED lost it, like US  Airways.")
        '@BRAND lost it, like BRAND  Brand.'
        """
        spans = self._spans(normalise_in_place(text))
        if not spans:
            return text
        return _replace(text, spans if keeps_length(text) else _original_spans(text, spans))

    def _spans(self, folded: str) -> list[tuple[int, int]]:
        """Return where names stand. What is before them is checked here: a pattern that looks back is slow."""
        spans: list[tuple[int, int]] = []
        found = self._search(folded)
        while found:
            start, end = found.span()
            if start and is_word_character(folded[start]) and is_word_character(folded[start - 1]):
                end = start + 1
            else:
                spans.append((start, end))
            found = self._search(folded, end)
        return spans


def _pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split(" ")))
    return f"{words}{NOT_BEFORE if is_word_character(name[-1]) else ''}"


def _original_spans(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the places in `text` of places in its fold, with the accents that follow."""
    begins = origins(text)
    return [(bisect_right(begins, start) - 1, bisect_right(begins, end) - 1) for start, end in spans]


def _replace(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += text[done:start], _placeholders(text[start:end])
        done = end
    parts.append(text[done:])
    return "".join(parts)


def _placeholders(name: str) -> str:
    return _placeholder(name) if name.isalnum() else _WORD.sub(lambda found: _placeholder(found[0]), name)


def _placeholder(word: str) -> str:
    if word.isupper() and len(word) > 1:
        return PLACEHOLDER.upper()
    return PLACEHOLDER.title() if word[0].isupper() else PLACEHOLDER
