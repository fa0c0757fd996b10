"""Local paths: where a page may lead a browser after a login. Never to another site, however its address is written."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

OVERVIEW: Final = "/"


def local_path(given: str) -> str:
    r"""Return a path of this site, with its query; the overview for whatever else is given.

    Browsers take a backslash for a slash, and leave tabs and line breaks out: `/\evil.example`, `//evil.example` and
    `/<tab>/evil.example` all lead to another site.

    >>> local_path("/incidents/a?outcome=applied"), local_path("//evil.example/"), local_path("/\\evil.example")
    ('/incidents/a?outcome=applied', '/', '/')
    """
    if not given.startswith("/") or given.startswith("//") or "\\" in given or not given.isprintable():
        return OVERVIEW
    try:
        parts = urlsplit(given)
    except ValueError:
        return OVERVIEW
    return OVERVIEW if parts.scheme or parts.netloc else given
