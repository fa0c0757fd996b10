"""Cuts the lines of a file into records and chunks, as ingest sends an old recording to Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mentions.readers.packing import Limits, PackedRecord, pack
from streams.stages.event_time import FLUSH_MARGIN, MINUTE
from streams.stages.score import MentionsRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentions.readers.position import Line, RejectedLine

LIMITS: Final = Limits(span=MINUTE)
"""What arrives together was published in the same minute."""

CHUNK_SIZE: Final = 500
"""Mentions between two steps of event time. More is faster, and makes no difference to what is found."""


def read_records(lines: Iterable[Line | RejectedLine], refused: list[RejectedLine]) -> Iterator[MentionsRecord]:
    """Yield the records of valid lines, each as if it arrived when its last mention was published.

    Lines that are no mentions are added to `refused`.
    """
    offset = 0
    for entry in pack(lines, LIMITS):
        if isinstance(entry, PackedRecord):
            yield MentionsRecord(entry.value, offset, entry.latest)
            offset += 1
        else:
            refused.append(entry)


def with_end_marker(read: Iterable[MentionsRecord]) -> Iterator[MentionsRecord]:
    """Yield the records, then the marker that lets event time run on to where everything is settled."""
    latest = 0
    for record in read:
        latest = max(latest, record.arrived)
        yield record
    if latest:
        yield end_marker(latest)


def end_marker(latest: int) -> MentionsRecord:
    """Return the marker that nothing follows the mentions up to `latest` (ms)."""
    return MentionsRecord(None, -1, 0, read_up_to=latest + FLUSH_MARGIN)


def chunks(read: Iterable[MentionsRecord], chunk_size: int = CHUNK_SIZE) -> Iterator[list[MentionsRecord]]:
    """Yield the records in lists of about `at_once` mentions; none is empty."""
    waiting, size = list[MentionsRecord](), 0
    for record in read:
        waiting.append(record)
        size += line_count(record)
        if size >= chunk_size:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def line_count(record: MentionsRecord) -> int:
    """Return how many lines a record of ours holds; a marker counts as one."""
    return 1 + (record.value or b"").count(b"\n")
