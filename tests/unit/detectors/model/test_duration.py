"""Are durations read and written as people write them?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from detectors.model.duration import Duration, format_duration, parse_duration


class Model(BaseModel):
    """A model with one duration."""

    span: Duration


@given(st.integers(0, 10**10).map(lambda ms: timedelta(milliseconds=ms)))
def test_what_is_written_reads_back(span: timedelta) -> None:
    """`parse_duration` undoes `format_duration`, to the millisecond."""
    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize(
    ("text", "minutes"), [("10m", 10), ("2h", 120), ("1d 12h", 2160), ("0.5h", 30), (" 90 s ", 1.5), ("00:10:00", 10)]
)
def test_people_write_durations_in_many_ways(text: str, minutes: float) -> None:
    """Units with or without spaces, several parts, and what a timedelta reads."""
    assert Model.model_validate({"span": text}).span == timedelta(minutes=minutes)


@pytest.mark.parametrize("value", [10, 2.5, True, "10", "ten minutes", "10 x"])
def test_a_number_without_a_unit_is_refused(value: object) -> None:
    """Ten of what? The error says, or pydantic's does."""
    with pytest.raises(ValidationError, match="span"):
        Model.model_validate({"span": value})


def test_the_model_writes_it_the_short_way() -> None:
    """JSON holds `1d 30m`, not ISO 8601."""
    assert Model(span=timedelta(days=1, minutes=30)).model_dump(mode="json") == {"span": "1d 30m"}
