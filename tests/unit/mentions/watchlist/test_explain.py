"""An explanation agrees with the matcher, and says what was missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.explain import MatchExplainer
from mentions.watchlist.watchlist import Watchlist
from tests.support.mentions import wire

BRANDS = [
    BrandTerms(name="Orange", keywords=("orange",), exclusions=("jus d'orange", "concours"), context=("panne",)),
    BrandTerms(name="Hallowfirth", keywords=("hallowfirth",)),
    BrandTerms(name="Pippin", keywords=("pippin AND cider",)),
]
EXPLAINER = MatchExplainer(BRANDS)


@pytest.mark.parametrize(
    ("text", "brand", "reason"),
    [
        ("un jus d'orange, une panne", "Orange", "excluded by “jus d'orange”"),
        ("an orange sunset", "Orange", "none of its context is there"),
        ("a pippin", "Pippin", "its query is not met"),
        (
            "the Hallowfirths",
            "Hallowfirth",
            "“hallowfirth” is within “hallowfirths”: whole words count; hashtags and handles are taken apart",
        ),
        ("Hallowfrith", "Hallowfirth", "“hallowfrith” is nearly “hallowfirth”: add it as a keyword if it is meant"),
    ],
)
def test_what_was_missing_is_named(text: str, brand: str, reason: str) -> None:
    """A text that is nearly a brand's says why it is not."""
    (found,) = EXPLAINER.explain(text)
    assert (found.brand, found.matched, found.reason) == (brand, False, reason)


def test_the_words_that_were_found_are_listed() -> None:
    """Each brand of a text comes with the words that it was found by, hashtags taken apart."""
    found = EXPLAINER.explain("Orange en panne #BoycottHallowfirth <b>pippin</b> cider")
    assert [(one.brand, one.found) for one in found] == [
        ("Orange", ("orange",)),
        ("Hallowfirth", ("hallowfirth",)),
        ("Pippin", ("pippin", "cider")),
    ]


def test_nothing_is_nothing() -> None:
    """A text about nobody has no reasons."""
    assert EXPLAINER.explain("a quiet day") == []


@given(
    st.lists(st.sampled_from(["orange", "jus d'orange", "panne", "#StopOrange", "pippin", "cider", "x"])).map(" ".join)
)
def test_it_agrees_with_the_watchlist(text: str) -> None:
    """What is explained as matched is what the score stage matches."""
    matched = {one.brand for one in EXPLAINER.explain(text) if one.matched}
    assert matched == {brand.name for brand in Watchlist(BRANDS).match(wire(text=text)).brands}
