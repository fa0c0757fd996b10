"""Units of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.text.units import own_words, read, tokens

OWN = own_words(["Acme Rail", "@AcmeHelp"])


def units(text: str) -> set[str]:
    """Return the units of a text that are one word."""
    return {unit for unit in read(text, OWN).units if " " not in unit}


def test_accents_case_and_plural_do_not_matter() -> None:
    """Both spellings are the same units."""
    assert units("Réseau PANNES") == units("reseau panne") == {"reseau", "panne"}


def test_a_hashtag_in_camel_case_is_also_its_words() -> None:
    """The brand's own name among them is left out."""
    assert units("#BoycottAcmeNuggets") == {"boycottacmenugget", "boycott", "nugget"}


def test_a_phrase_is_a_unit_and_does_not_reach_over_function_words_or_the_brand() -> None:
    """Only neighbours are a phrase."""
    assert "data cap" in read("data caps again", OWN).units
    assert "data cap" not in read("data of caps", OWN).units
    assert "data cap" not in read("data Acme caps", OWN).units


def test_links_are_domain_and_path() -> None:
    """Scheme, query, fragment and punctuation do not matter."""
    assert units("https://www.news.test/leak?utm=1") == {"news.test/leak"} == units("http://news.test/leak#top.")


def test_the_brand_and_handles_are_left_out() -> None:
    """In every spelling of its names."""
    assert units("@somebody ACME Rail @AcmeHelp acme's acmerail") == set()


def test_elisions_are_taken_off() -> None:
    """French articles and pronouns with an apostrophe."""
    assert units("l'incendie d'hier, qu'explosion") == {"incendie", "explosion"}


def test_scripts_without_spaces_are_pairs() -> None:
    """Of neighbouring characters."""
    assert units("情報漏洩") == {"情報", "報漏", "漏洩"}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """The units are never blank, and no more than two for each word."""
    found = read(text, OWN)
    assert all(unit.strip() for unit in found.units)
    assert tokens(text) == found.words
    assert len(found.units) <= 2 * len(found.words)
