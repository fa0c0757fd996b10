"""Is our VADER the package's VADER, bit for bit, on anything a person can type?"""

from __future__ import annotations

import gzip
from operator import ne
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from mentions.sentiment import Vader
from mentions.sentiment.vader.batch_vader import BatchVader
from tests.support.shared import SHARED, needs_shared

STOCK: Final = SentimentIntensityAnalyzer()
OURS: Final = Vader()
AT_ONCE: Final = BatchVader(Vader())

CONTEXT: Final = [
    "so",
    "this",
    "never",
    "without",
    "doubt",
    "at",
    "very",
    "or",
    "nor",
    "no",
    "but",
    "least",
    "of",
    "kind",
    "the",
    "a",
    "I",
    "it's,",
    "don't",
    "DON'T",
    "(good)",
    "...",
    "brand",
]
PHRASES: Final = sorted({word for phrase in (*SPECIAL_CASES, *BOOSTER_DICT) for word in phrase.split()})
SCORED: Final = [
    "good",
    "GOOD",
    "bad",
    "hate",
    "love",
    "great!",
    "sucks??",
    ":)",
    ":(",
    "x",
    ":D",
    "8-0",
    "jt",
    "ff",
    "lol",
]
PICTURES: Final = [*"😡❤©™€", "👍🏽", "☹️"]
PUNCTUATION: Final = ["!", "!!", "!!!!!", "?", "??", "????", "_least_", "-", "'"]

words = st.one_of(
    st.sampled_from(CONTEXT + SCORED),
    st.sampled_from(PHRASES),
    st.sampled_from(sorted(NEGATE)),
    st.sampled_from(sorted(STOCK.lexicon)),
    st.sampled_from(PICTURES + PUNCTUATION),
    st.text(max_size=8),
)
shaped = st.builds(
    lambda word, shape: shape(word), words, st.sampled_from([str, str.upper, str.title, lambda w: f"{w}!"])
)
sentences = st.builds(str.join, st.sampled_from([" ", "  ", "\n", "\u00a0"]), st.lists(shaped, max_size=12))


@settings(max_examples=1_200, deadline=None)
@given(sentences)
@example("kind of good, but not so good and never so good")
@example("the shit is the bomb and to die for, bus stop yeah right kiss of death")
@example("NO problem, no good or bad at least BUT the very least GOOD")
@example("no no no good")
@example("good but good but good")
@example("")
@example(" \t\n")
def test_every_figure_is_the_packages(text: str) -> None:
    """Compound, and the three shares, are equal to the package's, not merely close."""
    stock = STOCK.polarity_scores(text)
    assert OURS.polarity(text)._asdict() == stock
    assert OURS.compound(text) == stock["compound"]


@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(sentences, st.text(max_size=60)), max_size=9))
@example(["kind of good, but not so good and never so good", "no", "NO good", "really have no complaints"])
@example(["good but good but good", "no no no good", "not good! no bad?? BUT the very least GOOD", "good", "no or bad"])
@example(["good bad", "", "\t", "didn't like", "DIDN'T LIKE it", "n't 'n't good", "\u212aiss me", "\u0130 good"])
def test_texts_scored_at_once_are_scored_as_the_package_scores_each(texts: list[str]) -> None:
    """The compounds of many texts are equal to the package's, in any company."""
    assert AT_ONCE.compounds(texts) == [STOCK.polarity_scores(text)["compound"] for text in texts]


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_arbitrary_text_is_the_same_too(text: str) -> None:
    """Whatever the characters: controls, lone surrogates, scripts that the package has never seen."""
    assert OURS.compound(text) == STOCK.polarity_scores(text)["compound"]


@settings(max_examples=10, deadline=None)
@given(st.lists(sentences, max_size=12))
def test_what_it_remembers_never_shows(texts: list[str]) -> None:
    """A fresh instance says what one says that has read a great deal."""
    fresh = Vader()
    assert [fresh.compound(text) for text in texts] == [OURS.compound(text) for text in texts]


@needs_shared
@pytest.mark.parametrize(
    "name", ["en_airlines", "en_vader_gt_tweets", "en_vader_gt_movieReviewSnippets", "fr_mlma_toxic", "lid"]
)
def test_real_texts_are_the_same(name: str) -> None:
    """Every tenth real text of a set scores as in the package, in every figure."""
    with gzip.open(SHARED / "sentiment" / f"{name}.tsv.gz", "rt", encoding="utf-8", newline="\n") as lines:
        texts = [line.rstrip("\n") for line in lines][1::10]
    figures = list(map(STOCK.polarity_scores, texts))
    assert sum(OURS.polarity(text)._asdict() != figure for text, figure in zip(texts, figures, strict=True)) == 0
    assert sum(map(ne, AT_ONCE.compounds(texts), (figure["compound"] for figure in figures))) == 0
