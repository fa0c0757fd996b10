"""Which sources are read for which brands, and what if that changes?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.brands.model import Brand
from streams.listening.listener import wanted_sources

FEED = {"kind": "feed", "url": "https://blog.example/feed"}


def brand(name: str, *sources: dict[str, Any]) -> Brand:
    """Return a brand."""
    return Brand.model_validate({"name": name, "keywords": [name], "sources": list(sources)})


def test_a_source_of_several_brands_is_read_once_for_all() -> None:
    """Each brand takes of it what it wants."""
    wanted = wanted_sources([brand("acme", FEED), brand("brio", FEED | {"about": "brand"}), brand("none")])

    (one,) = wanted.values()
    assert [(taker.terms.name, taker.everything) for taker in one.brands] == [("acme", False), ("brio", True)]
    assert list(wanted) == [one.settings.id] == ["feed https://blog.example/feed"]


def test_it_is_read_as_the_most_generous_of_them_allow() -> None:
    """As often as one wants, as many times as one allows, at a private address if one says so."""
    (one,) = wanted_sources(
        [
            brand("acme", FEED | {"every": "1m", "requests_per_day": 10}),
            brand("brio", FEED | {"every": "1h", "requests_per_day": 500, "private_addresses": True}),
        ]
    ).values()

    assert one.settings.every == timedelta(minutes=1)
    assert one.settings.requests_per_day == 500
    assert one.settings.private_addresses


def test_other_places_and_questions_are_other_sources() -> None:
    """In whatever order the brands come."""
    first = brand("acme", FEED, {"kind": "hacker-news", "query": "acme"})
    second = brand("brio", {"kind": "hacker-news", "query": "brio"}, FEED)

    assert wanted_sources([first, second]).keys() == wanted_sources([second, first]).keys()
    assert len(wanted_sources([first, second])) == 3


def test_a_brand_that_changes_changes_what_is_wanted_of_its_sources_alone() -> None:
    """So that only those readers start anew; the revision of a brand alone changes nothing."""
    before = wanted_sources([brand("acme", FEED), brand("brio", {"kind": "bluesky"})])
    after = wanted_sources(
        [brand("acme", FEED).model_copy(update={"keywords": ("acme", "acmeco")}), brand("brio", {"kind": "bluesky"})]
    )

    assert [name for name in before if before[name] != after[name]] == ["feed https://blog.example/feed"]
