"""Quarantine of stored states that cannot be read: one log line and a count each, and the rest works on."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Counter

if TYPE_CHECKING:
    from collections.abc import Callable

    Unreadable = Callable[[bytes, str], None]
    """Called with the key of a stored value that cannot be read, and the reason."""

log = structlog.get_logger(__name__)

KEY_CHARS: Final = 100
QUARANTINED: Final = Counter(
    "tocsin_quarantined_states_total", "Stored states that could not be read, by their changelog", ["topic"]
)


@lru_cache(10_000)
def report(topic: str, partition: int, offset: int | None, key: bytes | None, reason: str) -> None:
    """Log and count a stored value that cannot be read, once however often it is read; its content is not logged."""
    QUARANTINED.labels(topic).inc()
    where = {"topic": topic, "partition": partition, "offset": offset, "key": printable_key(key)}
    log.error("unreadable state quarantined", **where, reason=reason)


def printable_key(key: bytes | None) -> str:
    r"""Return a key as text that no terminal acts on.

    >>> printable_key(b"acme\0ids/3"), printable_key(b"\x1b[2J\xff"), printable_key(None)
    ('acme\\x00ids/3', '\\x1b[2J\\xff', 'none')
    """
    if key is None:
        return "none"
    text = key.decode("utf-8", "backslashreplace")[:KEY_CHARS]
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
