"""A hash that near-duplicate texts share: retweets, quotes and verbatim copies."""

from __future__ import annotations

import re
from typing import Final

from mentions.model.hashing import hash63

COMPARED_CHARS: Final = 80
"""How many characters are compared: old-style retweets are cut at 140, of which handles, links and blanks take some."""

READ_CHARS: Final = 400
"""How many characters are read to find them."""

_RETWEET: Final = re.compile(r"\brt @")
_HANDLE: Final = re.compile(r"@\S+")
_LINK: Final = re.compile(r"https?://\S+")
_QUOTES: Final = re.compile("[“”„«»‘’‹›…]+")


def text_hash(text: str) -> int:
    """Return a digest of the text without "RT @x:", handles, links, quotation marks, case and blanks.

    Only the first COMPARED of the remaining characters count. A text of nothing else (a bare link) is compared whole.

    >>> text_hash('RT @news: Trains late again! http://t.co/x1') == text_hash('“trains late AGAIN!”')
    True
    """
    bare = text[:READ_CHARS].lower()
    if "@" in bare:
        bare = _HANDLE.sub("", _RETWEET.sub("@", bare) if "rt @" in bare else bare)
    if "http" in bare:
        bare = _LINK.sub("", bare)
    if not bare.isascii():
        bare = _QUOTES.sub("", bare)
    bare = "".join(bare.replace('"', "").replace("'", "").replace("`", "").split())
    return hash63(bare[:COMPARED_CHARS] or text)
