"""One post of a crowd by keys: who wrote it, which text and link it carries, and what it counts for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from detectors.windows.mention_row import is_high_reach, mention_row
from mentions.model import batches
from mentions.model.hashing import hash32
from mentions.model.placeholders import is_placeholder

NO_KEY: Final = 0
"""Key of an unknown author, of a text that is too short to be a copy, of no link."""

_ABUSIVE_FLAG: Final = 1
_REACH_FLAG: Final = 2
_MIN_WORDS: Final = 4
_LINK: Final = re.compile(r"https?://([^\s<>\"']+)")


class Post(NamedTuple):
    """A mention by keys."""

    at: int  # seconds, event time
    author: int  # NO_KEY: not known
    text: int  # equal for near-verbatim copies; NO_KEY: too short to be one
    link: int
    label: int
    compound: int  # ten-thousandths
    flags: int
    id: int = 0  # 32 bits of the digest of its id

    @property
    def minute(self) -> int:
        """Return the minute in which it counts."""
        return self.at // 60

    @property
    def abusive(self) -> bool:
        """Return whether it is abusive."""
        return bool(self.flags & _ABUSIVE_FLAG)

    @property
    def high_reach(self) -> bool:
        """Return whether it is negative and reached as many people as a detector asks for."""
        return bool(self.flags & _REACH_FLAG)

    def counts(self) -> list[int]:
        """Return the columns of a minute bucket that it adds to; copies are left out."""
        return mention_row(self.label, self.compound, abusive=self.abusive, high_reach=self.high_reach)


def flags_of(label: int, abuse: float, reach: int, high_reach_from: int) -> int:
    """Return the flags of a post: whether it is abusive, and negative with a high reach."""
    flags = _ABUSIVE_FLAG if abuse >= batches.ABUSIVE_FROM else 0
    return flags | _REACH_FLAG if is_high_reach(label, reach, high_reach_from) else flags


def text_key(text: str, text_hash: int) -> int:
    """Return 32 bits that near-verbatim copies share, NO_KEY for a text that is too short to be one."""
    return hash32(text_hash) if text.count(" ") >= _MIN_WORDS - 1 else NO_KEY


@lru_cache(8_192)
def author_key(author: str) -> int:
    """Return 32 bits for an author, NO_KEY for an unknown one."""
    return NO_KEY if is_placeholder(author) else crc32(author.encode("utf-8", "surrogatepass")) or 1


def link_key(text: str) -> int:
    """Return 32 bits for the first link of a text, NO_KEY where it holds none.

    >>> link_key("look: https://a.test/x?y=1.") == link_key("http://A.test/x?y=1") != link_key("no link")
    True
    """
    found = _LINK.search(text) if "://" in text else None
    if found is None:
        return NO_KEY
    host, slash, path = found[1].rstrip(".,;:!?)]}…/").partition("/")
    return crc32(f"{host.lower()}{slash}{path}".encode("utf-8", "surrogatepass")) or 1
