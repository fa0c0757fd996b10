"""Notes and tags that people keep about authors, apart from what is computed. Records of `community.notes`. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from mentions.watchlist.normalise import normalise_handle

TAGS: Final = ("contacted", "ambassador", "partner", "do not contact")
MAX_TEXT: Final = 1_000
_MARK: Final = "\0"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody keeps about an author of a brand; the latest one counts."""

    author: str
    by: str
    at: int  # ms
    tag: str = ""
    text: str = ""


def note_key(brand: str, author: str) -> bytes:
    """Return the key of an author's note; case, accents and @ do not matter."""
    return f"{brand}{_MARK}{normalise_handle(author)}".encode()


def read_key(key: bytes) -> tuple[str, str]:
    """Return the brand and the author of a key, as `note_key` spells them."""
    brand, _, author = key.decode(errors="replace").partition(_MARK)
    return brand, author


_decode: Final = msgspec.json.Decoder(Note).decode


def encode(note: Note) -> bytes:
    """Return the note as it is stored."""
    return msgspec.json.encode(note)


def decode(raw: bytes) -> Note:
    """Return a stored note.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return _decode(raw)
