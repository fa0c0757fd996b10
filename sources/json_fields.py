"""Reading of JSON from outside: the value if it has the kind that is wanted, else nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from mentions.model.mention import MAX_COUNT, MAX_TEXT
from mentions.model.timestamps import parse_timestamp
from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_OBJECTS: Final = 500
"""Objects of a list that are read: no source shows more at a time if it keeps to what is asked."""

MORE: Final = "found more since the last time than one answer holds: the older ones are not heard"

MAX_LENGTH: Final = 2 * MAX_TEXT
"""Characters of a text that are read, HTML and all."""


def objects(value: Any, *path: str, most: int = MAX_OBJECTS) -> Iterator[dict[str, Any]]:
    """Yield the objects of the list at `path`, `most` of them; whatever else is in it is left out.

    Raises:
        SourceError: no list is there, so that nothing can be said about what is new.

    >>> list(objects({"posts": [{"id": 1}, None, 3]}, "posts"))
    [{'id': 1}]
    """
    found = inside(value, *path)
    if not isinstance(found, list):
        raise SourceError(f"answers without the list {'.'.join(path) or 'of posts'}: check `url` and `query`")
    yield from (one for one in found[:most] if isinstance(one, dict))


def inside(value: Any, *path: str) -> Any:
    """Return what lies at `path`, None where something on the way is missing.

    >>> inside({"account": {"acct": "ana"}}, "account", "acct"), inside([], "account")
    ('ana', None)
    """
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str:
    """Return the text at `path`, cut where it is far too long, "" where there is none."""
    found = inside(value, *path)
    return found[:MAX_LENGTH] if isinstance(found, str) else ""


def number(value: Any, *path: str) -> int | None:
    """Return the whole number at `path`, None where there is none, or one that no id or count has."""
    found = inside(value, *path)
    known = isinstance(found, int) and not isinstance(found, bool) and abs(found) <= MAX_COUNT
    return found if known else None


def instant(value: Any, *path: str) -> int | None:
    """Return the instant at `path` in ms, None where there is none that can be read."""
    found = inside(value, *path)
    if not isinstance(found, str | int | float | datetime) or isinstance(found, bool):
        return None
    try:
        return parse_timestamp(found)
    except (ValueError, OverflowError):
        return None
