"""Where does a word end, and what finds or names a brand?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.cleaning import clean
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.masking import Mask
from mentions.watchlist.matcher import Matcher, Terms
from mentions.watchlist.normalise import normalise
from mentions.watchlist.query import is_query
from mentions.watchlist.word_boundaries import NOT_BEFORE, boundary_checks, is_word_character, without_spaces


@pytest.mark.parametrize("character", "aZ9_éßжא")
def test_letters_and_digits_go_on_with_a_word(character: str) -> None:
    """Letters, digits and the underscore of scripts with spaces belong to the word they touch."""
    assert is_word_character(character)


@pytest.mark.parametrize("character", " #@-'.!😡\u0300।")
def test_marks_end_a_word(character: str) -> None:
    """Blanks, punctuation and emoji are of no word."""
    assert not is_word_character(character)


@pytest.mark.parametrize("character", "茶はタ삼ขမខ𠮷")
def test_scripts_without_spaces_have_no_word_ends(character: str) -> None:
    """Where words are not parted by spaces, a neighbour does not make a term part of a longer word."""
    assert not is_word_character(character)


@pytest.mark.parametrize("character", "पािी்")
def test_vowel_signs_belong_to_their_word(character: str) -> None:
    """A sign that is no letter by itself still goes on with the word."""
    assert is_word_character(character)


@given(st.characters())
def test_the_pattern_and_the_question_agree(character: str) -> None:
    """What may not follow a term by the pattern is what goes on with a word."""
    assert (re.match(NOT_BEFORE, character) is None) == is_word_character(character)


@pytest.mark.parametrize(
    ("term", "guarded"),
    [
        ("free", (True, True)),
        ("#free", (True, True)),
        ("@free!", (True, False)),
        ("茶", (False, False)),
        ("!free", (False, True)),
    ],
)
def test_only_edges_of_words_are_guarded(term: str, guarded: tuple[bool, bool]) -> None:
    """A term is guarded where it begins or ends with what could be part of a longer word, or with # or @."""
    assert boundary_checks(term) == guarded


@pytest.mark.parametrize(
    ("term", "tag"), [("us airways", "usairways"), ("l'oreal", "loreal"), ("free", ""), ("a-1 b", "a1b"), ("!", "")]
)
def test_several_words_run_together_as_in_a_hashtag(term: str, tag: str) -> None:
    """A hashtag or handle leaves blanks and punctuation out; one plain word is its own tag."""
    assert without_spaces(term) == tag


def test_a_brand_is_found_by_keywords_tags_and_handles() -> None:
    """Keywords as they are and run together behind # and @, and own accounts as handles; not the name by itself."""
    brand = BrandTerms(name="Rail", keywords=("Nord Bahn", "#late"), own_accounts=("@NB_help", "Nord.Press"))
    assert brand.search_terms() == {"nord bahn", "#nordbahn", "@nordbahn", "#late", "@nb_help", "@nord.press"}


def test_a_brand_is_masked_by_all_it_is_called() -> None:
    """Name, aliases, keywords and accounts, without # and @, as they are and run together."""
    brand = BrandTerms(name="Nord Bahn", aliases=("NB",), keywords=("#LateBahn",), own_accounts=("@nb_help",))
    assert brand.names() == {"nord bahn", "nordbahn", "nb", "latebahn", "nb_help", "nbhelp"}


def test_marks_alone_are_not_masked() -> None:
    """A brand called by punctuation is not masked by it: exclamation marks speak for the sentiment."""
    assert BrandTerms(name="!", aliases=("?!", "Wow!")).names() == {"wow!", "wow"}


@given(st.lists(st.text(min_size=1, max_size=6).filter(normalise), max_size=5))
def test_no_term_is_empty(words: list[str]) -> None:
    """Whatever the keywords, nothing that finds or names a brand is empty: it would be in every text."""
    plain = tuple(word for word in words if not is_query(word))
    brand = BrandTerms(name="x", keywords=plain, aliases=tuple(words), own_accounts=tuple(words))
    assert "" not in brand.search_terms() | brand.names() | brand.handles()
    assert not {"#", "@"} & (brand.search_terms() - {normalise(word) for word in words})


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("coba-kola", "Coba‑Kola"),
        ("coba-kola", "Coba–Kola"),
        ("coba-kola", "Coba Kola"),
        ("coba-kola", "CobaKola"),
        ("coba-kola", "Coba-\nKola"),
        ("coba-kola", "Coba\u00adKola"),
        ("nestor's", "Nestors"),
        ("nestor's", "Nestor’s"),
        ("k&p", "K and P"),
        ("k&p", "@KandP"),
        ("grün möbel", "Gruen Moebel"),
        ("Gru\u0308n Möbel", "gruen moebel"),
        ("カジカ", "今日のｶｼﾞｶは最悪"),
        ("カジカ", "カシ\u3099カ"),
        ("삼호전자", "삼호전자가"),
    ],
)
def test_a_keyword_is_found_as_people_write_it(keyword: str, text: str) -> None:
    """Hyphens, apostrophes, umlauts and "&" come in many spellings; none carries a mood of its own."""
    brand, shown = BrandTerms(name="x", keywords=(keyword,)), clean(text)
    assert Matcher([Terms(brand.search_terms(), ())]).find(shown) == (0,)
    assert "brand" in Mask(brand.names()).apply(shown).lower()


@pytest.mark.parametrize(("keyword", "text"), [("e-on", "eon"), ("it's", "its"), ("a-ha", "a ha"), ("grün", "grub")])
def test_short_keywords_have_one_spelling(keyword: str, text: str) -> None:
    """Four letters run together are too often another word."""
    brand = BrandTerms(name="x", keywords=(keyword,))
    assert Matcher([Terms(brand.search_terms(), ())]).find(text) == ()
