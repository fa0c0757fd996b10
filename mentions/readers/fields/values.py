"""Values as exports write them: nothing in many spellings, counts with separators, whole numbers with decimals."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from mentions.language_names import language_subtag
from mentions.model.mention import MAX_LANG

_NOTHING: Final = frozenset(
    {
        "nan",
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "#n/a",
        "nat",
        "<na>",
        "(null)",
        "\\n",
        "undefined",
        "-",
        "--",
        "—",
        "?",
    }
)
_UNSAID_LANGUAGES: Final = frozenset(
    {"und", "zxx", "mul", "mis", "unknown", "other", "qme", "qam", "qct", "qht", "qst"}
)

_SPACES: Final = re.compile(r"[\s'’\u00a0\u202f]")
_WHOLE: Final = re.compile(r"\d{1,15}")
_GROUPS: Final = {
    ".": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d*)?"),
}
_MAYBE_GROUP: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_STARS: Final = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:/\s*\d{1,2}|stars?|étoiles?|★|\*)?", re.IGNORECASE)
_FLOAT_ID: Final = re.compile(r"(\d{1,15})\.0")
_GUARDED: Final = re.compile(r"""="([^"]*)"|'(\d+)""")
"""How exports keep Excel from rounding long numbers: as a formula of a text, or with an apostrophe before them."""


class UnusableValueError(ValueError):
    """A value that no field takes as it is."""


def is_nothing(value: object) -> bool:
    """Return whether a value stands for nothing.

    >>> [is_nothing(value) for value in ("NaN", "NULL", "", None, float("nan"), "Nan Goldin", 0)]
    [True, True, True, True, True, False, False]
    """
    if isinstance(value, str):
        text = value.strip()
        return not text or text.lower() in _NOTHING
    return value is None or (isinstance(value, float) and math.isnan(value))


def count(value: object, decimal: str = "") -> Any:
    """Return a count as a whole number; what follows the decimal sign is cut. What is no text or float stays.

    >>> [count(text) for text in ("1200.0", "1 204,5", "1,204,500", "88")]
    [1200, 1204, 1204500, 88]
    >>> count("1,204", "."), count("1.204", ",")
    (1204, 1204)

    Raises:
        UnusableValueError: it is none, or can be two: 1,204 is a thousand in some countries and one in others.
    """
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    if not isinstance(value, str):
        return value
    text = _SPACES.sub("", value)
    if text.isascii() and _WHOLE.fullmatch(text):
        return int(text)
    if not decimal and _MAYBE_GROUP.fullmatch(text):
        raise UnusableValueError("may be a thousand or one: state --decimal . or --decimal ,")
    for sign in decimal or ".,":
        if text.isascii() and _GROUPS[sign].fullmatch(text):
            whole = text.partition(sign)[0].replace("," if sign == "." else ".", "")
            return int(whole) if len(whole) <= 15 else value  # noqa: PLR2004  digits of a count that is stored exactly
    raise UnusableValueError("is no whole number")


def rating(value: object) -> object:
    """Return the stars of a review.

    >>> rating("4.0"), rating("4,5"), rating("3 stars"), rating("4/5")
    (4.0, 4.5, 3.0, 4.0)

    Raises:
        UnusableValueError: it is no number of stars.
    """
    if not isinstance(value, str):
        return value
    found = _STARS.fullmatch(value.strip())
    if found is None:
        raise UnusableValueError("is no number of stars")
    return float(found[1].replace(",", "."))


def identifier(value: object) -> object:
    """Return an id without what spreadsheets and tables of floats put around it.

    >>> [identifier(text) for text in ("1004.0", "1.0.4", '="1899"', "'1899")]
    ['1004', '1.0.4', '1899', '1899']
    """
    guarded = _GUARDED.fullmatch(value) if isinstance(value, str) else None
    if guarded is not None:
        return guarded[1] or guarded[2]
    found = _FLOAT_ID.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return found[1] if found else value


def language(value: object) -> object:
    """Return a language tag or name that is understood, None for what says that none is known.

    Raises:
        UnusableValueError: it is not understood.
    """
    if not isinstance(value, str) or value.strip().lower() in _UNSAID_LANGUAGES:
        return None if isinstance(value, str) else value
    if len(value) > MAX_LANG or not language_subtag(value):
        raise UnusableValueError("is no language that is known")
    return value
