"""Reader: units of a text, and the risk categories that it touches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.reader import TextUnits, read
from detectors.topics.risk.terms import built_in_terms
from detectors.topics.text.units import own_words, tokens

OWN = own_words(["Acme Rail", "@AcmeHelp"])


def read_text(text: str) -> TextUnits:
    """Return what a text about the brand holds."""
    return read(text, OWN, built_in_terms())


def units(text: str) -> set[str]:
    """Return the units of a text that are one word."""
    return {unit for unit in read_text(text).units if " " not in unit}


def test_accents_case_and_plural_do_not_matter() -> None:
    """Both spellings are the same units."""
    assert units("Réseau PANNES") == units("reseau panne") == {"reseau", "panne"}


def test_a_hashtag_in_camel_case_is_also_its_words() -> None:
    """The brand's own name among them is left out."""
    assert units("#BoycottAcmeNuggets") == {"boycottacmenugget", "boycott", "nugget"}


def test_a_phrase_is_a_unit_and_does_not_reach_over_function_words_or_the_brand() -> None:
    """Only neighbours are a phrase."""
    assert "data cap" in read_text("data caps again").units
    assert "data cap" not in read_text("data of caps").units
    assert "data cap" not in read_text("data Acme caps").units


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
    found = read_text(text)
    assert all(unit.strip() for unit in found.units)
    assert len(found.units) <= 2 * len(tokens(text))


@given(
    st.lists(
        st.sampled_from(["l'eau", "#TrainsLate", "(data)", "don't", "情報漏洩", "x.test", "https://a.b/c?d", "@x"])
    )
)
def test_the_words_of_a_text_are_those_of_its_parts(parts: list[str]) -> None:
    """Parts are read once and remembered: what surrounds them does not matter."""
    text = " ".join(parts)
    assert [word.word for word in built_in_terms().words_of(text) if word.word] == [t for t in tokens(text) if t]
