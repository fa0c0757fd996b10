"""Does a policy say what it means, and refuse what it does not know?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from detectors.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field of a model and of the models within, by its path."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}", field
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{path}{name}.")


ALL_FIELDS = dict(fields(Policy))


@pytest.mark.parametrize("path", ALL_FIELDS)
def test_every_parameter_says_what_it_is_and_in_which_unit(path: str) -> None:
    """A description ends with its unit in brackets; one of a size says which way larger pushes."""
    field = ALL_FIELDS[path]
    assert field.description
    assert field.description.endswith("]")
    if any(unit in field.description for unit in ("[duration]", "[mentions]", "[ratio]", "[share]", "[people]")):
        assert "larger" in field.description


def test_a_policy_is_frozen() -> None:
    """Nobody changes a policy in force."""
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Policy(), "sensitivity", "high")  # noqa: B010 - the type checker refuses the plain form


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"sensitivty": "high"}, "sensitivty"),
        ({"volume_spike": {"fst": "10m"}}, "volume_spike.fst"),
        ({"lateness": "-1m"}, "lateness"),
        ({"negative_spike": {"critical_ratio": 0.5}}, "negative_spike.critical_ratio"),
        ({"static_threshold": {"negative_share": 1.5}}, "static_threshold.negative_share"),
        ({"windows": {"main": "4h"}}, "windows.main"),
        ({"negative_share": {"min_mentions": 0}}, "negative_share.min_mentions"),
    ],
)
def test_a_mistake_is_refused_where_it_stands(value: dict[str, Any], place: str) -> None:
    """Unknown keys and values out of bounds are errors that name their path."""
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(value)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [place]


def test_a_policy_survives_json() -> None:
    """What is dumped as JSON validates to an equal policy."""
    policy = Policy.model_validate(
        {"sensitivity": "high", "windows": {"short": "5m"}, "static_threshold": {"negative": 5}}
    )
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_sensitivity_is_a_promise_of_false_alarms() -> None:
    """Low is one a month, medium one a week, high one a day."""
    budgets = [Policy(sensitivity=level).false_alarms_per_day for level in ("low", "medium", "high")]
    assert budgets == pytest.approx([1 / 30, 1 / 7, 1])


def test_lateness_counts_in_whole_minutes() -> None:
    """Lateness is rounded up, and the present minute is watched too."""
    policy = Policy(lateness=timedelta(seconds=61))
    assert (policy.lateness_minutes, policy.open_minutes) == (2, 3)
