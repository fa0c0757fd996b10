"""What does the scorer make of many texts at once? The same, to the last bit, as of each, in a part of the time."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from mentions.model.batches import UNKNOWN
from mentions.sentiment.language import ENGLISH, SHORTEST, Evidence, all_close, mixed, tell_all
from mentions.sentiment.learned.batch_linear import Sums
from mentions.sentiment.learned.language_model import Reading
from mentions.sentiment.learned.weights import LANES
from mentions.sentiment.vader.batch_vader import Compounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentions.sentiment.french import French
    from mentions.sentiment.hash_table import Ints
    from mentions.sentiment.language import Languages
    from mentions.sentiment.learned.language_model import Voice
    from mentions.sentiment.learned.weights import Weights
    from mentions.sentiment.rounding import Floats, Places
    from mentions.sentiment.vader.vader import Vader

UNREAD: Final = Reading(None, 0.0, UNKNOWN, 0.0, 0.0)


class Readings:
    """Reads many texts at once."""

    def __init__(
        self, weights: Weights, languages: Languages, voices: dict[str, Voice], vader: Vader, french: French
    ) -> None:
        """Take the parts of the scorer that reads one text."""
        self._sums = Sums(weights)
        self._languages = languages
        self._voices = voices
        self._vader = Compounds(vader)
        self._french = french

    def of(self, texts: Sequence[str], tokens: Sequence[list[str]], langs: Sequence[str | None]) -> list[Reading]:
        """Return the reading of each text, which has 1 to `linear.READ` tokens, in its language (None: find out)."""
        sizes, places = self._placed(tokens)
        sums = self._sums.add(places, sizes)
        told = self._told(sums, places, sizes) if None in langs else langs
        found = [guess if known is None else known for known, guess in zip(langs, told, strict=True)]
        readings = [UNREAD] * len(texts)
        for lang, voice in self._voices.items():
            own = [place for place, language in enumerate(found) if language == lang]
            rules = self._ruled(lang, [texts[place] for place in own], [tokens[place] for place in own])
            for place, reading in zip(own, voice.read_all(sums[own], np.array(rules, np.float64)), strict=True):
                readings[place] = reading
        return readings

    def languages(self, tokens: Sequence[list[str]]) -> list[str | None]:
        """Return the language of each text."""
        sizes, places = self._placed(tokens)
        return self._told(self._sums.spoken(places, sizes), places, sizes)

    def _placed(self, tokens: Sequence[list[str]]) -> tuple[Places, Ints]:
        sizes = np.fromiter(map(len, tokens), np.int64, len(tokens))
        return sizes, self._sums.places(chain.from_iterable(tokens), int(sizes.sum()))

    def _ruled(self, lang: str, texts: Sequence[str], tokens: Sequence[list[str]]) -> list[float]:
        return self._vader.of(texts) if lang == ENGLISH else list(map(self._french.compound, texts, tokens))

    def _told(self, sums: Floats, places: Ints, sizes: Places) -> list[str | None]:
        """Return the language of each text; what may hold both is looked at in halves."""
        evidence = self._evidence(sums)
        told = tell_all(*evidence)
        near = np.flatnonzero(all_close(*evidence) & (sizes >= SHORTEST))
        if near.size:
            lengths = sizes[near]
            tokens = places[np.repeat(sizes.cumsum()[near] - lengths.cumsum(), lengths) + np.arange(lengths.sum())]
            halves = np.stack([lengths // 2, lengths - lengths // 2], 1).ravel()
            weighed = map(Evidence, *(column.tolist() for column in self._evidence(self._sums.spoken(tokens, halves))))
            for place, first, second in zip(near.tolist(), weighed, weighed, strict=True):
                told[place] = None if mixed(first, second) else told[place]
        return told

    def _evidence(self, sums: Floats) -> tuple[Floats, Floats]:
        english, french = self._languages.biases
        return sums[:, LANES.index("english")] + english, sums[:, LANES.index("french")] + french
