"""Cursor of a source: how far it is read, kept in a compacted topic once Kafka has what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mentions.model.hashing import hash63
from streams.kafka import reader
from streams.kafka.partitioning import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.kafka.connection import Connection
    from streams.kafka.reader import Record
    from streams.kafka.topics import Topics


class Cursor(msgspec.Struct):
    """What a process needs to go on where another stopped."""

    position: dict[str, Any] = {}
    seen: list[tuple[str, int]] = []  # ids with a digest of what they said, oldest first
    next_offset: int = 0  # in the source's partition of `mentions`: from here on records may be of items not in `seen`
    budget_day: int = 0  # days since the epoch
    budget_spent: int = 0  # requests made on that day
    last_news: int = 0  # ms, when it last brought something new
    usual_gap: float = 0.0  # seconds between two such moments, usually
    gaps: int = 0  # how many of them went into that


class _SentMention(msgspec.Struct):
    id: str
    text: str = ""


_decode = msgspec.json.Decoder(Cursor).decode
_sent = msgspec.json.Decoder(_SentMention).decode


def load(connection: Connection, topics: Topics, partitions: int) -> dict[str, Cursor]:
    """Return the cursors by source; `mentions` has so many partitions. Blocks. One that cannot be read begins anew.

    What a process sent before it died, and had no time to note, is found in `mentions` itself: nothing is sent twice.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    stored = reader.latest(connection, topics.source_cursors.name).items()
    found = {key.decode(errors="replace"): decode(raw) for key, raw in stored}
    cursors = {name: cursor for name, cursor in found.items() if cursor is not None}
    starts: dict[int, int] = {}
    for name, cursor in cursors.items():
        place = partition_of(name.encode(), partitions)
        starts[place] = min(starts.get(place, cursor.next_offset), cursor.next_offset)
    if starts:
        wanted = {place: (start, 2**62) for place, start in starts.items()}
        recover(cursors, reader.offset_ranges(connection, topics.mentions.name, wanted))
    return cursors


def decode(raw: bytes) -> Cursor | None:
    """Return a stored cursor, None where it is none."""
    try:
        return _decode(raw)
    except msgspec.DecodeError:
        return None


def recover(cursors: dict[str, Cursor], records: Iterable[Record]) -> None:
    """Note in the cursors what `records` of `mentions` hold of their sources beyond them."""
    for record in records:
        cursor = cursors.get((record.key or b"").decode(errors="replace"))
        if cursor is None or record.offset < cursor.next_offset:
            continue
        try:
            sent = _sent(record.value or b"")
        except msgspec.DecodeError:
            continue
        cursor.seen = [entry for entry in cursor.seen if entry[0] != sent.id] + [(sent.id, hash63(sent.text))]
        cursor.next_offset = record.offset + 1
