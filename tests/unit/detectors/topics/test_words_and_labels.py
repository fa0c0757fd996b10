"""Distinctive words, labels of topics, voices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.label import LABEL_CHARS, label_and_terms, phrase, truncate
from detectors.topics.log_odds import distinctive, log_odds
from detectors.topics.stats.baseline import HALF_DAY, UnitBaseline
from detectors.topics.voices import author_key
from mentions.model.placeholders import is_placeholder


def test_words_are_those_above_the_baseline() -> None:
    """A word that half of all posts hold is no news, nor are categories and marks."""
    baseline = UnitBaseline()
    for post in range(400):
        baseline.learn(post * HALF_DAY // 10, ["statement"] if post % 2 else ["kettle"])
    found = distinctive({"statement": 40, "leak": 40, "!data_leak_security": 40, "-": 40, "once": 1}, 41, baseline)
    assert found[0] == ("leak", 40)
    assert {unit for unit, _ in found} <= {"leak", "statement"}


@given(st.integers(1, 50), st.integers(0, 49))
def test_log_odds_grow_with_the_count(posts: int, fewer: int) -> None:
    """More posts never score lower."""
    assert log_odds(posts, 50, 2, 500) >= log_odds(max(0, posts - fewer), 50, 2, 500)


def test_a_label_is_spelled_as_people_write_it() -> None:
    """With its accents."""
    texts = ["Panne réseau à Lyon", "encore une panne réseau", "panne réseau depuis 1 h"]
    assert phrase("panne reseau", texts) == "panne réseau"
    posts = [(text, {"panne", "reseau", "panne reseau"}) for text in texts]
    assert label_and_terms(posts, UnitBaseline())[0] == "panne réseau"


@given(st.text(min_size=1, max_size=200))
def test_labels_are_short(text: str) -> None:
    """The limit and an ellipsis."""
    assert len(truncate(text)) <= LABEL_CHARS + 1


@pytest.mark.parametrize("author", ["", "Facebook User", "[deleted]", " A Google user", "NaN", "none"])
def test_placeholders_are_unknown_authors(author: str) -> None:
    """They are one voice for each text."""
    assert is_placeholder(author)
    assert author_key(author, 7) == author_key("", 7) != author_key("", 8)
