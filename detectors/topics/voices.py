"""Who speaks: keys of authors and texts. A placeholder that an export puts for the author is nobody's name.

A post of an unknown author counts as one voice for each distinct text: unknown authors alone cannot make a crowd of
one text. How many people some posts speak for is the fewer of their distinct authors and their distinct texts: an
account that floods is one voice, and so is a text that a hundred accounts copy.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

_PLACEHOLDERS: Final = """
-|?|[deleted]|[removed]|deleted|deleted user|a google user|google user|facebook user|facebook-nutzer
a tripadvisor member|utilisateur facebook|usuario de facebook|utente facebook|usuário do facebook
instagram user|twitter user|reddit user
anonymous|anonyme|anonimo|anónimo|anonym|guest|unknown|inconnu|unbekannt|user|nan|none|null|n/a|na|#n/a
"""

UNKNOWN_AUTHORS: Final = frozenset({"", *_PLACEHOLDERS.strip().replace("\n", "|").split("|")})
"""Placeholders of exports and sources, in lower case."""


def is_unknown(author: str) -> bool:
    """Tell whether `author` is no one's name.

    >>> is_unknown(" Facebook User"), is_unknown("mia")
    (True, False)
    """
    return author.strip().lower() in UNKNOWN_AUTHORS


def text_key(likeness: int) -> int:
    """Return 32 bits of the digest that copies of a text share."""
    return likeness & 0xFFFFFFFF


def author_key(author: str, likeness: int) -> int:
    """Return 32 bits for an author, or for the text where the author is unknown."""
    if is_unknown(author):
        return text_key(likeness)
    return crc32(author.encode("utf-8", "surrogatepass"))
