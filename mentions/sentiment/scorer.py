"""The scorer that ships: language, sentiment and abuse of a text."""

from __future__ import annotations

import re
from html import unescape
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final, Self

from mentions.sentiment.batch_scorer import NOT_SCORED, BatchScorer
from mentions.sentiment.french import French
from mentions.sentiment.language import (
    ENGLISH,
    FRENCH,
    SHORTEST,
    LanguageWeights,
    decide,
    is_emoji_alone,
    is_mixed,
    is_uncertain,
)
from mentions.sentiment.learned.language_model import LanguageModel
from mentions.sentiment.learned.linear import READ, Linear, combined
from mentions.sentiment.learned.weights import Weights
from mentions.sentiment.vader.vader import Vader
from mentions.watchlist.masking import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mentions.sentiment.learned.language_model import Analysis

_FEW: Final = 24
"""Texts that are read faster one by one than at once."""

_AT_ONCE: Final = 1_000

_names: Final = re.compile(rf"[#@]?{PLACEHOLDER}[\s,.:;]*", re.IGNORECASE).sub
_name_alone: Final = re.compile(rf"[\W\d_]*(?:{PLACEHOLDER}[\W\d_]*)+", re.IGNORECASE).fullmatch
"""A text in which masked names are the only words: they are no word of a language, and would be read as one."""


class Scorer:
    """Scores English and French; other languages are counted as unknown, never called neutral.

    Pure Python and numpy, no download: the weights and lexicons ship with the package.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        """Take the learned weights; those shipped where none are given."""
        weights = weights or shipped_weights()
        self.version = weights.version
        self._sums = Linear(weights).sums
        self._languages = LanguageWeights(*weights.settings["languages"]["biases"])
        self._voices = {lang: LanguageModel(weights, lang) for lang in (ENGLISH, FRENCH)}
        vader, french = Vader(), French()
        self._rules = {ENGLISH: vader.compound_of, FRENCH: french.compound}
        self._batch_scorer = BatchScorer(weights, self._languages, self._voices, vader, french)

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return compound in [-1, 1], label (`mentions.model.batches`), abuse in [0, 1] of each text."""
        return [reading[1:4] for reading in self.analyse_all(texts, langs)]

    @classmethod
    def with_brand_weights(cls, own: Path | None) -> Self:
        """Return the scorer with a brand's own weights (`tocsin train`) on top of those shipped.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no such file.
        """
        return cls(shipped_weights() if own is None else combined(shipped_weights(), Weights.load(own)))

    def analyse(self, text: str, lang: str | None = None) -> Analysis:
        """Return the analysis of a text; its language is detected where `lang` is None."""
        text = _read(text)
        return self._score_one(text, text.split(), _language_of(text, lang))

    def analyse_all(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[Analysis]:
        """Return the analysis of each text, equal to one by one."""
        if len(texts) < _FEW:
            return list(map(self.analyse, texts, langs))
        return [reading for portion in _chunks(texts) for reading in self._score_chunk(texts[portion], langs[portion])]

    def detect_languages(self, texts: Sequence[str]) -> list[str | None]:
        """Return the language of each text, without scoring it."""
        return [lang for portion in _chunks(texts) for lang in self._detect_chunk(texts[portion])]

    def _score_chunk(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[Analysis]:
        texts = list(map(_read, texts))
        langs = list(map(_language_of, texts, langs))
        tokens, unusual = _tokenise(texts)
        alone = {place: self._score_one(texts[place], words, langs[place]) for place, words in unusual.items()}
        for place in alone:
            langs[place] = ""
        readings = self._batch_scorer.score(texts, tokens, langs)
        for place, reading in alone.items():
            readings[place] = reading
        return readings

    def _detect_chunk(self, texts: Sequence[str]) -> list[str | None]:
        tokens, unusual = _tokenise(list(map(_read, texts)))
        decided = self._batch_scorer.detect_languages(tokens)
        for place, words in unusual.items():
            decided[place] = self._detect_language(self._sums(words), words)
        return list(map(_language_of, texts, decided))

    def _score_one(self, text: str, tokens: list[str], lang: str | None) -> Analysis:
        sums = self._sums(tokens)
        if lang is None:
            lang = self._detect_language(sums, tokens)
        voice = self._voices.get(lang or "")
        return voice.analyse(sums, self._rules[lang](text, tokens)) if voice and lang else NOT_SCORED

    def _detect_language(self, sums: Sequence[float], tokens: list[str]) -> str | None:
        found = self._languages.weigh(sums[0], sums[1])
        if is_uncertain(found) and len(tokens) >= SHORTEST:
            middle = len(tokens) // 2
            halves = (self._sums(half) for half in (tokens[:middle], tokens[middle:]))
            if is_mixed(*(self._languages.weigh(half[0], half[1]) for half in halves)):
                return None
        return decide(found)

    def margins(self, text: str, lang: str) -> tuple[float, float]:
        """Return the log odds of negative and of positive against neutral, for a text in English or French."""
        text = _read(text)
        tokens = text.split()
        return self._voices[lang].margins(self._sums(tokens), self._rules[lang](text, tokens))

    def abuse_margin(self, text: str, lang: str) -> float:
        """Return the log odds of abuse, for a text in English or French."""
        text = _read(text)
        tokens = text.split()
        return self._voices[lang].abuse_margin(self._sums(tokens), self._rules[lang](text, tokens))

    def abuse_slope(self, lang: str) -> float:
        """Return how much the log odds of abuse change with the linear sum of a language's weights."""
        return self._voices[lang].abuse_slope


def _chunks(texts: Sequence[str]) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, len(texts), _AT_ONCE))


def _tokenise(texts: Sequence[str]) -> tuple[list[list[str]], dict[int, list[str]]]:
    """Return the tokens of texts; of those with none or very many apart, by place, and a token in their stead."""
    tokens = list(map(str.split, texts))
    unusual = {place: words for place, words in enumerate(tokens) if not 0 < len(words) <= READ}
    for place in unusual:
        tokens[place] = ["-"]
    return tokens, unusual


def _language_of(text: str, lang: str | None) -> str | None:
    """Return the language given for a text; English, where none is, if it is emoji alone: they need no words."""
    return ENGLISH if lang is None and is_emoji_alone(text) else lang


def _read(text: str) -> str:
    """Return a text as it is scored: entities as what they stand for, and emoji without a brand's masked name."""
    text = unescape(text) if "&" in text else text
    if text.isascii() or not _name_alone(text):
        return text
    emoji = _names("", text)
    return emoji if is_emoji_alone(emoji) else text


def shipped_weights() -> Weights:
    """Return the weights that ship with the package."""
    with as_file(files("mentions.sentiment").joinpath("data/weights.npz")) as path:
        return Weights.load(path)
