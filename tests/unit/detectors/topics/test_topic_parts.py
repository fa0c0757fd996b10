"""Tables of the usual, growth, words, labels, voices."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.topics.burst import surprise
from detectors.topics.growth import SLOTS, Growth
from detectors.topics.label import LABEL_CHARS, clipped, name, phrase
from detectors.topics.usual import HALF_DAY, KEPT, KEPT_FRESH, Usual
from detectors.topics.voices import author_key, is_unknown
from detectors.topics.words import ROOM, Words, log_odds

MINUTE = 60_000


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.001, 0.9))
def test_more_voices_are_no_less_of_a_surprise(voices: int, more: int, usual: float) -> None:
    """More voices are no less of a surprise."""
    of = 120
    assert surprise(voices + more, of, usual) >= surprise(voices, of, usual) >= 0


def test_a_burst_teaches_half_a_day_late() -> None:
    """A burst teaches half a day late."""
    usual = Usual()
    for half in range(10):
        usual.learn(half * HALF_DAY, ["kettle"])
    usual.learn(10 * HALF_DAY, ["leak"])
    usual.learn(11 * HALF_DAY, ["kettle"])
    assert usual.posts_with("leak") == 0
    usual.learn(12 * HALF_DAY, ["kettle"])
    assert usual.posts_with("leak") == 1


def test_what_was_said_fades_by_half_in_a_fortnight() -> None:
    """What was said fades by half in a fortnight."""
    usual = Usual()
    usual.learn(0, ["leak"])
    usual.learn(2 * HALF_DAY, ["kettle"])
    before = usual.posts_with("leak")
    usual.learn(28 * HALF_DAY, ["kettle"])
    usual.learn(30 * HALF_DAY, ["kettle"])
    assert usual.posts_with("leak") == pytest.approx(before / 2, abs=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_tables_stay_bounded(seed: int) -> None:
    """The tables stay bounded."""
    usual = Usual()
    for post in range(1_500):
        usual.learn(post * HALF_DAY // 60, [f"w{(seed + post * 31 + unit * 7) % 9_000}" for unit in range(12)])
    assert len(usual.counts) <= KEPT
    assert all(len(half.counts) <= 2 * KEPT_FRESH + 12 for half in usual.fresh)
    assert len(usual.fresh) <= 2


@given(st.lists(st.integers(0, 10**6), max_size=50))
def test_growth_loses_no_count(minutes: list[int]) -> None:
    """Growth loses no count."""
    growth = Growth(0)
    for minute in minutes:
        growth.add(minute * MINUTE)
    assert sum(growth.counts) == len(minutes)
    assert len(growth.counts) <= SLOTS


def test_growth_tells_rising_from_falling() -> None:
    """Growth tells rising from falling."""
    growth = Growth(0)
    for minute in range(30):
        growth.add(minute * MINUTE, 1 + minute)
    assert growth.trend(29 * MINUTE) == "rising"
    assert 5 <= (growth.doubling_minutes(29 * MINUTE) or 0) <= 30
    for minute in range(30, 60):
        growth.add(minute * MINUTE, 60 - minute)
    assert growth.trend(59 * MINUTE) == "falling"
    assert growth.doubling_minutes(59 * MINUTE) is None


def test_words_are_those_above_the_usual() -> None:
    """Words are those above the usual."""
    usual, words = Usual(), Words()
    for post in range(400):
        usual.learn(post * HALF_DAY // 10, ["statement"] if post % 2 else ["kettle"])
    for _ in range(40):
        words.add(["statement", "leak"])
    words.add(["once"])
    assert words.telling(usual)[0] == ("leak", 40)
    assert "once" not in dict(words.telling(usual))


def test_words_of_an_incident_are_counted_over_all_of_its_posts_in_bounded_memory() -> None:
    """Words of an incident are counted over all of its posts in bounded memory."""
    words = Words()
    for post in range(4_000):
        words.add([f"rare{post}", "leak"])
    assert words.counts["leak"] - words.inherited.get("leak", 0) == 4_000
    assert len(words.counts) <= ROOM


@given(st.integers(1, 50), st.integers(0, 49))
def test_log_odds_grow_with_the_count(posts: int, fewer: int) -> None:
    """Log odds grow with the count."""
    assert log_odds(posts, 50, 2, 500) >= log_odds(max(0, posts - fewer), 50, 2, 500)


def test_a_label_is_spelled_as_people_write_it() -> None:
    """A label is spelled as people write it."""
    texts = ["Panne réseau à Lyon", "encore une panne réseau", "panne réseau depuis 1 h"]
    assert phrase("panne reseau", texts) == "panne réseau"
    posts = [(text, {"panne", "reseau", "panne reseau"}) for text in texts]
    assert name(posts, Usual())[0] == "panne réseau"


@given(st.text(min_size=1, max_size=200))
def test_labels_are_short(text: str) -> None:
    """Labels are short."""
    assert len(clipped(text)) <= LABEL_CHARS + 1


@pytest.mark.parametrize("author", ["", "Facebook User", "[deleted]", " A Google user", "NaN", "none"])
def test_placeholders_are_nobody(author: str) -> None:
    """Placeholders are nobody."""
    assert is_unknown(author)
    assert author_key(author, 7) == author_key("", 7) != author_key("", 8)
