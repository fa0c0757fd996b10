"""Classification metrics, computed as in the published results: recall, precision, macro averages, correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


def recall(truth: Sequence[Hashable], guesses: Sequence[Hashable], label: Hashable) -> float:
    """Return the share of those of a label that were found [%]."""
    asked = [guess == label for known, guess in zip(truth, guesses, strict=True) if known == label]
    return 100 * float(np.mean(asked))


def precision(truth: Sequence[Hashable], guesses: Sequence[Hashable], label: Hashable) -> float:
    """Return the share of right ones among those given a label [%], 0 where it was never given."""
    given = [known == label for known, guess in zip(truth, guesses, strict=True) if guess == label]
    return 100 * float(np.mean(given)) if given else 0.0


def macro_recall(truth: Sequence[Hashable], guesses: Sequence[Hashable]) -> float:
    """Return the mean recall of the labels met [%]."""
    return float(np.mean([recall(truth, guesses, label) for label in set(truth)]))


def macro_f1(truth: Sequence[Hashable], guesses: Sequence[Hashable]) -> float:
    """Return the mean F1 of the labels met [%]."""
    return float(np.mean([_f1(truth, guesses, label) for label in set(truth)]))


def correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Return Pearson's r."""
    return float(np.corrcoef(left, right)[0, 1])


def _f1(truth: Sequence[Hashable], guesses: Sequence[Hashable], label: Hashable) -> float:
    found, right = recall(truth, guesses, label), precision(truth, guesses, label)
    return 2 * found * right / (found + right) if found + right else 0.0
