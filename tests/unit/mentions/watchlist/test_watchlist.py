"""Whose mention is it?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mentions.watchlist.watchlist import BrandTerms, Match, Outcome, Watchlist
from tests.support.mentions import wire

NORDBAHN = BrandTerms(
    name="Nordbahn",
    aliases=("NB", "Nord Bahn"),
    keywords=("nordbahn", "nord bahn"),
    exclusions=("nordbahn street",),
    own_accounts=("@nordbahn_help", "4711"),
)
CREMERIE = BrandTerms(name="Crèmerie Lys", keywords=("crèmerie lys", "#goutlys"), revision=7)
WATCHLIST = Watchlist([NORDBAHN, CREMERIE])


def _match(**fields: Any) -> Match:
    return WATCHLIST.match(wire(**fields))


def _names(match: Match) -> list[str]:
    return [brand.name for brand in match.brands]


@pytest.mark.parametrize("brand", ["Nordbahn", "NORDBAHN", " nordbahn ", "nb", "Nord  Bahn", "ｎｂ"])
def test_a_named_brand_is_found_by_name_or_alias(brand: str) -> None:
    """An explicit brand is meant by its name or an alias, case, width and blanks aside."""
    assert _match(brand=brand) == Match(Outcome.MATCHED, (NORDBAHN,))


def test_a_named_brand_decides_alone() -> None:
    """A mention that names a brand is that brand's only, whatever other brands and exclusions its text holds."""
    match = _match(brand="Nordbahn", text="crèmerie lys in nordbahn street")
    assert _names(match) == ["Nordbahn"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Nordbahn is late", ["Nordbahn"]),
        ("NORD\nBAHN!!", ["Nordbahn"]),
        ("#nordbahn @nordbahn nordbahn's", ["Nordbahn"]),
        ("at last @Nordbahn_Help answered", ["Nordbahn"]),
        ("@nordbahn_helper", ["Nordbahn"]),
        ("#BoycottNordbahn", ["Nordbahn"]),
        ("#NordBahnFail", ["Nordbahn"]),
        ("#nordbahngate", ["Nordbahn"]),
        ("#Nordbahn2026", ["Nordbahn"]),
        ("BoycottNordbahn", []),
        ("see https://example.com/?from=nordbahn", []),
        ("see https://example.com/nordbahn?from=home", ["Nordbahn"]),
        ("nordbahnhof", []),
        ("x_nordbahn", []),
        ("cremerie LYS", ["Crèmerie Lys"]),
        ("#CremerieLys", ["Crèmerie Lys"]),
        ("cremerielys", []),
        ("#goûtlys", ["Crèmerie Lys"]),
        ("goutlys", []),
        ("crèmerie lys near the nordbahn", ["Nordbahn", "Crèmerie Lys"]),
        ("crèmerie lys, nordbahn street 4", ["Crèmerie Lys"]),
        ("crèmerie lys, nordbahn street 4, by nordbahn", ["Nordbahn", "Crèmerie Lys"]),
        ("NORDB\u0410HN is late", ["Nordbahn"]),  # a Cyrillic A
        ("#n\u03bfrdbahn", ["Nordbahn"]),  # a Greek o
        ("\u043d\u043e\u0440\u0434", []),
        ("nothing here", []),
        ("", []),
    ],
)
def test_others_are_found_by_keyword(text: str, found: list[str]) -> None:
    """Whole words decide, as hashtags and handles too; an exclusion takes away the keyword in it."""
    match = _match(text=text)
    assert _names(match) == found
    assert match.outcome is (Outcome.MATCHED if found else Outcome.UNMATCHED)


def test_a_name_of_mixed_scripts_is_found_as_it_is_written() -> None:
    """Lookalikes are folded in names and in texts alike."""
    watchlist = Watchlist([BrandTerms(name="mu", keywords=("\u03bcnord",))])
    assert [brand.name for brand in watchlist.match(wire(text="\u039cNord is late")).brands] == ["mu"]


@pytest.mark.parametrize(
    "author", ["nordbahn_help", "@Nordbahn_Help", {"id": "9", "name": "NORDBAHN_HELP"}, 4711, {"id": 4711}]
)
def test_what_its_own_account_writes_is_left_out(author: object) -> None:
    """A mention by the brand's own account, by id or name, is none of its, and the outcome says so."""
    for fields in ({"brand": "nb"}, {"text": "Your nordbahn cares"}):
        assert _match(author=author, **fields) == Match(Outcome.OWN_ACCOUNT, (), (NORDBAHN,))


def test_one_brands_account_may_speak_of_another() -> None:
    """What a brand's account writes about two brands is still the other's."""
    match = _match(text="nordbahn serves crèmerie lys", author="nordbahn_help")
    assert (match.outcome, match.brands, match.own_account_of) == (Outcome.MATCHED, (CREMERIE,), (NORDBAHN,))


def test_an_unknown_brand_is_an_error_with_a_suggestion() -> None:
    """A brand nobody watches is refused by name, with the nearest that is watched."""
    match = _match(brand="Nordbhan", text="nordbahn")
    assert match.outcome is Outcome.UNKNOWN_BRAND
    assert match.reason.startswith("brand: 'Nordbhan' is not watched: did you mean 'Nordbahn'? ")


def test_a_brand_like_no_other_gets_a_remedy() -> None:
    """Where no name is near, the reason still says what to do, and shows no hostile text."""
    reason = _match(brand="\x1b[31mzzz").reason
    assert reason == (
        "brand: '\\x1b[31mzzz' is not watched: Add it to the brands, or leave the field out to match by keyword"
    )


def test_a_blank_brand_is_none() -> None:
    """A brand of blanks is a brand not given."""
    assert _names(_match(brand="  ", text="nordbahn")) == ["Nordbahn"]
    assert Watchlist.accepting_any().match(wire(brand="  ")).outcome is Outcome.UNMATCHED


def test_a_name_may_mean_only_one_brand() -> None:
    """Two brands with one name or alias, case and accents aside, are refused, both named."""
    with pytest.raises(ValueError, match=r"brand 'Other': the name or alias 'nordBAHN' already means 'Nordbahn'"):
        Watchlist([NORDBAHN, BrandTerms(name="Other", aliases=("nordBAHN",))])


def test_a_mark_alone_is_no_handle() -> None:
    """An own account of nothing but marks finds nothing and leaves nothing out."""
    watchlist = Watchlist([BrandTerms(name="Odd", keywords=("odd",), own_accounts=("@", "@ "))])
    assert watchlist.match(wire(text="@ @someone", author="@")).outcome is Outcome.UNMATCHED
    assert _names(watchlist.match(wire(text="odd", author="@"))) == ["Odd"]


def test_without_keywords_only_a_named_brand_matches() -> None:
    """A brand without keywords is found in no text, not even by its handle."""
    watchlist = Watchlist([BrandTerms(name="Quiet", own_accounts=("quiet",))])
    assert watchlist.match(wire(text="quiet @quiet")).outcome is Outcome.UNMATCHED
    assert _names(watchlist.match(wire(brand="quiet"))) == ["Quiet"]


def test_an_open_watchlist_takes_each_brand_as_spelled() -> None:
    """Each distinct brand becomes one when first seen; the order in which they come does not matter."""
    spellings = ["Free", "free", "Frée", " Free "]
    for order in (spellings, spellings[::-1]):
        watchlist = Watchlist.accepting_any()
        assert {_names(watchlist.match(wire(brand=name)))[0] for name in order} == {"Free", "free", "Frée"}
        assert {brand.name for brand in watchlist.brands} == {"Free", "free", "Frée"}
    assert watchlist.match(wire(text="Free")).outcome is Outcome.UNMATCHED


def test_an_open_watchlist_keeps_what_it_knows() -> None:
    """Known brands keep aliases, keywords and own accounts beside those first seen."""
    watchlist = Watchlist.accepting_any([NORDBAHN])
    assert _names(watchlist.match(wire(brand="nb"))) == ["Nordbahn"]
    assert _names(watchlist.match(wire(text="nordbahn"))) == ["Nordbahn"]
    assert watchlist.match(wire(brand="nb", author="nordbahn_help")).outcome is Outcome.OWN_ACCOUNT
    assert _names(watchlist.match(wire(brand="Else"))) == ["Else"]


def test_each_brand_is_masked_by_all_its_names() -> None:
    """Name, aliases, keywords and handles are masked, for that brand alone."""
    text = "NB: the Nordbahn, @nordbahn_help, and the Crèmerie Lys"
    assert WATCHLIST.masked(text, NORDBAHN) == "BRAND: the Brand, @brand, and the Crèmerie Lys"
    assert WATCHLIST.masked("#CrèmerieLys #goûtlys", CREMERIE) == "#Brand #brand"


def test_a_brand_first_seen_is_masked_too() -> None:
    """A brand that an open watchlist takes up is masked by its name, also as a handle spells it."""
    watchlist = Watchlist.accepting_any()
    (brand,) = watchlist.match(wire(brand="US Airways")).brands
    assert watchlist.masked("@USAirways is not US AIRWAYS", brand) == "@Brand is not BRAND BRAND"


@pytest.mark.parametrize("term", ["", "\u200b", " ", "\u0301"])
def test_a_term_must_hold_something(term: str) -> None:
    """A keyword of which nothing is left when folded would be in every text: it is refused."""
    with pytest.raises(ValidationError):
        BrandTerms(name="x", keywords=(term,))
