"""Durations in policies: `10m`, `2h`, `1d 12h`, read into and written from a timedelta."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_WHOLE: Final = re.compile(r"\s*(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)\s*)+")


def parse_duration(value: object) -> object:
    """Return the timedelta of a text such as `1h 30m`; any other value goes on to pydantic as it is.

    A bare number is an error, because it has no unit.

    >>> parse_duration("1h 30m")
    datetime.timedelta(seconds=5400)

    Raises:
        ValueError: a bare number.
    """
    if isinstance(value, int | float):
        raise ValueError(f"{value!r} has no unit: write for instance {value}m or {value}h")  # noqa: TRY004 - pydantic reports ValueError
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value)))
    return value


def format_duration(value: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads back as `value`, to the millisecond.

    >>> format_duration(timedelta(days=1, minutes=30))
    '1d 30m'
    """
    rest = round(value.total_seconds() * 1000)
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["10m", "2h", "1d"], "pattern": _WHOLE.pattern}),
]
"""A timedelta that reads and writes `10m`, `2h`, `1d 12h`."""
