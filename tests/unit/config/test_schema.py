"""Does the JSON Schema that editors use agree with what the loader accepts?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from config.brands.loader import parse
from config.schema import schema, text

CONFIG = Path(__file__).parents[3] / "config"
BROKEN = Path(__file__).parent / "broken"


def breaks(document: Any) -> bool:
    """Say whether the schema refuses a document."""
    return not Draft202012Validator(schema()).is_valid(document)


def test_the_committed_schema_is_up_to_date() -> None:
    """What editors read is what the code says; `python -m config.schema > config/brands.schema.json` mends it."""
    assert (CONFIG / "brands.schema.json").read_text("utf-8") == text()


def test_the_schema_is_one() -> None:
    """Any validator of the draft can use it."""
    Draft202012Validator.check_schema(schema())


def test_the_example_points_to_the_schema_and_keeps_to_it() -> None:
    """Opening the example in an editor completes keys and shows no error."""
    example = (CONFIG / "brands.yaml").read_text("utf-8")
    assert example.splitlines()[0] == "# yaml-language-server: $schema=brands.schema.json"
    assert not breaks(YAML(typ="safe").load(example))


@pytest.mark.parametrize(
    "mistake",
    [
        "unknown_key",
        "unknown_section",
        "name_missing",
        "name_a_number",
        "name_in_defaults",
        "keywords_none",
        "keywords_as_text",
        "language_unknown",
        "threshold_negative",
        "threshold_too_large",
        "threshold_misspelt",
        "threshold_a_boolean",
        "threshold_quoted",
        "threshold_in_group",
        "duration_without_unit",
        "sensitivity_unknown",
        "brands_as_mapping",
        "no_brand_in_list",
    ],
)
def test_an_editor_sees_what_the_loader_refuses(mistake: str) -> None:
    """A mistake in shape, spelling or range is underlined while typing."""
    file = BROKEN / f"{mistake}.yaml"
    assert breaks(YAML(typ="safe").load(file.read_text("utf-8")))
    assert parse(file.read_bytes()).config is None


def test_every_description_reaches_the_editor() -> None:
    """Each key of a brand is explained where it is written, with its default spelled as in YAML."""
    brand = schema()["$defs"]["Brand"]["properties"]
    assert all("description" in key for key in brand.values())
    assert "PT" not in json.dumps(schema()["$defs"]["VolumeSpike"])


def test_a_place_for_anchors_is_allowed() -> None:
    """Keys at the top that begin with x- are the user's own, for the editor too."""
    assert not breaks({"x-mine": {"a": 1}, "brands": [{"name": "Skylark Rail"}]})
    assert breaks({"mine": {"a": 1}, "brands": [{"name": "Skylark Rail"}]})
