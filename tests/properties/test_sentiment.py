"""Do the laws of the scorer hold for any text?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.training import sets
from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
from mentions.sentiment import Scorer
from mentions.sentiment.learned.linear import Linear
from mentions.sentiment.learned.weights import LANES, LANGUAGE_LANES, STEP, pack, packed_row, unpack, unpacked
from mentions.sentiment.scorer import shipped_weights
from mentions.sentiment.training.feature_values import Vocabulary, feature_values
from tests.support.shared import needs_shared

if TYPE_CHECKING:
    from random import Random

SCORER: Final = Scorer()
WEIGHTS: Final = shipped_weights()
LINEAR: Final = Linear(WEIGHTS)

words = st.sampled_from(
    [
        "service",
        "good",
        "nul",
        "merci",
        "late",
        "waiting",
        "l'horreur",
        "n'aime",
        "pas",
        "plus",
        "http://x.y",
        "@bob",
        "😡",
        "50%",
        "sooooo",
        ":)",
    ]
)
texts = st.one_of(
    st.text(max_size=80),
    st.lists(words, max_size=12).map(" ".join),
    st.lists(st.text(max_size=9), max_size=9).map(" ".join),
)
languages = st.sampled_from([None, "en", "fr", "de"])


@settings(max_examples=400, deadline=None)
@given(texts, languages)
def test_readings_keep_their_bounds(text: str, lang: str | None) -> None:
    """Compound is in [-1, 1], abuse in [0, 1], both with four decimals, and the label is never against the compound."""
    ((compound, label, abuse),) = SCORER.score([text], [lang])
    assert -1 <= compound <= 1
    assert 0 <= abuse <= 1
    assert round(compound, 4) == compound
    assert round(abuse, 4) == abuse
    assert label in {NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN}
    assert label != NEGATIVE or compound <= 0
    assert label != POSITIVE or compound >= 0


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(texts, languages), max_size=8))
def test_a_reading_depends_on_nothing_but_the_text(batch: list[tuple[str, str | None]]) -> None:
    """A scorer that has read nothing says the same as one that has read a great deal."""
    fresh = Scorer(WEIGHTS)
    assert [fresh.analyse(*given) for given in batch] == [SCORER.analyse(*given) for given in batch]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(texts, languages), min_size=24, max_size=60))
def test_texts_read_at_once_read_as_one_by_one(batch: list[tuple[str, str | None]]) -> None:
    """To the last bit, in any company, and whatever was read before."""
    several, langs = zip(*batch, strict=True)
    alone = [SCORER.analyse(*given) for given in batch]
    assert list(map(repr, SCORER.analyse_all(several, langs))) == list(map(repr, alone))
    assert SCORER.analyse_all(several[::-1], langs[::-1]) == alone[::-1]
    assert SCORER.detect_languages(several) == [SCORER.analyse(text).lang for text in several]


@needs_shared
@pytest.mark.parametrize("name", ["en_airlines", "fr_xlmt_val", "lid"])
def test_real_texts_read_at_once_read_as_one_by_one(name: str) -> None:
    """Every fifth real text of a set, entities, emoji and links included."""
    several = sets.column(name)[::5]
    found = SCORER.analyse_all(several, [None] * len(several))
    alone = [SCORER.analyse(text) for text in several]
    assert list(map(repr, found)) == list(map(repr, alone))
    assert SCORER.detect_languages(several) == [reading.lang for reading in alone]


def test_pairs_say_nothing_of_languages() -> None:
    """So that languages are told without looking for pairs."""
    assert not unpacked(WEIGHTS.pairs.values())[:, :LANGUAGE_LANES].any()


@settings(max_examples=200, deadline=None)
@given(texts)
def test_other_languages_are_unknown(text: str) -> None:
    """What is said to be in a language that is not scored is unknown, never neutral, and weighs nothing."""
    assert SCORER.score([text] * 30, ["de"] * 30) == [(0.0, UNKNOWN, 0.0)] * 30


@settings(max_examples=200, deadline=None)
@given(st.lists(words, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_words_without_pairs_add_up_in_any_order(tokens: list[str], random: Random) -> None:
    """Apart from pairs, sums do not depend on the order of words: they are whole numbers."""
    alone = Linear(type(WEIGHTS)(WEIGHTS.version, WEIGHTS.words, WEIGHTS.grams, {}, WEIGHTS.settings))
    shuffled = list(tokens)
    random.shuffle(shuffled)
    assert alone.sums(tokens) == alone.sums(shuffled)


known = st.sampled_from([word for word in WEIGHTS.words if word.isascii() and word.isalpha() and "http" not in word])


@settings(max_examples=200, deadline=None)
@given(st.lists(known, max_size=12))
def test_training_and_scoring_see_the_same(tokens: list[str]) -> None:
    """Words and pairs as training counts them, times their weights, are the sums of the scorer."""
    expected = [0.0] * len(LANES)
    for feature, amount in feature_values(" ".join(tokens)).items():
        table = {"w": WEIGHTS.words, "g": {}, "p": WEIGHTS.pairs}[feature[0]]
        for lane, weight in enumerate(unpack(table.get(feature[1:], 0))):
            expected[lane] += amount * weight * STEP
    assert LINEAR.sums(tokens) == pytest.approx(expected)


@given(st.lists(st.lists(st.integers(-1024, 1024), min_size=len(LANES), max_size=len(LANES)), min_size=1, max_size=50))
def test_packed_rows_add_up_lane_by_lane(rows: list[list[int]]) -> None:
    """The sum of packed rows unpacks to the sums of their lanes."""
    expected = tuple(sum(lane) for lane in zip(*rows, strict=True))
    assert unpack(sum(pack(np.array(rows, np.int16)))) == expected
    assert unpack(sum(map(packed_row, rows))) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, min_size=1, max_size=8))
def test_rows_hold_what_texts_hold(batch: list[str]) -> None:
    """A sparse row times a weight of one a feature is the amount of all its features."""
    vocabulary = Vocabulary.of(batch, least=1, least_pairs=1)
    sums = vocabulary.rows(batch).times(np.ones(len(vocabulary)))
    assert np.allclose(sums, [sum(feature_values(text).values()) for text in batch])
