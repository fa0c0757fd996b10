"""Are the spans of an incident's life declared as an operator writes them?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.incidents.policy import Policy, milliseconds


def test_spans_are_written_as_people_write_them_and_read_back_the_same() -> None:
    """`30m` in, thirty minutes inside, `30m` out."""
    policy = Policy.model_validate({"resolve_after": "45m", "ack_expires": "1h 30m"})
    assert (policy.resolve_after, policy.ack_expires) == (timedelta(minutes=45), timedelta(minutes=90))
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert milliseconds(policy.resolve_after) == 45 * 60_000


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cooldown", "soon"),
        ("cooldown", 30),
        ("cooldown", "-5m"),
        ("cooldown", "8d"),
        ("resolve_after", "10s"),
        ("update_every", "0s"),
        ("page_from", "grave"),
        ("colldown", "30m"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(key: str, value: object) -> None:
    """A slip of the pen is an error, never a default."""
    with pytest.raises(ValidationError, match=key):
        Policy.model_validate({key: value})


def test_the_schema_shows_defaults_as_they_are_written_and_every_unit() -> None:
    """An editor completes the file from this schema, so a default must be valid in it."""
    properties = Policy.model_json_schema()["properties"]
    for name, schema in properties.items():
        assert re.search(r"\[.+\]$", schema["description"]), name
        assert "pattern" not in schema or re.fullmatch(schema["pattern"], schema["default"]), name
    assert properties["cooldown"]["default"] == "30m"
