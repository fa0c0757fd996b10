"""Are words found in many texts where they stand in each?"""

from __future__ import annotations

from string import punctuation

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.sentiment.hash_table import HashTable
from mentions.sentiment.rounding import round4
from mentions.sentiment.vader import token_matcher

texts = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.text("aB'.! \n\0\u00a0\u1680é\u212a\u0130", max_size=30),
        st.lists(st.sampled_from(["aaaaaaaa", "Ab", "b\0", "bbbb", "a", " ", "é"]), max_size=14).map("".join),
    ),
    max_size=8,
)


def parted(several: list[str]) -> tuple[list[str], list[str]]:
    """Return texts in ASCII, and the others."""
    return list(filter(str.isascii, several)), [text for text in several if not text.isascii()]


@settings(max_examples=300, deadline=None)
@given(texts)
def test_tokens_are_those_of_splitting_at_blanks(several: list[str]) -> None:
    """Each token without its punctuation (an emoticon with it), in lower case, and whether it is in capitals."""
    plain, others = parted(several)
    tokens = token_matcher.tokenize(plain, others)
    split = [token for text in (*plain, *others) for token in text.split()]
    bare = [word if len(word := token.strip(punctuation)) > 2 else token for token in split]
    whole = "\n".join(["", *plain, *others, ""])
    found = [whole[first:last] for first, last in zip(tokens.first, tokens.last, strict=True)]
    assert found == bare
    assert tokens.upper.tolist() == list(map(str.isupper, bare))
    assert np.diff(tokens.ends, prepend=0).tolist() == [len(text.split()) for text in (*plain, *others)]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_words_are_found_in_any_case_and_nothing_else_is(several: list[str]) -> None:
    """A token is a known word exactly if that is what it reads in lower case."""
    words = ["a", "ab", "b'a", "k", "aaa", "aaaaaaaa", "aaaaaaaab", "b" * 16, "a" * 17, "ab" * 12]
    plain, others = parted(several)
    found = token_matcher.KnownWords(words).find(token_matcher.tokenize(plain, others))
    split = [token for text in (*plain, *others) for token in text.split()]
    bare = [word if len(word := token.strip(punctuation)) > 2 else token for token in split]
    assert found.tolist() == [words.index(word.lower()) + 1 if word.lower() in words else 0 for word in bare]


def test_a_word_is_found_whole_only() -> None:
    """The longest word there may be is not found in what begins with it."""
    word = "ab" * 12
    assert token_matcher.KnownWords([word]).find(token_matcher.tokenize([word, f"{word}c", word[:-1]])).tolist() == [
        1,
        0,
        0,
    ]


def test_long_words_are_compared_letter_by_letter() -> None:
    """Two that make the same number are two."""
    known, dice = "aaaaaaaabbbbbbbbcccccccc", np.random.default_rng(0)
    others = dice.integers(ord("a"), ord("z") + 1, (1_000_000, 8)).astype(np.uint8).view("<u8").ravel()
    _, second, third = map(int, token_matcher._FACTORS)
    step = second * pow(third, -1, 1 << 64) % (1 << 64)
    middle, last = (np.frombuffer(known.encode(), "<u8")[at] for at in (1, 2))
    alike = np.stack([others, last + (middle - others) * np.uint64(step)], 1)
    small = alike.view(np.uint8).reshape(-1, 16)
    sayable = np.isin(small, list(b"0123456789abcdefghijklmnopqrstuvwxyz" + punctuation.encode())).all(axis=1)
    twin = next(text for text in map(bytes, small[sayable]) if text[-1:].isalnum())
    tokens = token_matcher.tokenize([known, known[:8] + twin.decode()])
    assert token_matcher.KnownWords([known]).find(tokens).tolist() == [1, 0]


@settings(max_examples=100, deadline=None)
@given(texts)
def test_counts_are_of_each_text(several: list[str]) -> None:
    """A character is counted where it is, not in the text before or after."""
    plain, others = parted(several)
    found = token_matcher.counts(token_matcher.tokenize(plain, others), "!")
    assert found.tolist() == [text.count("!") for text in (*plain, *others)]


@given(st.lists(st.sampled_from(["", "a" * 10_000, "b" * 70_000, "c" * 140_000])))
def test_portions_hold_every_text_once_and_are_never_too_long(several: list[str]) -> None:
    """In order; more than one text only where all fit."""
    portions = list(token_matcher.chunks(several))
    assert [text for portion in portions for text in portion] == several
    assert all(len(portion) == 1 or sum(map(len, portion)) + len(portion) < token_matcher.MOST for portion in portions)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 2**64 - 1), unique=True, max_size=60), st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_a_table_finds_its_keys_and_no_others(keys: list[int], others: list[int]) -> None:
    """Whether or not keys share a slot."""
    places = {key: place for place, key in enumerate(keys, 1)}
    asked = [*keys, *others]
    assert HashTable(keys).find(np.array(asked, np.uint64)).tolist() == [places.get(key, 0) for key in asked]


def test_crowded_tables_find_all_keys() -> None:
    """Thousands of keys, many at the slot of another."""
    keys = np.random.default_rng(0).integers(1, 2**63, 30_000).astype(np.uint64)
    assert HashTable(keys.tolist()).find(keys).tolist() == list(range(1, 30_001))


def test_a_table_refuses_more_keys_than_it_can_place() -> None:
    """Instead of losing some."""
    with pytest.raises(ValueError, match="do not fit"):
        HashTable(range(1, 2_000_000))


@given(st.lists(st.one_of(st.floats(-1, 1), st.integers(-20_000, 20_000).map(lambda half: half / 20_000))))
def test_figures_are_rounded_as_python_rounds_them(values: list[float]) -> None:
    """Middles included, which depend on the last bit."""
    assert list(map(repr, round4(np.array(values, np.float64)).tolist())) == [repr(round(value, 4)) for value in values]
