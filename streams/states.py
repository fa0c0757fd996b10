"""What do the workers know of each brand right now? Read from the watch table's changelog, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors import time
from streams import reading, versions
from streams.watching import TIME_KEY, restore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.state import State
    from detectors.time import Watermarks
    from streams.connection import Connection
    from streams.topics import Topics


def stored(connection: Connection, topic: str) -> Iterator[tuple[bytes, versions.Versioned]]:
    """Return the newest value of each key of a state table.

    Raises:
        BrokerError: no broker answers, or there is no such topic.
    """
    found: dict[bytes, bytes] = {}
    for record in reading.records(connection, topic):
        key = record.key or b""
        if record.value is None:
            found.pop(key, None)
        else:
            found[key] = versions.newer(found.get(key), record.value)
    for key, raw in found.items():
        yield key, versions.decode(raw)


def watched(connection: Connection, topics: Topics) -> tuple[dict[str, State], dict[int, Watermarks]]:
    """Return the state of each brand, and what each partition has heard of time.

    Raises:
        BrokerError: no broker answers, or there is no such topic.
    """
    rows = dict(stored(connection, topics.watch_state.name))
    heard = {value.partition: time.decode(value.payload) for key, value in rows.items() if key.startswith(TIME_KEY)}
    return {state.brand: state for state, _ in restore(rows.items())}, heard
