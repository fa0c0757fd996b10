"""Quarantine of stored states that cannot be read: one log line and a count each, and the rest works on."""

from __future__ import annotations

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


def report(topic: str, partition: int, offset: int | None, key: bytes | None, reason: str) -> None:
    """Log and count a stored value that cannot be read; its content stays out of the log."""
    QUARANTINED.labels(topic).inc()
    shown = "none" if key is None else key.decode("utf-8", "backslashreplace").replace("\0", "\\0")[:KEY_CHARS]
    where = {"topic": topic, "partition": partition, "offset": offset, "key": shown}
    log.error("unreadable state quarantined", **where, reason=reason)
