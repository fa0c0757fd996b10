"""Headers of Kafka records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ARRIVED_AT: Final = "arrived-at"
"""Arrival time in milliseconds since the epoch, ASCII digits: replaces the record's timestamp."""

READ_UP_TO: Final = "read-up-to"
"""On a record of `mentions` without mentions: no earlier mention follows in this partition (milliseconds)."""


def timestamp_ms(headers: Iterable[tuple[str, bytes]] | Mapping[str, bytes] | None, name: str) -> int | None:
    """Return the instant in header `name` in ms, None where it is absent or not a plain number.

    >>> timestamp_ms([("arrived-at", b"1424649600000")], ARRIVED_AT)
    1424649600000
    >>> timestamp_ms([("arrived-at", b"soon")], ARRIVED_AT) is None
    True
    """
    if not headers:
        return None
    value = dict(headers).get(name)
    return int(value) if value and value.isdigit() and len(value) < MAX_DIGITS else None


MAX_DIGITS: Final = 16
