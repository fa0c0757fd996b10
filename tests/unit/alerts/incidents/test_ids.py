"""Do names stay apart that must?"""

from __future__ import annotations

import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from alerts.incidents.ids import incident_id, slug
from tests.support.alerts import START


@pytest.mark.parametrize("brand", ["acme", "air-2", "7up"])
def test_a_brand_that_is_a_plain_name_keeps_it(brand: str) -> None:
    """Most ids are readable as they are."""
    assert slug(brand) == brand


def test_brands_that_fold_to_the_same_words_stay_apart() -> None:
    """Case, accents, punctuation and a digest that a brand wears as its name do not collide."""
    brands = ["acme", "Acme", "ACME", "âcme", "acme!", " acme", slug("Acme"), "日本", "中国", "", "-"]
    assert len({slug(brand) for brand in brands}) == len(brands)


@given(st.text(max_size=100))
def test_an_id_is_safe_in_a_url_a_file_name_and_a_shell(brand: str) -> None:
    """Whatever a brand is called, its incidents are named with letters, digits and dashes, and not at length."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-\d{8}T\d{4}Z", incident_id(brand, START))
    assert len(incident_id(brand, START)) <= 80
