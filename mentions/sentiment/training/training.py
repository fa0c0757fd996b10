"""Corrections to the shipped weights from a brand's own labels, with their cross-validated effect."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from mentions.sentiment.learned.weights import LANES, STEP, save
from mentions.sentiment.training.feature_values import PAIR, WORD, Floats, Vocabulary
from mentions.sentiment.training.logistic import fit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mentions.sentiment import Scorer
    from mentions.sentiment.training.logistic import Fit

NAMES: Final = ("neutral", "negative", "positive")
"""Labels of sentiment, in the order of the classes: neutral is the reference class."""

ABUSE_NAMES: Final = ("acceptable", "abusive")
"""Labels of moderation, in the same way."""

MIN_LABELS: Final = 30
"""Labels of a language from which anything can be learnt."""

FOLDS: Final = 5
STRENGTH: Final = 2.0
"""How strongly corrections are held to zero: a few labels change little."""


class Labelled(NamedTuple):
    """A labelled text in English or French, its brand's name masked."""

    text: str
    lang: str
    label: str


class TrainedModel(NamedTuple):
    """What the labels of one language taught. Macro recall: the mean over the classes met, of those found [0, 1]."""

    lang: str
    names: tuple[str, ...]  # NAMES or ABUSE_NAMES
    slope: float  # what a weight of the file is multiplied with
    labels: int
    before: float
    after: float
    vocabulary: Vocabulary
    fit: Fit


def learn(examples: Sequence[Labelled], scorer: Scorer) -> list[TrainedModel]:
    """Return what the examples teach on top of `scorer`, for each language with enough of them."""
    found = []
    for lang in ("en", "fr"):
        for names in (NAMES, ABUSE_NAMES):
            own = [example for example in examples if example.lang == lang and example.label in names]
            if len(own) >= MIN_LABELS and len({example.label for example in own}) > 1:
                found.append(_learn(own, lang, names, scorer))
    return found


def write(path: Path, lessons: Sequence[TrainedModel]) -> str:
    """Write the corrections to a file for `Scorer.of` and return its version, a digest of what it says."""
    words: dict[str, list[int]] = {}
    pairs: dict[str, list[int]] = {}
    settings: dict[str, Any] = {}
    for lesson in lessons:
        abuse = lesson.names == ABUSE_NAMES
        lanes = [LANES.index(f"{'abuse' if abuse else name}_{lesson.lang}") for name in lesson.names[1:]]
        steps = np.round(lesson.fit.features / lesson.slope / STEP).astype(int).T
        for feature, column in lesson.vocabulary.items():
            table = pairs if feature[0] == PAIR else words
            row = table.setdefault(feature[1:], [0] * len(LANES))
            for lane, step in zip(lanes, steps[column].tolist(), strict=True):
                row[lane] = step
        biases = (lesson.fit.biases / lesson.slope).round(4).tolist()
        settings[f"{'abuse' if abuse else 'sentiment'}_{lesson.lang}"] = {"biases": biases}
    version = sha256(repr((sorted(words.items()), sorted(pairs.items()), settings)).encode()).hexdigest()[:8]
    save(path, version, settings, [_informative(words), {}, _informative(pairs)])
    return version


def _informative(table: dict[str, list[int]]) -> dict[str, list[int]]:
    return {key: row for key, row in sorted(table.items()) if any(row)}


def _learn(examples: Sequence[Labelled], lang: str, names: tuple[str, ...], scorer: Scorer) -> TrainedModel:
    texts = [example.text for example in examples]
    labels = np.array([names.index(example.label) for example in examples])
    abuse = names == ABUSE_NAMES
    margins = [(scorer.abuse_margin(text, lang),) if abuse else scorer.margins(text, lang) for text in texts]
    offsets, slope = np.array(margins), scorer.abuse_slope(lang) if abuse else 1.0
    folds = np.array([int(sha256(text.encode()).hexdigest(), 16) % FOLDS for text in texts])
    after = offsets.copy()
    for fold in range(FOLDS):
        known, asked = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        vocabulary, taught = _fit([texts[i] for i in known], labels[known], offsets[known], len(names))
        after[asked] += _scores(vocabulary, taught, [texts[i] for i in asked])
    vocabulary, taught = _fit(texts, labels, offsets, len(names))
    figures = (len(labels), _recall(offsets, labels), _recall(after, labels))
    return TrainedModel(lang, names, slope, *figures, vocabulary, taught)


def _fit(texts: Sequence[str], labels: Floats, offsets: Floats, classes: int) -> tuple[Vocabulary, Fit]:
    vocabulary = Vocabulary.of(texts, least=2, least_pairs=3, kinds=WORD + PAIR)
    counts = np.bincount(labels, minlength=classes)
    balance = len(labels) / (counts > 0).sum() / np.maximum(counts, 1)
    extras = np.zeros((len(labels), 0))
    rows = vocabulary.rows(texts)
    return vocabulary, fit(rows, extras, labels, weights=balance[labels], offsets=offsets, strength=STRENGTH)


def _scores(vocabulary: Vocabulary, taught: Fit, texts: Sequence[str]) -> Floats:
    if not texts:
        return np.zeros((0, len(taught.biases)))
    rows = vocabulary.rows(texts)
    return np.stack([rows.times(weights) for weights in taught.features], 1) + taught.biases


def _recall(margins: Floats, labels: Floats) -> float:
    guesses = np.where(margins.max(1) > 0, margins.argmax(1) + 1, 0)
    return float(np.mean([(guesses[labels == label] == label).mean() for label in np.unique(labels)]))
