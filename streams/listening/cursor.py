"""Cursor of a source: how far it is read, and what is about to be sent, kept in a compacted topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sources.budget import Spending
from streams.kafka import reader
from streams.kafka.partitioning import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streams.kafka.connection import Connection
    from streams.kafka.reader import Record
    from streams.kafka.topics import Topics


class Cursor(msgspec.Struct):
    """What a process needs to go on where another stopped.

    It is written ahead: first the cursor with the mentions that come next, then the mentions, then the cursor without
    them. A process that dies in between leaves no gap, whatever the source still shows, and nothing is sent twice.
    """

    epoch: int = 0  # grows with each listener that becomes the active one
    position: dict[str, Any] = {}
    seen: list[tuple[str, int]] = []  # ids with a digest of what they said, oldest first
    about: dict[str, list[str]] = {}  # the brands of those of them that were sent, by id
    pending: list[str] = []  # mentions that are being sent, in order
    next_offset: int = 0  # in the source's partition of `mentions`: those of `pending` lie from here on
    spending: Spending = msgspec.field(default_factory=Spending)  # of the budgets
    last_news: int = 0  # ms, when it last brought something new
    usual_gap: float = 0.0  # seconds between two such moments, usually
    gaps: int = 0  # how many of them went into that


_decode = msgspec.json.Decoder(Cursor).decode


def load(connection: Connection, topics: Topics, ends: Mapping[int, int]) -> dict[str, Cursor]:
    """Return the cursors by source. Blocks. One that cannot be read is left out.

    What is still pending in them is not in `mentions`, and is to be sent. `ends` are the offsets after the last record
    of each partition of `mentions`: one that was created again begins at 0, and no cursor lies beyond its end.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    cursors = newest(reader.records(connection, topics.source_cursors.name))
    starts: dict[int, int] = {}
    for name, cursor in cursors.items():
        if cursor.pending:
            place = partition_of(name.encode(), len(ends))
            cursor.next_offset = min(cursor.next_offset, ends[place])
            starts[place] = min(starts.get(place, cursor.next_offset), cursor.next_offset)
    if starts:
        wanted = {place: (start, 2**62) for place, start in starts.items()}
        recover(cursors, reader.offset_ranges(connection, topics.mentions.name, wanted))
    return cursors


def newest(records: Iterable[Record]) -> dict[str, Cursor]:
    """Return the cursors by source, without what a listener that had lost its lease wrote late, with a lower epoch."""
    found: dict[str, Cursor] = {}
    for record in records:
        name = (record.key or b"").decode(errors="replace")
        cursor = decode(record.value or b"")
        if record.value is None or cursor is None:
            found.pop(name, None)
        elif name not in found or cursor.epoch >= found[name].epoch:
            found[name] = cursor
    return found


def decode(raw: bytes) -> Cursor | None:
    """Return a stored cursor, None where it is none."""
    try:
        return _decode(raw)
    except msgspec.DecodeError:
        return None


def recover(cursors: dict[str, Cursor], records: Iterable[Record]) -> None:
    """Take from what is pending what `records` of `mentions` show to be sent."""
    for record in records:
        cursor = cursors.get((record.key or b"").decode(errors="replace"))
        if cursor is None or record.offset < cursor.next_offset:
            continue
        sent = (record.value or b"").decode(errors="replace")
        if sent in cursor.pending:
            cursor.pending.remove(sent)
        cursor.next_offset = record.offset + 1
