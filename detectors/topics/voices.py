"""Voices: keys of authors and texts, by which distinct people are counted.

A placeholder that an export puts for the author is an unknown author, not one person. A post of an unknown author is
one voice for each distinct text, so unknown authors alone cannot make a crowd out of one text. How many people some
posts speak for is the smaller of their distinct authors and their distinct texts: an account that floods is one voice,
and so is a text that a hundred accounts copy.
"""

from __future__ import annotations

from zlib import crc32

from mentions.model.hashing import hash32
from mentions.model.placeholders import is_placeholder


def text_key(text_hash: int) -> int:
    """Return 32 bits of the hash that near-duplicate texts share."""
    return hash32(text_hash)


def author_key(author: str, text_hash: int) -> int:
    """Return 32 bits for an author, or for the text where the author is unknown."""
    if is_placeholder(author):
        return text_key(text_hash)
    return crc32(author.encode("utf-8", "surrogatepass"))
