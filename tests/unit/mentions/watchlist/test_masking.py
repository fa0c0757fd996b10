"""How does a text read without the brand's own name?"""

from __future__ import annotations

import pytest

from mentions.watchlist.masking import Mask

MASK = Mask(["united", "us airways", "usairways", "nestle", "free", "metro-north", "茶屋"])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("united we fall", "brand we fall"),
        ("@united UNITED United's #united", "@brand BRAND Brand's #brand"),
        ("reunited, unitedly, united_x", "reunited, unitedly, united_x"),
        ("reunited united", "reunited brand"),
        ("US Airways and us   airways", "BRAND Brand and brand   brand"),
        ("@USAirways", "@Brand"),
        ("Nestlé NESTLE\u0301 nestle", "Brand BRAND brand"),
        ("😡😡Free😡", "😡😡Brand😡"),
        ("Metro-North :-(", "Brand :-("),
        ("去茶屋吧", "去brand吧"),
        ("ＦＲＥＥ mobile…", "BRAND mobile…"),
        ("freedom is free", "freedom is brand"),
        ("", ""),
    ],
)
def test_names_are_replaced_in_their_case(text: str, masked: str) -> None:
    """Whole words only; capitals, punctuation, emoji and blanks stay, because scorers read them."""
    assert MASK.apply(text) == masked


def test_the_longest_name_wins() -> None:
    """Where one name begins another, the longer one is masked as a whole."""
    assert Mask(["free", "free mobile"]).apply("Free Mobile, free") == "Brand Brand, brand"


def test_a_shorter_name_counts_where_a_word_goes_on_behind_the_longer_one() -> None:
    """The longer one stands at the same place and is no whole word there."""
    assert Mask(["free", "free mob"]).apply("free mobile, freed, free") == "brand mobile, freed, brand"


def test_without_names_nothing_changes() -> None:
    """A mask of no names returns every text."""
    text = "united"
    assert Mask([]).apply(text) is text
