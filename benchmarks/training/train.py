"""Training of the shipped weights from the labelled sets that `docs/model-card.md` names.

    python -m benchmarks.training.train --more FOLDER --out mentions/sentiment/data/weights.npz

`--more` holds the public sets that may be used for training but not redistributed, as gzipped TSV like `--data`.
"""

from __future__ import annotations

import argparse
from html import unescape
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from benchmarks.training import lessons, sets
from mentions.sentiment.learned.features import ngrams, split_token
from mentions.sentiment.learned.linear import GRAMS_WEIGH
from mentions.sentiment.learned.weights import LANES, STEP, save
from mentions.sentiment.training.feature_values import GRAM, PAIR, WORD, Floats, Vocabulary
from mentions.sentiment.training.logistic import Fit, fit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.training.lessons import Lesson

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
    texts = [unescape(example.text) for example in lesson.examples]
    labels = np.array([example.label for example in lesson.examples])
    vocabulary = Vocabulary.of(texts, least=lesson.least, least_pairs=lesson.least_pairs)
    weights = np.array([example.weight for example in lesson.examples])
    balance = weights * (weights.sum() / np.bincount(labels, weights) / (labels.max() + 1))[labels]
    extras = [lessons.ruled(lesson.rules, texts)]
    if lesson.listed:
        extras.append(np.array([[listed(text, lesson.listed)] for text in texts]))
    groups = np.array([example.group for example in lesson.examples])
    extras.append(np.eye(groups.max() + 1)[groups][:, 1:])  # how frequent each set's labels are teaches nothing
    offsets = np.zeros((len(labels), len(lesson.lanes)))
    found = fit(
        vocabulary.rows(texts), np.hstack(extras), labels, weights=balance, offsets=offsets, strength=lesson.strength
    )
    return Learnt(lesson, vocabulary, found)


def margins(learnt: Learnt, texts: Sequence[str]) -> Floats:
    """Return the log odds of each lane for some texts, as the scorer has them."""
    lesson, vocabulary, found = learnt
    plain = [unescape(text) for text in texts]
    columns = [lessons.ruled(lesson.rules, plain)]
    if lesson.listed:
        columns.append(np.array([[listed(text, lesson.listed)] for text in plain]))
    extras = np.hstack(columns)
    rows = vocabulary.rows(plain)
    words = np.stack([rows.times(weights) for weights in found.features], 1)
    log_odds: Floats = words + extras @ found.extras[:, : extras.shape[1]].T + found.biases + np.array(lesson.nudge)
    return log_odds


def listed(text: str, table: Mapping[str, float]) -> float:
    """Return how much of a list of words is in `text`."""
    tokens = text.split()
    return sum(table.get(split_token(token).body, 0.0) for token in tokens) / sqrt(len(tokens) or 1)


def write(path: Path, version: str, taught: Sequence[Learnt]) -> None:
    """Write one file of all that was learnt."""
    tables: dict[str, Table] = {WORD: {}, GRAM: {}, PAIR: {}}
    settings: dict[str, Any] = {}
    for lesson, vocabulary, found in taught:
        lanes = [LANES.index(lane) for lane in lesson.lanes]
        for feature, place in vocabulary.items():
            _row(tables[feature[0]], feature[1:])[lanes] += found.features[:, place]
        rules = lessons.RULES if lesson.rules else 0
        for word, amount in lesson.listed.items():
            _row(tables[WORD], word)[lanes] += amount * found.extras[:, rules]
        settings[lesson.name] = {
            "biases": (found.biases + np.array(lesson.nudge)).round(4).tolist(),
            "extras": found.extras[:, :rules].round(4).tolist(),
            "slope": lesson.slope,
        }
    for word, row in tables[WORD].items():
        _fold(row, word, tables[GRAM])
    save(path, version, settings, [_steps(tables[kind], least) for kind, least in LEAST.items()])


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
    parser.add_argument("--version", default="tocsin-2")
    given = parser.parse_args()
    write(given.out, given.version, [learn(lesson) for lesson in lessons.everything(given.data, given.more)])


if __name__ == "__main__":
    main()
