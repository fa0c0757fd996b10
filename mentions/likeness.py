"""Is this the same text again? A digest that retweets, quotes and verbatim copies share."""

from __future__ import annotations

from typing import Final

from mentions.digest import digest

COMPARED: Final = 80
"""How many characters are compared: old-style retweets are cut at 140, of which handles, links and blanks take some."""

READ: Final = 400
"""How many characters are read to find them."""

_QUOTES: Final = "\"'`"
_WIDE_QUOTES: Final = "“”„«»‘’‹›…"
_LINKS: Final = ("http", "www.")


def likeness(text: str) -> int:
    """Return a digest of the text without "RT @x:", handles, links, quotation marks, case and blanks.

    Only the first COMPARED of the remaining characters count. A text of nothing else (a bare link) is compared whole.

    >>> likeness('RT @news: Trains late again! http://t.co/x1') == likeness('“trains late AGAIN!”')
    True
    """
    bare = lowered = text[:READ].lower()
    for quote in _QUOTES if lowered.isascii() else _QUOTES + _WIDE_QUOTES:
        if quote in bare:
            bare = bare.replace(quote, "")
    words = bare.split()
    if "@" in bare:
        words = [word for word in words if word[0] != "@" and word != "rt"]
    if "http" in bare or "www." in bare:
        words = [word for word in words if word[:4] not in _LINKS]
    return digest("".join(words)[:COMPARED] or text)
