"""Which brands is an item about, and what if it is none?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.scoring import score_record
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist
from sources.item import Item
from sources.mention_fields import mention
from sources.selection import Selection, SourceBrand

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoScorer:
    """Reads every text alike: who a mention is about does not depend on it."""

    version = "none"

    def score(self, texts: Sequence[str], _langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return the same for each."""
        return [(0.0, 0, 0.0) for _ in texts]


SCORER = NoScorer()
NOW = 1_795_867_200_000
ACME = BrandTerms(name="Acme", keywords=("acme",), own_accounts=("acme_help",))
ORANGE = BrandTerms(name="Orange", keywords=("orange bank",), exclusions=("juice",))


def selection(*everything: str) -> Selection:
    """Return the two brands' selection; those named take all."""
    return Selection([SourceBrand(brand, brand.name in everything) for brand in (ACME, ORANGE)], "feed here")


def item(text: str, **fields: Any) -> Item:
    """Return an item."""
    return mention("7", text, NOW - 1_000, "web", **fields)


def brands(chosen: Selection, one: Item) -> list[str]:
    """Return the brands of an item's records."""
    return [json.loads(record)["brand"] for record in chosen.select(one, NOW).records]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ACME is down", ["Acme"]),
        ("acmes are fine", []),
        ("acme and Orange Bank", ["Acme", "Orange"]),
        ("orange bank juice", []),
        ("#acme", ["Acme"]),
        ("Ask the Orange&nbsp;Bank, <b>acme</b>", ["Acme", "Orange"]),
        ("nothing", []),
        ("", []),
    ],
)
def test_keywords_decide(text: str, about: list[str]) -> None:
    """As in the score stage, of the text as people see it."""
    assert brands(selection(), item(text)) == about


def test_a_source_about_a_brand_brings_all_of_it() -> None:
    """Whatever the text says; another brand's keywords still count."""
    assert brands(selection("Orange"), item("useless, unlike acme")) == ["Acme", "Orange"]
    assert brands(selection("Orange", "Acme"), item("useless")) == ["Acme", "Orange"]


def test_own_accounts_are_left_out() -> None:
    """Of that brand alone."""
    own = item("acme and orange bank", author="@Acme_Help")

    assert brands(selection(), own) == ["Orange"]
    assert brands(selection("Acme"), own) == ["Orange"]


def test_the_record_says_where_it_came_from_and_whether_it_was_edited() -> None:
    """The rest is what the source brought."""
    (record,) = selection().select(item("acme", rating=1), NOW, edited=True).records

    assert json.loads(record) == {
        "id": "7",
        "text": "acme",
        "published_at": NOW - 1_000,
        "channel": "web",
        "rating": 1,
        "source": "feed here",
        "revision": NOW,
        "brand": "Acme",
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"published_at": NOW + 86_400_000}, "ahead of its arrival"),
        ({"published_at": "soon"}, "published_at"),
        ({"id": ""}, "id"),
        ({"text": None}, "text"),
        ({"author": {"followers": -1}}, "followers"),
    ],
)
def test_what_is_no_mention_is_rejected_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    """No record is made of it."""
    selected = selection("Acme").select(Item(item("acme").mention | fields), NOW)

    assert selected.records == ()
    assert reason in selected.rejection


WORDS = st.lists(
    st.sampled_from(["acme", "Orange Bank", "juice", "Ａｃｍｅ", "&amp;", "<p>", "l’acme", "é", "#acme", "acme's"])
)


@given(WORDS.map(" ".join), st.sampled_from([None, "acme_help", "ana"]))
def test_it_chooses_as_the_score_stage_does(text: str, author: str | None) -> None:
    """What is selected is scored for that brand, and nothing is missed."""
    one = item(text, author=author)
    watchlist = Watchlist([ACME, ORANGE])
    plain = json.dumps(one.mention).encode()

    assert brands(selection(), one) == sorted(score_record(plain, NOW, 0, 0, watchlist, SCORER).rows)
    for record in selection().select(one, NOW).records:
        assert list(score_record(record, NOW, 0, 0, watchlist, SCORER).rows) == [json.loads(record)["brand"]]
