"""Does a brand hold what is needed to watch it, and refuse what cannot be?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from config.brands.document import Document
from config.brands.model import Brand, BrandDefaults, Config, default_brand
from config.error_messages import models_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and all models below it."""
    yield model
    for field in model.model_fields.values():
        for below in models_in(field.annotation):
            yield from models(below)


def test_a_brand_of_which_only_the_name_is_known_has_the_built_in_thresholds() -> None:
    """A run without configuration watches by the same defaults as a configured brand that says nothing."""
    assert default_brand("Skylark Rail") == Brand.model_validate({"name": "Skylark Rail"})
    assert default_brand("Skylark Rail").keywords == ("Skylark Rail",)


@pytest.mark.parametrize("name", ["AC/DC", "1664", "#hashtag", "Crème & Co", "x" * 256, "🔥", " padded "])
def test_any_name_that_a_mention_may_carry_gets_a_default_brand_under_that_very_name(name: str) -> None:
    """The name is the key of the brand's data, so it is not tidied up."""
    assert default_brand(name).name == name


def test_the_score_stage_gets_what_it_needs_to_recognise_the_brand() -> None:
    """Names, words, accounts, languages and the revision; thresholds stay behind."""
    brand = Brand.model_validate(
        {
            "name": "Skylark Rail",
            "aliases": ["Skylark"],
            "keywords": ["skylark rail"],
            "exclusions": ["skylark nebula"],
            "own_accounts": ["@skylark"],
            "languages": ["en"],
        }
    )
    watched = brand.brand_terms(7)
    assert watched.model_dump(exclude={"revision"}) == brand.model_dump(include=set(type(watched).model_fields))
    assert watched.revision == 7


@pytest.mark.parametrize("channel", ["#brand-alerts", "brand_alerts", "#équipe-veille", "C024BE91L", "G012ABC"])
def test_a_channel_is_a_name_or_an_id(channel: str) -> None:
    """Both ways Slack knows a channel by are taken as they are."""
    assert Brand(name="x y z", slack_channel=channel).slack_channel == channel


@pytest.mark.parametrize("channel", ["#Brand", "brand alerts", "#", "@camille", "https://example.org", "c024be91l!"])
def test_what_slack_would_not_find_is_no_channel(channel: str) -> None:
    """A page must not be lost to a spelling that Slack refuses at 3 am."""
    with pytest.raises(ValidationError, match="must be a channel"):
        Brand(name="x y z", slack_channel=channel)


@pytest.mark.parametrize("person", ["@camille", "camille", "U", "X024BE7LH", "u024be7lh", "<!channel>"])
def test_only_slack_ids_can_be_mentioned(person: str) -> None:
    """A name in a message pings nobody, and <!channel> pings everybody."""
    with pytest.raises(ValidationError, match="must be a Slack id"):
        Brand(name="x y z", on_call=(person,))


def test_people_and_groups_can_be_on_call() -> None:
    """Users (U, W) and user groups (S) are all that Slack can mention."""
    assert Brand(name="x y z", on_call=("U024BE7LH", "W012", "S0LIGHT")).on_call[2] == "S0LIGHT"


@pytest.mark.parametrize("model", list(dict.fromkeys(models(Brand))))
def test_every_model_of_the_configuration_is_frozen_and_knows_its_keys(model: type[BaseModel]) -> None:
    """A policy in use does not change under the watch, and a misspelt key is never taken in silence."""
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"


@pytest.mark.parametrize("model", list(dict.fromkeys(models(Document))))
def test_every_key_says_what_it_does(model: type[BaseModel]) -> None:
    """The descriptions are what an editor shows and what the documentation's tables are made of."""
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_every_inherited_key_has_a_default() -> None:
    """Nobody needs to write `defaults`."""
    values: dict[str, Any] = BrandDefaults().model_dump()
    assert set(values) == set(BrandDefaults.model_fields)


def test_brands_are_found_by_name() -> None:
    """`named` is what the plan compares."""
    config = Config(brands=(default_brand("Skylark Rail"), default_brand("Fennel & Oak")))
    assert list(config.by_name()) == ["Skylark Rail", "Fennel & Oak"]
