"""A 63-bit hash of a text, stable across processes, machines and versions."""

from __future__ import annotations

from hashlib import blake2b


def hash63(text: str) -> int:
    """Return a 63-bit digest of `text`; lone surrogates are allowed.

    >>> hash63("tocsin")
    1927389031678063535
    """
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big") >> 1


def hash32(digest: int) -> int:
    """Return 32 bits of a digest: enough to tell the few thousand apart that are remembered, in half the space.

    >>> hash32(1927389031678063535)
    3509040047
    """
    return digest & 0xFFFFFFFF
