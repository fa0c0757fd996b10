"""How does a text feel, in which language, and is it abusive? The scorer that ships."""

from __future__ import annotations

from html import unescape
from importlib.resources import as_file, files
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from mentions.language import ENGLISH, FRENCH, SHORTEST, Languages, close, mixed, tell
from mentions.moderation import abuse
from mentions.scored import NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
from mentions.sentiment.french import French
from mentions.sentiment.linear import Linear, combined
from mentions.sentiment.vader import Vader
from mentions.sentiment.weights import LANES, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_FELT: Final = 0.05
"""Compound beyond which rules call a text positive or negative, as VADER's authors advise."""


class Reading(NamedTuple):
    """What the scorer makes of a text."""

    lang: str | None  # "en", "fr"; None: another language, or a mixture
    compound: float
    label: int
    abuse: float


class Scorer:
    """Scores English and French; other languages are counted as unknown, never called neutral.

    Pure Python and numpy, no download: the weights and lexicons ship with the package.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        """Take the learned weights; those shipped where none are given."""
        weights = weights or shipped()
        self.version = weights.version
        self._sums = Linear(weights).sums
        self._languages = Languages(*weights.settings["languages"]["biases"])
        self._english = _Voice(weights, ENGLISH)
        self._french = _Voice(weights, FRENCH)
        self._vader = Vader().compound_of
        self._rules = French().compound

    def score(self, text: str, lang: str | None) -> tuple[float, int, float]:
        """Return compound in [-1, 1], label (`mentions.scored`), abuse in [0, 1]."""
        return self.read(text, lang)[1:]

    @classmethod
    def of(cls, own: Path | None) -> Self:
        """Return the scorer with a brand's own weights (`tocsin train`) on top of those shipped.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no such file.
        """
        return cls(shipped() if own is None else combined(shipped(), Weights.load(own)))

    def read(self, text: str, lang: str | None = None) -> Reading:
        """Return what there is to say of a text, and in which language it is (found out where `lang` is None)."""
        if "&" in text:
            text = unescape(text)
        tokens = text.split()
        sums = self._sums(tokens)
        if lang is None:
            lang = self._tell(sums, tokens)
        if lang == ENGLISH:
            return self._english.read(sums, self._vader(text, tokens))
        if lang == FRENCH:
            return self._french.read(sums, self._rules(text, tokens))
        return Reading(None, 0.0, UNKNOWN, 0.0)

    def _tell(self, sums: Sequence[float], tokens: list[str]) -> str | None:
        found = self._languages.weigh(sums[0], sums[1])
        if close(found) and len(tokens) >= SHORTEST:
            middle = len(tokens) // 2
            halves = (self._sums(half) for half in (tokens[:middle], tokens[middle:]))
            if mixed(*(self._languages.weigh(half[0], half[1]) for half in halves)):
                return None
        return tell(found)

    def margins(self, text: str, lang: str) -> tuple[float, float]:
        """Return the log odds of negative and of positive against neutral, for a text in English or French."""
        text = unescape(text)
        tokens = text.split()
        sums = self._sums(tokens)
        if lang == ENGLISH:
            return self._english.margins(sums, self._vader(text, tokens))
        return self._french.margins(sums, self._rules(text, tokens))


class _Voice:
    """Turns sums and the rules' compound into a reading, for one language."""

    def __init__(self, weights: Weights, lang: str) -> None:
        self._lang = lang
        self._lanes = tuple(LANES.index(f"{name}_{lang}") for name in ("negative", "positive", "abuse"))
        sentiment, hostility = weights.settings[f"sentiment_{lang}"], weights.settings[f"abuse_{lang}"]
        self._negative, self._positive = map(_extra, sentiment["extras"], sentiment["biases"])
        self._abuse = _extra(hostility["extras"][0], hostility["biases"][0])

    def margins(self, sums: Sequence[float], rules: float) -> tuple[float, float]:
        negative, positive, _ = self._lanes
        return sums[negative] + self._negative(rules), sums[positive] + self._positive(rules)

    def read(self, sums: Sequence[float], rules: float) -> Reading:
        at_negative, at_positive, at_abuse = self._lanes
        negative = exp(sums[at_negative] + self._negative(rules))
        positive = exp(sums[at_positive] + self._positive(rules))
        compound = round((positive - negative) / (1.0 + positive + negative), 4)
        label = NEUTRAL if negative <= 1.0 >= positive else POSITIVE if positive > negative else NEGATIVE
        return Reading(self._lang, compound, label, round(abuse(sums[at_abuse] + self._abuse(rules)), 4))


def extras_of(compound: float) -> tuple[float, float, float]:
    """Return the figures by which the rules' compound enters the learned scores."""
    return compound, float(compound > _FELT), float(compound < -_FELT)


def _extra(weights: list[float], bias: float) -> Callable[[float], float]:
    slope, up, down = weights
    return lambda compound: bias + slope * compound + (up if compound > _FELT else down if compound < -_FELT else 0.0)


def shipped() -> Weights:
    """Return the weights that ship with the package."""
    with as_file(files("mentions.sentiment").joinpath("data/weights.npz")) as path:
        return Weights.load(path)
