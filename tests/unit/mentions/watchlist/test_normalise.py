"""What is left of a text when case, accents and width do not matter?"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.watchlist.normalise import keeps_length, normalise, normalise_in_place, origins


@pytest.mark.parametrize(
    "spellings",
    [
        ("nestlé", "NESTLÉ", "Nestle\u0301", "nestle"),
        ("œuvre", "ŒUVRE", "oeuvre", "Oeuvre"),
        ("straße", "STRASSE", "Strasse", "STRAẞE"),
        ("istanbul", "İSTANBUL", "ISTANBUL", "ıstanbul"),
        ("acme", "ＡＣＭＥ", "Acme", "𝐀𝐜𝐦𝐞", "a\u00adcme", "ac\u200bme"),
        ("l'oreal", "L’Oréal", "LʼORÉAL", "L`Oréal", "l`oreal"),
        ("ærø łódź", "Aero lodz", "ÆRØ ŁÓDŹ"),
        ("us airways", "US  Airways", "us\nairways", "us\u00a0airways ", "\tUS\u3000AIRWAYS"),
        ("σίσυφος", "ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("삼성", "삼성"),
        ("ﬁ", "FI"),
    ],
)
def test_spellings_of_one_word_fold_alike(spellings: tuple[str, ...]) -> None:
    """Case, accents, width, ligatures and invisible characters do not tell words apart."""
    assert len({normalise(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("पता", "पती"), ("산", "사"), ("acme", "a cme"), ("résumé!", "resume")])
def test_different_words_stay_different(one: str, other: str) -> None:
    """Vowel signs of scripts that need them, syllables, blanks and punctuation are kept."""
    assert normalise(one) != normalise(other)


@given(st.text(st.characters()))
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text is its own fold."""
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(st.characters()), st.text(st.characters()))
def test_the_fold_of_a_text_is_the_fold_of_its_parts(one: str, other: str) -> None:
    """Folding in place treats each character by itself, whatever stands around it."""
    assert normalise_in_place(one + other) == normalise_in_place(one) + normalise_in_place(other)


@given(st.text(st.characters()))
def test_origins_trace_each_character(text: str) -> None:
    """Between one origin and the next stands the fold of that character; the last is the length of all."""
    folded, begins = normalise_in_place(text), origins(text)
    assert begins[-1] == len(folded)
    pieces = [folded[start:end] for start, end in pairwise(begins)]
    assert pieces == [normalise_in_place(character) for character in text]


@given(st.text(st.sampled_from("ab éœß\u0301\u200d😡İ")))
def test_aligned_texts_keep_their_places(text: str) -> None:
    """A text is aligned exactly when each of its characters begins in the fold where it stands itself."""
    assert keeps_length(text) == (origins(text) == list(range(len(text) + 1)))
