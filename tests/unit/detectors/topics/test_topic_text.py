"""Units of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.text import own_words, read, tokens

OWN = own_words(["Acme Rail", "@AcmeHelp"])


def units(text: str) -> set[str]:
    """Return the single units of a text."""
    return {unit for unit in read(text, OWN).units if " " not in unit}


def test_accents_case_and_plural_do_not_matter() -> None:
    """Accents case and plural do not matter."""
    assert units("Réseau PANNES") == units("reseau panne") == {"reseau", "panne"}


def test_a_hashtag_in_camel_case_is_also_its_words() -> None:
    """A hashtag in camel case is also its words."""
    assert units("#BoycottAcmeNuggets") == {"boycottacmenugget", "boycott", "nugget"}


def test_a_phrase_is_a_unit_and_does_not_reach_over_function_words_or_the_brand() -> None:
    """A phrase is a unit and does not reach over function words or the brand."""
    assert "data cap" in read("data caps again", OWN).units
    assert "data cap" not in read("data of caps", OWN).units
    assert "data cap" not in read("data Acme caps", OWN).units


def test_links_are_domain_and_path() -> None:
    """Links are domain and path."""
    assert units("https://www.news.test/leak?utm=1") == {"news.test/leak"} == units("http://news.test/leak#top.")


def test_the_brand_and_handles_are_left_out() -> None:
    """The brand and handles are left out."""
    assert units("@somebody ACME Rail @AcmeHelp acme's acmerail") == set()


def test_elisions_are_taken_off() -> None:
    """Elisions are taken off."""
    assert units("l'incendie d'hier, qu'explosion") == {"incendie", "explosion"}


def test_scripts_without_spaces_are_pairs() -> None:
    """Scripts without spaces are pairs."""
    assert units("情報漏洩") == {"情報", "報漏", "漏洩"}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Any text can be read."""
    said = read(text, OWN)
    assert all(unit.strip() for unit in said.units)
    assert tokens(text) == said.words
    assert len(said.units) <= 2 * len(said.words)
