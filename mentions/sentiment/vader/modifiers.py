"""Effect of neighbouring words on the valence of a scored word, as in VADER, computed once per neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.sentiment.vader import vader_data
from mentions.sentiment.vader.tokens import BEFORE, MEMORY, TokenCodes, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

DAMPED: Final = (1.0, 0.95, 0.9)
"""What is left of a booster one, two and three words away."""

SO: Final = frozenset({"so", "this"})
SO_FACTOR: Final = 1.25
OR: Final = frozenset({"or", "nor"})
_NOTHING: Final = TokenKind(None, False, 0.0, False, "", False)


class Modifier(NamedTuple):
    """One change of a valence: times `factor`, or where that is 0, plus `up` if it is positive and `down` if not."""

    factor: float
    up: float = 0.0
    down: float = 0.0


class ModifierTable(dict[str, tuple[Modifier, ...]]):
    """Characters of the three tokens before a scored word → what they do to it, in the package's order."""

    def __init__(self, kinds: dict[str, TokenKind], *, capitals: bool, loud: bool) -> None:
        """Take whether capitals stand out in the text, and whether the scored word is in them."""
        self._kinds = kinds
        self._capitals = capitals
        self._loud = capitals and loud

    def __missing__(self, before: str) -> tuple[Modifier, ...]:
        kinds = [self._kinds.get(character, _NOTHING) for character in reversed(before.lstrip("\0"))]
        if len(self) >= MEMORY:
            self.clear()
        self[before] = steps = tuple(self._steps(kinds))
        return steps

    def _steps(self, kinds: list[TokenKind]) -> Iterator[Modifier]:
        names = [kind.name for kind in kinds] + [""] * (BEFORE - len(kinds))
        if "no" in names[:2] or (names[2] == "no" and names[0] in OR):
            yield Modifier(vader_data.N_SCALAR)
        if self._loud:
            yield Modifier(0, vader_data.C_INCR, -vader_data.C_INCR)
        for away, kind in enumerate(kinds):
            if not kind.listed:
                if kind.boost:
                    rise = kind.boost + (vader_data.C_INCR if kind.upper and self._capitals else 0)
                    fall = -kind.boost - (vader_data.C_INCR if kind.upper and self._capitals else 0)
                    yield Modifier(0, rise * DAMPED[away], fall * DAMPED[away])
                factor = _factor(names, away, kind)
                if factor != 1:
                    yield Modifier(factor)


def _factor(names: list[str], away: int, kind: TokenKind) -> float:
    """Return by what the word `away` before the one next to the scored word multiplies: negation, or "never so"."""
    if away == 1 and names[1] == "never" and names[0] in SO:
        return SO_FACTOR
    if away == 2 and (names[0] in SO or (names[2] == "never" and names[1] in SO)):  # noqa: PLR2004  the third word
        return SO_FACTOR
    return vader_data.N_SCALAR if kind.negates else 1.0


class WindowCache(dict[str, float]):
    """Characters around a scored word of a phrase → its valence, asked of the package once."""

    def __init__(self, analyzer: vader_data.SentimentIntensityAnalyzer, codes: TokenCodes, *, capitals: bool) -> None:
        """Take whether capitals stand out: some words, but not all, are in them."""
        self._analyzer = analyzer
        self._words = codes.words
        self._capitals = capitals

    def __missing__(self, window: str) -> float:
        before = window[:BEFORE].lstrip("\0")
        words = [self._words[character] for character in before + window[BEFORE:]]
        if len(self) >= MEMORY:
            self.clear()
        self[window] = valence = self._reference(words, len(before))
        return valence

    def _reference(self, words: list[str], place: int) -> float:
        if [word.lower() for word in words[place : place + 2]] == ["kind", "of"]:
            return 0.0
        text = vader_data.SentiText("")
        text.words_and_emoticons, text.is_cap_diff = words, self._capitals
        valence: float = self._analyzer.sentiment_valence(0, text, words[place], place, [])[0]
        return valence
