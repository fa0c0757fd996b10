"""Timestamps of files: as in any mention, and with the time zone and the date format that the person states."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from mentions.model.timestamp_forms import (
    AmbiguousTimestampError,
    Written,
    in_zone,
    offset_zone,
    parse_written,
    place_zone,
)
from mentions.model.timestamps import parse_timestamp

EXCEL: Final = "excel"
"""The date format of a workbook's day numbers: days since 1899-12-30, with the time of day as their fraction."""

_EXCEL_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  day numbers have no zone
_EXCEL_DAYS: Final = (36_526, 73_051)  # 2000 to 2100
_STRPTIME: Final = "%"
_SHOWN: Final = 60


class TimestampReader:
    """Reads the timestamps of a file. What can mean several instants is refused with the option that settles it."""

    def __init__(self, timezone: str = "", date_format: str = "") -> None:
        """Take the zone of times without an offset, and the format of dates in figures.

        Raises:
            ValueError: the zone or the format is none.
        """
        self._zone = (offset_zone(timezone) or place_zone(timezone)) if timezone else None
        self._format = date_format if _STRPTIME in date_format else ""
        self._excel = date_format.lower() == EXCEL
        self._order = "" if self._format or self._excel else _order(date_format)

    def read(self, value: object) -> object:
        """Return a timestamp that `parse_timestamp` takes: `value` itself where it does, else ISO 8601 in UTC.

        Raises:
            ValueError: it is none, or can mean several instants; the message names the option that settles it.
        """
        stated = self._by_format(value) if self._format or self._excel else None
        if stated is not None:
            return self._settled(stated, value)
        try:
            parse_timestamp(value)
        except ValueError as error:
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise
            return self._otherwise(value, error)
        return value

    def _by_format(self, value: object) -> Written | None:
        if self._excel:
            return _excel(value)
        try:
            moment = datetime.strptime(str(value).strip(), self._format)  # noqa: DTZ007  the zone may be stated
        except ValueError:
            return None
        return Written(moment, has_time=True)

    def _otherwise(self, value: str | float, error: ValueError) -> object:
        shown = ascii(str(value))[:_SHOWN]
        if _excel(value) is not None:
            raise ValueError(f"{shown} looks like a date of Excel: state --date-format excel, and --timezone") from None
        text = str(value).strip()
        try:
            written = _naive_iso(text) or parse_written(text, self._order, self._zone)
        except AmbiguousTimestampError as ambiguous:
            raise ValueError(f"{shown} {ambiguous}: {ambiguous.remedy}") from None
        except ValueError:
            if isinstance(value, str):
                remedy = "state how dates are written, such as --date-format '%d.%m.%Y %H:%M'"
                raise ValueError(f"{shown} is no instant in a form that is known: {remedy}") from None  # noqa: TRY004
            raise error from None
        return self._settled(written, value)

    def _settled(self, written: Written, value: object) -> str:
        shown = ascii(str(value))[:_SHOWN]
        moment = written.moment
        if moment.tzinfo is None:
            if self._zone is None:
                what = "has no UTC offset" if written.has_time else "is a day without a time or UTC offset"
                raise ValueError(f"{shown} {what}: state the zone, such as --timezone Europe/Paris or --timezone UTC")
            try:
                moment = in_zone(moment, self._zone)
            except AmbiguousTimestampError as ambiguous:
                raise ValueError(f"{shown} {ambiguous}: {ambiguous.remedy}") from None
        text = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        parse_timestamp(text)  # within the bounds
        return text


def check_format(date_format: str) -> None:
    """See that a date format can be understood.

    Raises:
        ValueError: it cannot.
    """
    TimestampReader("", date_format)


def _naive_iso(text: str) -> Written | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Written(moment, has_time=bool(re.search(r"\d[T ]\d|:", text)))


def _excel(value: object) -> Written | None:
    try:
        days = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(days) or not _EXCEL_DAYS[0] <= days < _EXCEL_DAYS[1]:
        return None
    seconds = round(days * 86_400)
    return Written(_EXCEL_EPOCH + timedelta(seconds=seconds), has_time=True)


def _order(date_format: str) -> str:
    """Return the order of day, month and year in a format such as `dd/mm/yyyy hh:mm`.

    >>> _order("dd/mm/yyyy hh:mm"), _order("M/D/YY h:mm AM"), _order("dmy"), _order("jj/mm/aaaa")
    ('dmy', 'mdy', 'dmy', 'dmy')
    """
    if not date_format:
        return ""
    letters = re.match(r"[^h:]*", date_format.lower())
    french = "j" in date_format.lower()
    plain = re.sub(
        "[^dmy]", "", (letters[0] if letters else "").translate(str.maketrans("ja", "dy" if french else "j "))
    )
    order = re.sub(r"(.)\1+", r"\1", plain)
    if order not in {"dmy", "mdy", "ymd"}:
        raise ValueError(
            f"--date-format {date_format!r}: write the order of day, month and year, such as dd/mm/yyyy or mm/dd/yyyy; "
            "or excel, or with %d, %m, %Y and so on"
        )
    return order
