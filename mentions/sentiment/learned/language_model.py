"""Sentiment and abuse of a text in one language, from the linear sums and the rules' compound."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE
from mentions.sentiment.learned.abuse import STEEPEST, abuse_probability
from mentions.sentiment.learned.weights import LANES
from mentions.sentiment.rounding import round4

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentions.sentiment.learned.weights import Weights
    from mentions.sentiment.rounding import Floats

_FELT: Final = 0.05
"""Compound beyond which rules call a text positive or negative, as VADER's authors advise."""


class Analysis(NamedTuple):
    """Language, compound, label and abuse of a text."""

    lang: str | None  # "en", "fr"; None: another language, or a mixture
    compound: float
    label: int
    abuse: float
    rules: float  # the compound of the rules alone: for English, VADER's


class LanguageModel:
    """Turns linear sums and the rules' compound into an analysis."""

    def __init__(self, weights: Weights, lang: str) -> None:
        """Take the weights, and a language that they know."""
        self._lang = lang
        self._lanes = tuple(LANES.index(f"{name}_{lang}") for name in ("negative", "positive", "abuse"))
        sentiment, hostility = weights.settings[f"sentiment_{lang}"], weights.settings[f"abuse_{lang}"]
        self._negative, self._positive = map(_CompoundFeature, sentiment["extras"], sentiment["biases"])
        self._abuse = _CompoundFeature(hostility["extras"][0], hostility["biases"][0])
        self._slope = hostility.get("slope", 1.0)

    def margins(self, sums: Sequence[float], rules: float) -> tuple[float, float]:
        """Return the log odds of negative and of positive against neutral."""
        negative, positive, _ = self._lanes
        return sums[negative] + self._negative.of(rules), sums[positive] + self._positive.of(rules)

    @property
    def abuse_slope(self) -> float:
        """Return how much the log odds of abuse change with its linear sum."""
        return float(self._slope)

    def abuse_margin(self, sums: Sequence[float], rules: float) -> float:
        """Return the log odds of abuse."""
        return float(self._slope * (sums[self._lanes[2]] + self._abuse.of(rules)))

    def analyse(self, sums: Sequence[float], rules: float) -> Analysis:
        """Return the reading of a text."""
        at_negative, at_positive, at_abuse = self._lanes
        negative = exp(sums[at_negative] + self._negative.of(rules))
        positive = exp(sums[at_positive] + self._positive.of(rules))
        compound = round((positive - negative) / (1.0 + positive + negative), 4)
        label = NEUTRAL if negative <= 1.0 >= positive else POSITIVE if positive > negative else NEGATIVE
        hostility = abuse_probability(self._slope * (sums[at_abuse] + self._abuse.of(rules)))
        return Analysis(self._lang, compound, label, round(hostility, 4), rules)

    def analyse_all(self, sums: Floats, rules: Floats) -> Iterator[Analysis]:
        """Return the readings of many texts, each with a row of `sums`: the same operations in the same order."""
        at_negative, at_positive, at_abuse = self._lanes
        negative = _exp(sums[:, at_negative] + self._negative.of_all(rules))
        positive = _exp(sums[:, at_positive] + self._positive.of_all(rules))
        compounds = round4((positive - negative) / (1.0 + positive + negative))
        felt = np.where(positive > negative, POSITIVE, NEGATIVE)
        labels = np.where((negative <= 1.0) & (positive <= 1.0), NEUTRAL, felt)
        hostility = self._slope * (sums[:, at_abuse] + self._abuse.of_all(rules))
        hostility = np.minimum(np.maximum(hostility, -STEEPEST), STEEPEST)
        abuses = round4(1 / (1 + _exp(-hostility)))
        columns = compounds.tolist(), labels.tolist(), abuses.tolist(), rules.tolist()
        return map(Analysis, [self._lang] * len(sums), *columns)


def extras_of(compound: float) -> tuple[float, float, float]:
    """Return the features derived from the rules' compound."""
    return compound, float(compound > _FELT), float(compound < -_FELT)


class _CompoundFeature:
    """What the rules' compound adds to a learned sum."""

    def __init__(self, weights: Sequence[float], bias: float) -> None:
        self._slope, self._up, self._down = weights
        self._bias = bias

    def of(self, compound: float) -> float:
        step = self._up if compound > _FELT else self._down if compound < -_FELT else 0.0
        return self._bias + self._slope * compound + step

    def of_all(self, compounds: Floats) -> Floats:
        steps = np.where(compounds > _FELT, self._up, np.where(compounds < -_FELT, self._down, 0.0))
        added: Floats = self._bias + self._slope * compounds + steps
        return added


def _exp(values: Floats) -> Floats:
    """Return what `math.exp` makes of each value: numpy's own differs in the last bit."""
    return np.fromiter(map(exp, values.tolist()), np.float64, len(values))
