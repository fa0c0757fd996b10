"""Reading of JSON from outside: the value if it has the kind that is wanted, else nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from mentions.model.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator


def objects(value: Any, *path: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the list at `path`; whatever else is there is left out.

    >>> list(objects({"posts": [{"id": 1}, None, 3]}, "posts"))
    [{'id': 1}]
    """
    found = inside(value, *path)
    yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def inside(value: Any, *path: str) -> Any:
    """Return what lies at `path`, None where something on the way is missing.

    >>> inside({"account": {"acct": "ana"}}, "account", "acct"), inside([], "account")
    ('ana', None)
    """
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str:
    """Return the text at `path`, "" where there is none."""
    found = inside(value, *path)
    return found if isinstance(found, str) else ""


def number(value: Any, *path: str) -> int | None:
    """Return the whole number at `path`."""
    found = inside(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def instant(value: Any, *path: str) -> int | None:
    """Return the instant at `path` in ms, None where there is none that can be read."""
    found = inside(value, *path)
    if not isinstance(found, str | int | float | datetime) or isinstance(found, bool):
        return None
    try:
        return parse_timestamp(found)
    except (ValueError, OverflowError):
        return None
