"""Snapshot of the brands' detection states, read from the changelog of the watch table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.exactly_once import fencing, quarantine
from streams.kafka import reader
from streams.stages import watch_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.engine.state import State
    from detectors.engine.watermarks import Watermarks
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics


def read_table(connection: Connection, topic: str) -> Iterator[tuple[bytes, fencing.FencedValue]]:
    """Return the newest value of each key of a state table; what cannot be read is logged and left out.

    Raises:
        BrokerError: no broker answers, or there is no such topic.
    """
    found: dict[bytes, bytes] = {}
    for record in reader.records(connection, topic):
        if reason := fencing.apply(found, record.key, record.value, record.partition):
            quarantine.report(topic, record.partition, record.offset, record.key, reason)
    for key, raw in found.items():
        yield key, fencing.decode(raw)


def read_brand_states(connection: Connection, topics: Topics) -> tuple[dict[str, State], dict[int, Watermarks]]:
    """Return the state of each brand, and the event time of each partition; what cannot be read is logged and left out.

    Raises:
        BrokerError: no broker answers, or there is no such topic.
        NewerFormatError: a newer version of Tocsin stored a state.
    """
    topic = topics.watch_state.name
    rows = dict(read_table(connection, topic))

    def unreadable(key: bytes, reason: str) -> None:
        quarantine.report(topic, rows[key].partition, None, key, reason)

    states = {state.brand: state for state, _ in watch_rows.read_states(rows.items(), unreadable)}
    return states, watch_rows.read_watermarks(rows.items(), unreadable)
