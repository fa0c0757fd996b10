"""Risk terms: which categories a text touches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.reader import read
from detectors.topics.risk.categories import CATEGORIES, category_bit, category_names
from detectors.topics.risk.terms import adjusted_terms, built_in_terms, compile_terms, parse


def about(text: str) -> tuple[str, ...]:
    """Return the categories that a text touches."""
    return category_names(read(text, frozenset(), built_in_terms()).risks)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Two people were killed in the explosion", "death_injury"),
        ("Trois morts dans l'incendie", "death_injury"),
        ("Zwei Tote bei Unglück", "death_injury"),
        ("varios muertos y heridos", "death_injury"),
        ("due morti e molti feriti", "death_injury"),
        ("vários feridos no incêndio", "death_injury"),
        ("product recall: salmonella found", "product_safety_recall"),
        ("rappel de lots, listeria", "product_safety_recall"),
        ("Rückruf wegen Salmonellen", "product_safety_recall"),
        ("our passwords leaked, data breach", "data_leak_security"),
        ("fuite de données, changez vos mots de passe", "data_leak_security"),
        ("vazamento de dados", "data_leak_security"),
        ("what a scam, they stole my money", "fraud_money"),
        ("arnaque, remboursez-moi", "fraud_money"),
        ("the app is down, cannot log in", "outage"),
        ("panne générale, plus de réseau", "outage"),
        ("werkt niet, storing", "outage"),
        ("class action lawsuit filed", "legal_regulator"),
        ("mise en examen du directeur", "legal_regulator"),
        ("racist staff refused service", "discrimination_harassment"),
        ("harcèlement et propos sexistes", "discrimination_harassment"),
        ("workers on strike after layoffs", "labour"),
        ("plan social, licenciements", "labour"),
        ("oil spill kills fish", "environment"),
        ("marée noire sur la côte", "environment"),
        ("#boycott them", "boycott"),
        ("boycottons la marque", "boycott"),
        ("the chairman resigns", "executive_conduct"),
        ("animal cruelty at the slaughterhouse", "animal_welfare"),
        ("maltraitance animale filmée par L214", "animal_welfare"),
    ],
)
def test_texts_touch_their_category(text: str, category: str) -> None:
    """In the languages of the table, with accents and in any case."""
    assert category in about(text)


@pytest.mark.parametrize(
    "text", ["I love the new kettle", "vol retardé de deux heures", "la coupe du monde", "that is fine by me", ""]
)
def test_ordinary_texts_touch_none(text: str) -> None:
    """Also where a word is spelled like a part of a term."""
    assert about(text) == ()


def test_every_category_has_terms_in_english_and_french() -> None:
    """At the least one common term each."""
    for term in ("dead", "recall", "breach", "scam", "outage", "lawsuit", "racist", "layoffs", "pollution", "boycott"):
        assert about(term)
    assert len(category_names((1 << len(CATEGORIES)) - 1)) == len(CATEGORIES)


def test_a_brand_adds_terms_and_ignores_categories() -> None:
    """Its own term matches, and the ignored category does not."""
    own = adjusted_terms({"labour": ["works council row"]}, ["outage"])
    assert category_names(read("a works council row, and the server is down", frozenset(), own).risks) == ("labour",)


def test_an_unknown_category_is_named() -> None:
    """The error names the value and the valid ones."""
    with pytest.raises(ValueError, match="'weather' is unknown"):
        category_bit("weather")


def test_a_broken_table_names_its_line() -> None:
    """A line without tabs between its fields is refused."""
    with pytest.raises(ValueError, match=r"risk_terms\.tsv:2"):
        list(parse("# head\noutage\tdown"))


@given(st.lists(st.sampled_from(["is", "server", "down", "the", "panne"]), max_size=8))
def test_a_phrase_matches_its_words_in_a_row_and_no_other(words: list[str]) -> None:
    """Other words between them, or another order, do not match."""
    table = compile_terms([(1, "server is down")])
    text = " ".join(words)
    assert bool(read(text, frozenset(), table).risks) == ("server is down" in text)
