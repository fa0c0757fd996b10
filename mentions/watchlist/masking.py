"""Masking of the brand's own name before scoring, so that "United" and "Free" carry no sentiment."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mentions.watchlist.normalise import keeps_length, normalise_in_place, origins
from mentions.watchlist.word_boundaries import NOT_BEFORE, is_word_character

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PLACEHOLDER: Final = "brand"
"""A word in no sentiment lexicon. It stands in the case of the word it replaces, because capitals are emphasis."""

_WORD: Final = re.compile(r"\S+")


class Mask:
    """Replaces a brand's names in a text by a neutral placeholder per word."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the folded names; none may be empty."""
        self._names = sorted(set(names), key=lambda name: (-len(name), name))
        self._find_anywhere = re.compile("|".join(map(_pattern, self._names)) or r"(?!)").search

    def apply(self, text: str) -> str:
        """Return `text` with each whole-word occurrence masked; `text` itself where there is none.

        >>> Mask(["united", "us airways"]).apply("@UNITED lost it, like US  Airways.")
        '@BRAND lost it, like BRAND  Brand.'
        """
        spans = self._spans(normalise_in_place(text))
        if not spans:
            return text
        return _replace(text, spans if keeps_length(text) else _original_spans(text, spans))

    def _search(self, folded: str, start: int) -> re.Match[str] | None:
        """Return the first name from `start` on behind which no word goes on.

        The pattern that checks this by itself takes milliseconds to compile, so it waits for a text that needs it: one
        where a word goes on behind a name, and another name may begin at the same place.
        """
        found = self._find_anywhere(folded, start)
        if found is None:
            return None
        begin, end = found.span()
        goes_on = end < len(folded) and is_word_character(folded[end - 1]) and is_word_character(folded[end])
        return self._find_whole(folded, begin) if goes_on else found

    @cached_property
    def _find_whole(self) -> Callable[[str, int], re.Match[str] | None]:
        return re.compile("|".join(map(_whole_pattern, self._names))).search

    def _spans(self, folded: str) -> list[tuple[int, int]]:
        """Return where names stand. What is before them is checked here: a pattern that looks back is slow."""
        spans: list[tuple[int, int]] = []
        found = self._search(folded, 0)
        while found:
            start, end = found.span()
            if start and is_word_character(folded[start]) and is_word_character(folded[start - 1]):
                end = start + 1
            else:
                spans.append((start, end))
            found = self._search(folded, end)
        return spans


def _pattern(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split(" ")))


def _whole_pattern(name: str) -> str:
    return f"{_pattern(name)}{NOT_BEFORE if is_word_character(name[-1]) else ''}"


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
