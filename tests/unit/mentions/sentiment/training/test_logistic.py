"""Does the regression find what is there, and hold back where there is little?"""

from __future__ import annotations

import numpy as np
import pytest

from mentions.sentiment.training.feature_values import Floats, Rows, Vocabulary
from mentions.sentiment.training.logistic import fit, minimise, softmax

TEXTS = ["good day", "good work", "bad day", "bad work", "day", "work", "good bad", "day work"] * 5
LABELS = np.array([2, 2, 1, 1, 0, 0, 0, 0] * 5)
NOTHING = np.zeros((len(TEXTS), 0))


def learnt(strength: float, offsets: Floats | None = None) -> tuple[Vocabulary, Floats]:
    """Return the vocabulary and the weights learnt from the texts above."""
    vocabulary = Vocabulary.of(TEXTS, kinds="w")
    start = np.zeros((len(TEXTS), 2)) if offsets is None else offsets
    ones = np.ones(len(TEXTS))
    found = fit(vocabulary.rows(TEXTS), NOTHING, LABELS, weights=ones, offsets=start, strength=strength)
    return vocabulary, found.features


def test_words_that_tell_get_the_weight() -> None:
    """*bad* speaks for the first class, *good* for the second, *day* for neither as much."""
    vocabulary, weights = learnt(0.1)
    bad, good, day = (vocabulary[f"w{word}"] for word in ("bad", "good", "day"))
    assert weights[0, bad] > 0.5 > weights[0, good]
    assert weights[1, good] > 0.5 > weights[1, bad]
    assert abs(weights[0, day]) < weights[0, bad]


def test_held_back_means_smaller() -> None:
    """The stronger weights are held to zero, the smaller they are."""
    sizes = [float(np.abs(learnt(strength)[1]).sum()) for strength in (0.1, 1.0, 10.0)]
    assert sizes == sorted(sizes, reverse=True)


def test_what_is_known_already_is_not_learnt_again() -> None:
    """Offsets that are right already leave nothing to correct."""
    right = np.where(LABELS[:, None] == [1, 2], 8.0, -8.0)
    assert np.abs(learnt(1.0, right)[1]).max() < 0.05


def test_the_lowest_point_of_a_bowl_is_found() -> None:
    """A quadratic with very different slopes is minimised to its centre."""
    scales, centre = np.array([1.0, 100.0, 0.01]), np.array([3.0, -2.0, 5.0])
    found = minimise(lambda x: (float((scales * (x - centre) ** 2).sum()), 2 * scales * (x - centre)), np.zeros(3))
    assert found[:2] == pytest.approx(centre[:2], abs=1e-2)


def test_chances_add_up_with_the_reference() -> None:
    """Chances of the others and of the reference class make one, and huge scores do not overflow."""
    scores = np.array([[0.0, 0.0], [1e4, 0.0], [-1e4, -1e4]])
    chances, logs = softmax(scores)
    assert chances.sum(1) == pytest.approx([2 / 3, 1.0, 0.0])
    assert np.isfinite(logs).all()


def test_rows_multiply_as_the_matrix_they_stand_for() -> None:
    """Forward, backward and a choice of rows agree with the dense matrix, empty rows included."""
    rows = Rows(np.array([0, 2, 2, 3]), np.array([0, 2, 1]), np.array([1.0, 2.0, 3.0]), 3)
    dense = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    vector = np.array([1.0, 10.0, 100.0])
    assert rows.times(vector).tolist() == (dense @ vector).tolist()
    assert rows.back(vector).tolist() == (dense.T @ vector).tolist()
    assert rows.take(np.array([2, 0])).times(vector).tolist() == (dense[[2, 0]] @ vector).tolist()
