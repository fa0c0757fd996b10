"""Retraining of some models leaves the others as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from benchmarks.training.lessons import Example, Lesson, felt, phrases, pictured
from benchmarks.training.train import balanced, learn, margins, write
from mentions.sentiment.learned.linear import Linear
from mentions.sentiment.learned.weights import LANES, Weights
from mentions.sentiment.scorer import shipped_weights
from mentions.sentiment.training.feature_values import PAIR

if TYPE_CHECKING:
    from pathlib import Path

GOOD: Final = PAIR + "pas mal"
LESSON: Final = Lesson(
    "sentiment_fr",
    ("negative_fr", "positive_fr"),
    [Example(text, label) for text, label in [("le quai", 0), ("quel zorblement", 1), ("quelle frabouille", 2)] * 8],
    "french",
    known={GOOD: (-3.0, 3.0)} | pictured(),
)
OWN: Final = [LANES.index(lane) for lane in LESSON.lanes]
OTHERS: Final = [lane for lane in range(len(LANES)) if lane not in OWN]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """Return weights of which French sentiment is retrained."""
    path: Path = tmp_path_factory.mktemp("weights") / "weights.npz"
    write(path, "test-1", [learn(LESSON)], shipped_weights())
    return Weights.load(path)


def test_other_lanes_stay(learnt: Weights) -> None:
    """Words and settings say the same of languages, English and abuse, to the last step."""
    before, after = Linear(shipped_weights()), Linear(learnt)
    for tokens in (
        ["worst", "service", "ever"],
        ["you", "idiot"],
        ["merci", "pour", "ce", "service"],
        ["😡", "no", "problem"],
    ):
        sums = np.array([before.sums(tokens), after.sums(tokens)])
        assert (sums[0, OTHERS] == sums[1, OTHERS]).all()
    assert {**learnt.settings, "sentiment_fr": None} == {**shipped_weights().settings, "sentiment_fr": None}


def test_new_words_say_in_other_lanes_what_their_pieces_say(learnt: Weights) -> None:
    """A word that only the new lesson knows is read by the others as any unknown word."""
    assert "zorblement" in learnt.words.keys() - shipped_weights().words.keys()
    sums = [np.array(Linear(weights).sums(["zorblement"])) for weights in (shipped_weights(), learnt)]
    assert sums[1][OTHERS] == pytest.approx(sums[0][OTHERS], abs=0.02)
    negative, positive = (sums[1][lane] for lane in OWN)
    assert negative > 0 > positive


def test_what_is_known_to_begin_with_is_written(learnt: Weights) -> None:
    """Pairs and emoji that no example holds say what the lesson gives them, in training and in the file."""
    negative, positive = (Linear(learnt).sums(["pas", "mal"])[lane] for lane in OWN)
    alone = [sum(Linear(learnt).sums([word])[lane] for word in ("pas", "mal")) / 2**0.5 for lane in OWN]
    assert (negative - alone[0], positive - alone[1]) == pytest.approx((-3 / 2**0.5, 3 / 2**0.5), abs=0.02)
    taught = learn(LESSON)
    denied, plain = margins(taught, ["pas mal", "pas bal"])
    assert (denied[0] < plain[0], denied[1] > plain[1]) == (True, True)


def test_labels_weigh_alike() -> None:
    """However frequent they are, and however much each example counts."""
    labels, weights = np.array([0, 0, 0, 1, 2, 2]), np.array([1.0, 1, 1, 0.5, 2, 2])
    even = balanced(labels, weights)
    assert np.bincount(labels, even) == pytest.approx([2.5, 2.5, 2.5])


def test_emotions_are_grouped() -> None:
    """Texts of one kind have its label; those of both, and surprise, are left out."""
    rows = [("a", "joy"), ("b", "anger,fear"), ("c", "neutral"), ("d", "joy,anger"), ("e", "surprise")]
    assert list(felt({"text": text, "emotions": emotions} for text, emotions in rows)) == [("a", 2), ("b", 1), ("c", 0)]


def test_phrases_speak_against_complaints() -> None:
    """Each pair takes away from negative and adds to positive."""
    assert all(negative < 0 < positive for negative, positive in phrases("en").values())
    assert all(len(pair[1:].split()) == 2 for pair in phrases("en"))
