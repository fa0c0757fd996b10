"""Fetch batches: an agent gets all that was fetched of a partition as one event, instead of a record at a time.

Faust's fixed cost per event holds an agent that does nothing to some 8,000 records a second. Its extension point is the
consumer scheduler, which decides in which order fetched records become events: this one makes one event of many.
Agents, topics and tables stay Faust's, and changelogs are read record by record, as recovery expects.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class KafkaRecord(Protocol):
    """A record as fetched (`aiokafka.ConsumerRecord`)."""

    topic: str
    partition: int
    offset: int
    timestamp: int  # ms
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


MAX_RECORDS: Final = 2_000
"""Records of one event at most."""

MAX_BYTES: Final = 1_000_000
"""Bytes of one event at most, unless a single record is larger: about what a broker hands over of a partition."""


class FetchBatchScheduler(DefaultSchedulingStrategy):
    """Makes one event of the records fetched of a partition of `topics`; round robin between topics and partitions.

    The value of such an event is the list of its records; its offset is that of the last.
    """

    topics: frozenset[str] = frozenset()

    @classmethod
    def of(cls, topics: Iterable[str]) -> type[FetchBatchScheduler]:
        """Return the scheduler for `topics`; Faust makes the instance itself."""
        return type(cls.__name__, (cls,), {"topics": frozenset(topics)})

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        """Yield (partition, record) of other topics, (partition, record that holds many) of ours."""
        return super().iterate(
            {
                tp: [replace(cast("Any", part[-1]), key=None, value=part, headers=()) for part in cut(fetched)]
                if tp.topic in self.topics
                else fetched
                for tp, fetched in records.items()
            }
        )


def cut(records: Sequence[KafkaRecord]) -> Iterator[list[KafkaRecord]]:
    """Yield the records in order, in parts of at most MAX_RECORDS records and MAX_BYTES bytes."""
    part: list[KafkaRecord] = []
    size = 0
    for record in records:
        length = len(record.value or b"")
        if part and (len(part) >= MAX_RECORDS or size + length > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(record)
        size += length
    if part:
        yield part


def place(record: KafkaRecord) -> dict[str, Any]:
    """Return where a record stands, for a log line."""
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}


def topic_partition(record: KafkaRecord) -> TP:
    """Return the partition of a record, as Faust names it."""
    return TP(record.topic, record.partition)
