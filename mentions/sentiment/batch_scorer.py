"""Batch scorer: scores many texts at once, bit-identical to one by one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from mentions.model.batches import UNKNOWN
from mentions.sentiment.language import ENGLISH, SHORTEST, Evidence, are_uncertain, decide_all, is_mixed
from mentions.sentiment.learned.batch_linear import BatchLinear
from mentions.sentiment.learned.language_model import Analysis
from mentions.sentiment.learned.weights import LANES
from mentions.sentiment.vader.batch_vader import BatchVader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentions.sentiment.french import French
    from mentions.sentiment.hash_table import Ints
    from mentions.sentiment.language import LanguageWeights
    from mentions.sentiment.learned.language_model import LanguageModel
    from mentions.sentiment.learned.weights import Weights
    from mentions.sentiment.rounding import Floats, Places
    from mentions.sentiment.vader.vader import Vader

NOT_SCORED: Final = Analysis(None, 0.0, UNKNOWN, 0.0, 0.0)


class BatchScorer:
    """Scores many texts at once."""

    def __init__(
        self,
        weights: Weights,
        languages: LanguageWeights,
        voices: dict[str, LanguageModel],
        vader: Vader,
        french: French,
    ) -> None:
        """Take the parts of the scorer that reads one text."""
        self._sums = BatchLinear(weights)
        self._languages = languages
        self._voices = voices
        self._vader = BatchVader(vader)
        self._french = french

    def score(self, texts: Sequence[str], tokens: Sequence[list[str]], langs: Sequence[str | None]) -> list[Analysis]:
        """Return the reading of each text, which has 1 to `linear.READ` tokens, in its language (None: find out)."""
        sizes, places = self._lookup(tokens)
        sums = self._sums.add(places, sizes)
        decided = self._decide_languages(sums, places, sizes) if None in langs else langs
        found = [detected if known is None else known for known, detected in zip(langs, decided, strict=True)]
        readings = [NOT_SCORED] * len(texts)
        for lang, voice in self._voices.items():
            own = [place for place, language in enumerate(found) if language == lang]
            rules = self._rule_compounds(lang, [texts[place] for place in own], [tokens[place] for place in own])
            for place, reading in zip(own, voice.analyse_all(sums[own], np.array(rules, np.float64)), strict=True):
                readings[place] = reading
        return readings

    def detect_languages(self, tokens: Sequence[list[str]]) -> list[str | None]:
        """Return the language of each text."""
        sizes, places = self._lookup(tokens)
        return self._decide_languages(self._sums.language_sums(places, sizes), places, sizes)

    def _lookup(self, tokens: Sequence[list[str]]) -> tuple[Places, Ints]:
        sizes = np.fromiter(map(len, tokens), np.int64, len(tokens))
        return sizes, self._sums.token_ids(chain.from_iterable(tokens), int(sizes.sum()))

    def _rule_compounds(self, lang: str, texts: Sequence[str], tokens: Sequence[list[str]]) -> list[float]:
        return self._vader.compounds(texts) if lang == ENGLISH else list(map(self._french.compound, texts, tokens))

    def _decide_languages(self, sums: Floats, places: Ints, sizes: Places) -> list[str | None]:
        """Return the language of each text; what may hold both is looked at in halves."""
        evidence = self._evidence(sums)
        decided = decide_all(*evidence)
        near = np.flatnonzero(are_uncertain(*evidence) & (sizes >= SHORTEST))
        if near.size:
            lengths = sizes[near]
            tokens = places[np.repeat(sizes.cumsum()[near] - lengths.cumsum(), lengths) + np.arange(lengths.sum())]
            halves = np.stack([lengths // 2, lengths - lengths // 2], 1).ravel()
            weighed = map(
                Evidence, *(column.tolist() for column in self._evidence(self._sums.language_sums(tokens, halves)))
            )
            for place, first, second in zip(near.tolist(), weighed, weighed, strict=True):
                decided[place] = None if is_mixed(first, second) else decided[place]
        return decided

    def _evidence(self, sums: Floats) -> tuple[Floats, Floats]:
        english, french = self._languages.biases
        return sums[:, LANES.index("english")] + english, sums[:, LANES.index("french")] + french
