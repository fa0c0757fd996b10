"""Training of the shipped weights from the labelled sets that `docs/model-card.md` names.

    python -m benchmarks.training.train --more FOLDER --out mentions/sentiment/data/weights.npz

`--more` holds the public sets that may be used for training but not redistributed, as gzipped TSV like `--data`.
With `--only sentiment_en sentiment_fr` only these tasks are trained, and the others come from the shipped weights.
"""

from __future__ import annotations

import argparse
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from benchmarks.training import lessons, sets
from mentions.cleaning import clean
from mentions.sentiment.learned.features import MARK, ngrams, split_token
from mentions.sentiment.learned.linear import GRAMS_WEIGH, UNIT, Linear
from mentions.sentiment.learned.weights import LANES, STEP, save, unpack, unpacked
from mentions.sentiment.scorer import shipped_weights
from mentions.sentiment.training.feature_values import GRAM, PAIR, WORD, Floats, Vocabulary
from mentions.sentiment.training.logistic import Fit, fit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.training.lessons import Lesson
    from mentions.sentiment.learned.weights import Weights

Table = dict[str, Floats]

LEAST: Final = {WORD: 0.0, GRAM: 0.27, PAIR: 0.08}
"""Smallest weight that is kept in some lane. N-grams serve unknown words only, which read as well without the rest."""


class Learnt(NamedTuple):
    """What one lesson taught."""

    lesson: Lesson
    vocabulary: Vocabulary
    fit: Fit


def learn(lesson: Lesson) -> Learnt:
    """Return what a lesson teaches."""
    texts = [clean(example.text) for example in lesson.examples]
    labels = np.array([example.label for example in lesson.examples])
    vocabulary = Vocabulary.of(texts, least=lesson.least, least_pairs=lesson.least_pairs)
    weights = np.array([example.weight for example in lesson.examples])
    balance = balanced(labels, weights)
    extras = [lessons.ruled(lesson.rules, texts)]
    if lesson.listed:
        extras.append(np.array([[listed(text, lesson.listed)] for text in texts]))
    groups = np.array([example.group for example in lesson.examples])
    if lesson.apart:
        for group in range(groups.max() + 1):
            own = groups == group
            balance[own] = balanced(labels[own], weights[own])
    extras.append(np.eye(groups.max() + 1)[groups][:, 1:])  # how frequent each set's labels are teaches nothing
    offsets = known_contribution(lesson, texts)
    found = fit(
        vocabulary.rows(texts), np.hstack(extras), labels, weights=balance, offsets=offsets, strength=lesson.strength
    )
    return Learnt(lesson, vocabulary, found)


def balanced(labels: Floats, weights: Floats) -> Floats:
    """Return the weights changed so that all labels weigh alike together."""
    even: Floats = weights * (weights.sum() / np.bincount(labels, weights) / (labels.max() + 1))[labels]
    return even


def margins(learnt: Learnt, texts: Sequence[str]) -> Floats:
    """Return the log odds of each lane for some texts, as the scorer has them."""
    lesson, vocabulary, found = learnt
    plain = [clean(text) for text in texts]
    columns = [lessons.ruled(lesson.rules, plain)]
    if lesson.listed:
        columns.append(np.array([[listed(text, lesson.listed)] for text in plain]))
    extras = np.hstack(columns)
    rows = vocabulary.rows(plain)
    words = np.stack([rows.times(weights) for weights in found.features], 1)
    log_odds: Floats = (
        known_contribution(lesson, plain)
        + words
        + extras @ found.extras[:, : extras.shape[1]].T
        + found.biases
        + np.array(lesson.nudge)
    )
    return log_odds


def known_contribution(lesson: Lesson, texts: Sequence[str]) -> Floats:
    """Return the contribution of the preset features to each text, a column a lane."""
    columns = list(lesson.known)
    rows = Vocabulary({feature: column for column, feature in enumerate(columns)}).rows(texts)
    steps = np.array([lesson.known[feature] for feature in columns]).reshape(-1, len(lesson.lanes))
    return np.stack([rows.times(column) for column in steps.T], 1)


def listed(text: str, table: Mapping[str, float]) -> float:
    """Return how much of a list of words is in `text`."""
    tokens = text.split()
    return sum(table.get(split_token(token).body, 0.0) for token in tokens) / sqrt(len(tokens) or 1)


def write(path: Path, version: str, taught: Sequence[Learnt], kept: Weights | None = None) -> None:
    """Write one file of all that was learnt, and of what `kept` says in the lanes that nothing was learnt for."""
    tables: dict[str, Table] = {WORD: {}, GRAM: {}, PAIR: {}}
    settings: dict[str, Any] = {}
    for lesson, vocabulary, found in taught:
        lanes = [LANES.index(lane) for lane in lesson.lanes]
        for feature, place in vocabulary.items():
            _row(tables[feature[0]], feature[1:])[lanes] += found.features[:, place]
        for feature, steps in lesson.known.items():
            _row(tables[feature[0]], feature[1:])[lanes] += steps
        rules = lessons.RULES if lesson.rules else 0
        for word, amount in lesson.listed.items():
            _row(tables[WORD], word)[lanes] += amount * found.extras[:, rules]
        settings[lesson.name] = {
            "biases": (found.biases + np.array(lesson.nudge)).round(4).tolist(),
            "extras": found.extras[:, :rules].round(4).tolist(),
            "slope": lesson.slope,
        }
    if kept:
        settings = kept.settings | settings
        for word in kept.words:
            _row(tables[WORD], word)
    for word, row in tables[WORD].items():
        _fold(row, word, tables[GRAM])
    if kept:
        _keep(tables, kept, [place for place, lane in enumerate(LANES) if not _taught(lane, taught)])
    save(path, version, settings, [_steps(tables[kind], least) for kind, least in LEAST.items()])


def _taught(lane: str, taught: Sequence[Learnt]) -> bool:
    return any(lane in learnt.lesson.lanes for learnt in taught)


def _keep(tables: dict[str, Table], kept: Weights, lanes: Sequence[int]) -> None:
    """Take these lanes from weights; of a word that they do not know, what its n-grams say."""
    for kind, known in ((PAIR, kept.pairs), (GRAM, kept.grams), (WORD, kept.words)):
        for key, row in zip(known, unpacked(known.values()), strict=True):
            _row(tables[kind], key)[lanes] = row[lanes] * STEP
    spoken = Linear(kept).word
    for word in tables[WORD].keys() - kept.words.keys():
        if not word.startswith(MARK):
            tables[WORD][word][lanes] = np.array(unpack(spoken(word)))[lanes] * UNIT


def _row(table: Table, key: str) -> Floats:
    return table.setdefault(key, np.zeros(len(LANES)))


def _fold(row: Floats, word: str, pieces: Table) -> None:
    """Add to a word's row what its n-grams say, so that they need not be looked up."""
    if not word.startswith("\0"):
        own = ngrams(word)
        row += (
            sum((pieces[piece] for piece in own if piece in pieces), np.zeros(len(LANES)))
            * GRAMS_WEIGH
            / sqrt(len(own))
        )


def _steps(table: Table, least: float) -> dict[str, list[int]]:
    large = ((key, row) for key, row in sorted(table.items()) if np.abs(row).max() >= least)
    steps = {key: np.round(row / STEP).astype(int).tolist() for key, row in large}
    return {key: row for key, row in steps.items() if any(row)}


def main() -> None:
    """Learn every lesson and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=sets.DEVELOPMENT)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="tocsin-3")
    parser.add_argument("--only", nargs="+", metavar="LESSON")
    given = parser.parse_args()
    chosen = lessons.chosen(given.only, given.data, given.more)
    write(given.out, given.version, [learn(lesson) for lesson in chosen], shipped_weights() if given.only else None)


if __name__ == "__main__":
    main()
