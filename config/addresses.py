"""Addresses in settings: what is sent to some of them must be protected on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from urllib.parse import SplitResult

MAX_PORT: Final = 65_535

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_protected(address: SplitResult) -> bool:
    """Return whether what is sent to an address is encrypted, or stays on this machine.

    >>> from urllib.parse import urlsplit
    >>> is_protected(urlsplit("https://a.test/x")), is_protected(urlsplit("http://localhost:8080"))
    (True, True)
    >>> is_protected(urlsplit("http://a.test"))
    False
    """
    local = address.scheme == "http" and address.hostname in _LOOPBACK
    return bool(address.hostname) and (address.scheme == "https" or local)
