"""Five-fold cross-validation of the French models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.metrics import macro_f1
from benchmarks.training import lessons, sets, train
from mentions.sentiment.learned.abuse import THRESHOLD, abuse_probability

if TYPE_CHECKING:
    from benchmarks.training.lessons import Example, Lesson
    from mentions.sentiment.training.feature_values import Floats, Places

FOLDS: Final = 5


def french_sentiment() -> tuple[float, float]:
    """Return macro F1 [%] over all texts of xlm-t, and the standard deviation over the parts."""
    lesson = lessons.french(sets.DEVELOPMENT)
    labels, margins, parts = _asked(lesson, lesson.examples)
    guesses = np.where(margins.max(1) > 0, margins.argmax(1) + 1, 0)
    each = [macro_f1(labels[parts == part].tolist(), guesses[parts == part].tolist()) for part in range(FOLDS)]
    return macro_f1(labels.tolist(), guesses.tolist()), float(np.std(each))


def french_abuse() -> tuple[list[bool], list[bool]]:
    """Return whether each text of MLMA is toxic, and whether it was called so."""
    truth, scores = french_abuse_scores()
    return truth, [score > THRESHOLD for score in scores]


def french_abuse_scores() -> tuple[list[bool], list[float]]:
    """Return whether each text of MLMA is toxic, and its moderation score by a fit without it."""
    lesson = lessons.abuse_french(sets.DEVELOPMENT)
    size = len(sets.read("fr_mlma_toxic"))
    labels, margins, _ = _asked(lesson, lesson.examples[:size])
    return (labels == 1).tolist(), [abuse_probability(float(margin)) for margin in margins[:, 0]]


def _asked(lesson: Lesson, asked: list[Example]) -> tuple[Places, Floats, Places]:
    """Return labels, margins and parts of some examples of a lesson, each scored by a fit without its part."""
    parts = np.random.default_rng(0).permutation(len(asked)) % FOLDS
    margins = np.zeros((len(asked), len(lesson.lanes)))
    for part in range(FOLDS):
        held = {id(example) for example, own in zip(asked, parts, strict=True) if own == part}
        rest = [example for example in lesson.examples if id(example) not in held]
        places = np.flatnonzero(parts == part)
        taught = train.learn(lesson._replace(examples=rest))
        margins[places] = train.margins(taught, [asked[place].text for place in places])
    return np.array([example.label for example in asked]), margins, parts
