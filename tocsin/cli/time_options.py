"""Instants and durations given on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.errors import UsageError

_UNITS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
_DURATION: Final = re.compile(r"(\d{1,6})([mhdw])")


def parse_duration_ms(text: str, option: str) -> int:
    """Return a duration in ms.

    >>> parse_duration_ms("14d", "--warm-up") // 86_400_000
    14

    Raises:
        UsageError: the text is none.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{option} {text!r}: write a number and m, h, d or w, such as 90m or 14d")
    return int(found[1]) * _UNITS[found[2]]


def parse_instant_ms(text: str, option: str, now: datetime) -> int:
    """Return an instant in ms since the epoch: ISO 8601 (without an offset: UTC), `now`, or how long ago (`2h`).

    >>> parse_instant_ms("2026-03-02T10:15", "--from", datetime(2026, 3, 3, tzinfo=UTC))
    1772446500000

    Raises:
        UsageError: the text is none.
    """
    if text.strip() == "now":
        return int(now.timestamp() * 1000)
    if _DURATION.fullmatch(text.strip()):
        return int((now - timedelta(milliseconds=parse_duration_ms(text, option))).timestamp() * 1000)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{option} {text!r}: write 2026-03-02T10:15 (UTC), now, or how long ago, such as 2h") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
