"""Are broken rules told in the words of someone who edits YAML?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.error_messages import describe, models_in, nearest
from detectors.model.duration import Duration


class Inner(BaseModel):
    """A detector, say."""

    model_config = ConfigDict(extra="forbid")

    threshold: float = Field(default=4, gt=0, le=100, json_schema_extra={"usual": "3–6"})
    count: int = Field(default=10, ge=1)
    window: Annotated[Duration, Field(ge=timedelta(minutes=1))] = timedelta(minutes=10)
    limit: int | None = Field(default=None, ge=1)
    mood: Literal["calm", "angry"] = "calm"
    enabled: bool = True


class Outer(BaseModel):
    """A brand, say."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=5)
    words: tuple[str, ...] = Field(default=(), max_length=2)
    inner: Inner | None = None


def rule(values: dict[str, Any]) -> str:
    """Return the one rule that the values break."""
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(values)
    (error,) = caught.value.errors()
    return describe(error, Outer)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"threshold": -1}, "must be > 0 (usual 3–6)"),
        ({"threshold": 100.5}, "must be ≤ 100 (usual 3–6)"),
        ({"threshold": "x"}, "must be a number (usual 3–6)"),
        ({"count": 0}, "must be ≥ 1 (default 10)"),
        ({"count": 1.5}, "must be a whole number (default 10)"),
        ({"limit": 0}, "must be ≥ 1"),
        ({"window": "5s"}, "must be ≥ 1m (default 10m)"),
        ({"window": "soon"}, "must be a duration such as 10m, 2h or 1d (default 10m)"),
        ({"window": 5}, "5 has no unit: write for instance 5m or 5h"),
        ({"mood": "angri"}, 'must be one of calm, angry: did you mean "angry"?'),
        ({"mood": "blue"}, "must be one of calm, angry"),
        ({"enabled": "maybe"}, "must be true or false"),
        ({"treshold": 1}, 'is not known here: did you mean "threshold"?'),
        ({"zzz": 1}, "is not known here: known are count, enabled, limit, mood, threshold, window"),
    ],
)
def test_a_detector_s_rule_is_reported_with_its_bound_and_what_is_usual(values: dict[str, Any], words: str) -> None:
    """Each rule says what would be right, in YAML's spelling."""
    assert rule({"name": "x", "inner": values}) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "is missing: add it"),
        ({"name": 3}, "must be text: put it in quotes"),
        ({"name": ""}, "must not be empty"),
        ({"name": "longer"}, "must be at most 5 characters long"),
        ({"name": "x", "words": "a"}, "must be a list: [first, second], or one `- entry` a line"),
        ({"name": "x", "words": ["a", "b", "c"]}, "must have at most 2 entries"),
        ({"name": "x", "inner": "high"}, "must be a mapping: `key: value` lines, indented"),
        ({"name": "x", "Name": "y"}, 'is not known here: did you mean "name"?'),
    ],
)
def test_the_shape_of_a_value_is_reported_in_yaml_s_terms(values: dict[str, Any], words: str) -> None:
    """A list, a mapping and a text are told by how they are written."""
    assert rule(values) == words


def test_a_quoted_number_is_reported_to_lose_its_quotes() -> None:
    """The commonest cause of a number that is none is named."""
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json('{"name": "x", "inner": {"count": "10"}}', strict=True)
    assert describe(caught.value.errors()[0], Outer) == "must be a whole number: remove the quotes (default 10)"


def test_an_unforeseen_rule_keeps_pydantic_s_words() -> None:
    """A kind of error that the table does not know is still told."""

    class Odd(BaseModel):
        number: int = Field(default=0, multiple_of=5)

    with pytest.raises(ValidationError) as caught:
        Odd.model_validate({"number": 3})
    assert describe(caught.value.errors()[0], Odd) == "Input should be a multiple of 5"


@pytest.mark.parametrize(
    ("word", "near"), [("KEYWORDS", "keywords"), ("keyword", "keywords"), ("naem", "name"), ("zz", None)]
)
def test_the_nearest_word_is_found_whatever_its_case(word: str, near: str | None) -> None:
    """Letters swapped, left out or in capitals are forgiven; what is far off has no nearest."""
    assert nearest(word, ["name", "keywords"]) == near


def test_models_are_found_inside_unions_lists_and_mappings() -> None:
    """However a model is wrapped, what is below it can be looked up."""
    for annotation in (Inner, Inner | None, list[Inner], dict[str, Inner], tuple[Inner, ...], Annotated[Inner, "x"]):
        assert list(models_in(annotation)) == [Inner]
    assert list(models_in(str | int)) == []
