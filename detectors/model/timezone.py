"""Time zones, named as in the IANA database."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone: write it as in the IANA database, such as Europe/Paris") from error
    return value


TimeZone = Annotated[str, AfterValidator(_zone)]
