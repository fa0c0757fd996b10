"""Timestamps from outside: milliseconds since the epoch in UTC, or an error that says what to send instead."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from mentions.model.timestamp_forms import AmbiguousTimestampError, parse_written

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

EARLIEST: Final = 946_684_800_000
"""2000-01-01: what is older is a clock that was never set, or an epoch of 0."""

LATEST: Final = 4_102_444_800_000
"""2100-01-01: what is later is a wrong unit."""

SECONDS_BELOW: Final = 100_000_000_000
"""A number below this is seconds, from it on milliseconds; between EARLIEST and LATEST the two cannot be confused."""

MILLISECONDS_BELOW: Final = SECONDS_BELOW * 1_000
"""From this on a number is microseconds, and from a thousand times this on nanoseconds."""

MAX_AHEAD: Final = 5 * 60_000
"""How far a mention may be published ahead of its arrival [ms]: clocks differ, but not by more."""

REMEDY: Final = "send UTC ISO 8601 such as 2026-01-31T14:05:00Z"

_FRACTIONS_BELOW: Final = 14
"""Digits of seconds or milliseconds: a fraction of anything smaller is none of a millisecond."""

NO_OFFSET: Final = "has no UTC offset: append Z if it is UTC, else its offset such as +02:00"

_DIGITS: Final = re.compile(r"[0-9]{9,19}(?:\.[0-9]{1,9})?", re.ASCII)


def parse_timestamp(value: object) -> int:
    """Return `value` in milliseconds since the epoch; finer digits are truncated.

    Taken are ISO 8601 with `Z` or an offset, aware datetimes, epoch seconds, milliseconds, microseconds or nanoseconds
    as a number or as its digits, and the forms of `mentions.model.timestamp_forms` that name a zone. A timestamp that
    can mean several instants is refused rather than guessed.

    Raises:
        ValueError: with the rule that is broken and the remedy.
    """
    ms = _from_text(value) if type(value) is str and not value.isdigit() else _milliseconds(value)
    if not EARLIEST <= ms < LATEST:
        raise ValueError(_out_of_range(value, ms))
    return ms


def format_timestamp(ms: int) -> str:
    """Return `ms` as UTC ISO 8601 to the second.

    >>> format_timestamp(1424158565123)
    '2015-02-17T07:36:05Z'
    """
    return (EPOCH + ms * MILLISECOND).strftime("%Y-%m-%dT%H:%M:%SZ")


def ahead_of_arrival(ms: int, arrived: int) -> str:
    """Return the rejection reason for a mention published at `ms` after its arrival at `arrived`."""
    return (
        f"published_at: {format_timestamp(ms)} is more than {MAX_AHEAD // 60_000} minutes ahead of its arrival "
        f"at {format_timestamp(arrived)}: check the producer's clock and time zone"
    )


def _milliseconds(value: object) -> int:
    if isinstance(value, str):
        return _from_number(int(value)) if _DIGITS.fullmatch(value) else _from_text(value)
    if isinstance(value, datetime):
        return _from_datetime(value, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    raise ValueError(f"must be a timestamp, not {type(value).__name__}: {REMEDY}")


def _from_text(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return _from_other_form(value)
    return _from_datetime(moment, value)


def _from_other_form(value: str) -> int:
    """Return what a text means that is not ISO 8601: rare, so that it may take its time."""
    if _DIGITS.fullmatch(value):
        whole, _, fraction = value.partition(".")
        return _from_number(float(value) if fraction and len(whole) < _FRACTIONS_BELOW else int(whole))
    try:
        moment = parse_written(value).moment
    except AmbiguousTimestampError as error:
        raise ValueError(f"{ascii(value)[:60]} {error}: {REMEDY}") from None
    except ValueError:
        raise ValueError(f"{ascii(value)[:60]} is not a timestamp: {REMEDY}") from None
    return _from_datetime(moment, value)


def _from_datetime(moment: datetime, given: object) -> int:
    if moment.tzinfo is None:
        naive = ascii(str(given))[:60]
        raise ValueError(f"{naive} {NO_OFFSET}")
    return (moment - EPOCH) // MILLISECOND


def _from_number(number: float) -> int:
    if not abs(number) < float("inf"):
        raise ValueError(f"{number} is not a timestamp: {REMEDY}")
    size = abs(number)
    if size < SECONDS_BELOW:
        return int(number * 1000)
    if size < MILLISECONDS_BELOW:
        return int(number)
    return int(number) // (1_000 if size < 1_000 * MILLISECONDS_BELOW else 1_000_000)


def _out_of_range(value: object, ms: int) -> str:
    rule = "is before 2000-01-01" if ms < EARLIEST else "is after 2099-12-31"
    try:
        at = format_timestamp(ms)
    except OverflowError:
        at = ascii(value)[:60]
    return f"{at} {rule}: {REMEDY}"
