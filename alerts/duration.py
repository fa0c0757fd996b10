"""How is a length of time written in configuration? As "90s", "30m", "2h", "7d" or "1h30m"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_SHAPE: Final = r"^(?:\d{1,6}(?:ms|[dhms]))+$"
_PART: Final = re.compile(r"(\d{1,6})(ms|[dhms])")


def parse(value: object) -> object:
    """Turn "1h30m" into a timedelta; leave what is not text to pydantic.

    Raises:
        ValueError: the text is not a sum of days, hours, minutes, seconds and milliseconds.
    """
    if isinstance(value, int | float):
        raise ValueError(f'{value} has no unit: write "{value}s", "{value}m" or "{value}h"')  # noqa: TRY004  pydantic's
    if not isinstance(value, str):
        return value
    if not re.fullmatch(_SHAPE, value.strip()):
        raise ValueError(f'{value!r} is not a duration: write a number and its unit, like "90s", "30m", "2h" or "7d"')
    return timedelta(milliseconds=sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(value)))


def spell(value: timedelta) -> str:
    """Return the shortest text that `parse` turns into `value`, to the millisecond."""
    rest, text = milliseconds(value), ""
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def milliseconds(value: timedelta) -> int:
    """Return the length in whole milliseconds."""
    return value // timedelta(milliseconds=1)


Duration = Annotated[
    timedelta,
    BeforeValidator(parse),
    PlainSerializer(spell, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SHAPE, "examples": ["90s", "30m", "2h", "7d"]}),
]
"""A timedelta in code, "30m" in YAML and JSON."""
