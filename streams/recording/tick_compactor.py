"""Tick compactor: drops the ticks that a replay does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.engine.watermarks import Watermarks
from mentions.model.batches import Batch, Tick
from streams.stages.event_time import IDLE_TIMEOUT, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TICK_GAP: Final = 15_000
"""How long (ms) ticks may be left out at most: half of what makes a silent source partition count as stalled."""

TimedRecord = tuple[int, "Batch | Tick"]
"""When a record was written (ms), and the record."""


class TickCompactor:
    """Takes the records of one partition of `mentions.scored`, gives them back without ticks that change nothing.

    A worker ticks each second for each source partition. Between two minutes only the latest tick of each source
    partition matters, and only once there is a batch to read or a minute to close. Instants never go back.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, TimedRecord] = {}
        self._watermarks = Watermarks()
        self._minute = -1
        self._kept = 0
        self._latest = 0

    def take(self, at: int, record: Batch | Tick) -> Iterator[TimedRecord]:
        """Yield what is to be kept once `record` is read."""
        at = self._latest = max(self._latest, at)
        if isinstance(record, Batch):
            yield from self.flush()
            yield at, record
            return
        self._waiting.pop(record.partition, None)
        self._waiting[record.partition] = (at, record)  # in the order of arrival
        reached = (self._watermarks.observe(record, IDLE_TIMEOUT) or 0) // MINUTE
        if reached > self._minute or at - self._kept >= MAX_TICK_GAP:
            yield from self.flush()
            self._minute, self._kept = max(self._minute, reached), at

    def flush(self) -> Iterator[TimedRecord]:
        """Yield the ticks that wait."""
        yield from self._waiting.values()
        self._waiting.clear()
