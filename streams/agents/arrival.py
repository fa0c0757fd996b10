"""Arrival times of the records of `mentions`, as far as the worker believes them.

Where records set the time (`--clock arrival`) the header `arrived-at` is believed, else the record's timestamp. Under
the wall clock anybody may have written both: the timestamp counts for no more than the present, the header for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from mentions.model.batches import ClockSkew
from streams.agents import metrics
from streams.clock import wall_ms
from streams.exactly_once.fetch_batches import place
from streams.kafka import headers
from streams.stages.event_time import MAX_SKEW
from streams.stages.score import MentionsRecord

if TYPE_CHECKING:
    from streams.clock import Clock
    from streams.exactly_once.fetch_batches import KafkaRecord

log = structlog.get_logger(__name__)

TIMESTAMP: Final = "record timestamp"
PUBLISHED: Final = "published_at"


class ArrivalReader:
    """Reads the arrival of records, and keeps of each partition the latest timestamp that was ahead of the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._skews: dict[int, ClockSkew] = {}
        self._logged: set[tuple[int, str]] = set()

    def read(self, record: KafkaRecord) -> MentionsRecord:
        """Return what the pure score stage needs of a Kafka record."""
        now = self._clock.now()
        stamped = record.timestamp if (record.timestamp or 0) > 0 else now or wall_ms()
        if not record.headers and (now is None or stamped <= now):
            return MentionsRecord(record.value, record.offset, stamped, record.key)
        arrived_at = headers.timestamp_ms(record.headers, headers.ARRIVED_AT)
        read_up_to = headers.timestamp_ms(record.headers, headers.READ_UP_TO)
        if now is None:
            return self._record(record, stamped if arrived_at is None else arrived_at, read_up_to)
        named = ((TIMESTAMP, stamped), ("header arrived-at", arrived_at), ("header read-up-to", read_up_to))
        for source, at in named:
            if at is not None:
                self._note(record, source, at - now, now)
        return self._record(record, min(stamped, now), None if read_up_to is None else min(read_up_to, now))

    def note_published(self, last: KafkaRecord, ahead: int) -> None:
        """Note that mentions up to a record were published up to `ahead` ms after they arrived."""
        now = self._clock.now()
        if now is not None:
            self._note(last, PUBLISHED, ahead, now)

    def skew(self, partition: int) -> ClockSkew | None:
        """Return the latest timestamp of a partition that was ahead of the clock."""
        return self._skews.get(partition)

    @staticmethod
    def _record(record: KafkaRecord, arrived: int, read_up_to: int | None) -> MentionsRecord:
        return MentionsRecord(record.value, record.offset, arrived, record.key, read_up_to)

    def _note(self, record: KafkaRecord, source: str, ahead: int, now: int) -> None:
        """Keep and count a timestamp that is too far ahead of the clock; log the first of a partition and source."""
        if ahead <= MAX_SKEW:
            return
        self._skews[record.partition] = ClockSkew(source, ahead, now)
        metrics.count_skew(source, record.partition, ahead)
        if (record.partition, source) not in self._logged:
            self._logged.add((record.partition, source))
            log.error(
                "timestamp ahead of the clock, counted as now", **place(record), source=source, ahead_s=ahead // 1000
            )
