"""Which name was probably meant?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.watchlist.suggest import CANDIDATES, NameSuggester

NAMES = ["nordbahn", "cremerie lys", "united", "us airways", *(f"brand {number}" for number in range(500))]
NEAREST = NameSuggester(NAMES)


@pytest.mark.parametrize(
    ("given_name", "meant"),
    [
        ("nordbahm", "nordbahn"),
        ("nordbhan", "nordbahn"),
        ("nordban", "nordbahn"),
        ("noordbahn", "nordbahn"),
        ("ordbahn", "nordbahn"),
        ("united airlines", "united"),
        ("us air", "us airways"),
        ("cremerie", "cremerie lys"),
        ("zzz", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_slips_and_beginnings_are_understood(given_name: str, meant: str | None) -> None:
    """A letter wrong, swapped, missing or too many, and a name cut short or drawn out, lead to the name meant."""
    assert NEAREST.suggest(given_name) == meant


@given(st.sampled_from(NAMES[:4]), st.data())
def test_one_slip_is_always_understood(name: str, data: st.DataObject) -> None:
    """Whichever letter of a name is left out, that name is found again."""
    at = data.draw(st.integers(0, len(name) - 1))
    assert NEAREST.suggest(name[:at] + name[at + 1 :]) == name


def test_names_alike_are_not_all_compared() -> None:
    """Among hundreds of names that begin alike one is found, though only a few are compared."""
    found = NEAREST.suggest("brand x")
    assert found in NAMES
    assert len(NEAREST._by_form["bra\0"]) > CANDIDATES
