"""Sequences of idempotent producers: a batch that is sent again, because its answer was lost, is stored once."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.broker.record_batch import BatchHeader

MAX_PRODUCERS: Final = 200
"""Producers that are remembered; the one that has been silent longest is forgotten first."""

REMEMBERED_BATCHES: Final = 5
"""Batches of a producer that are remembered for each partition: as many as it may have under way."""

_MAX_SEQUENCE: Final = 0x7FFF_FFFF


class _Sent(NamedTuple):
    base_sequence: int
    last_sequence: int
    base_offset: int


class OutOfOrderSequenceError(Exception):
    """A batch does not follow the one before it: one in between is missing."""


class ProducerSequences:
    """The last batches of each producer, by partition."""

    def __init__(self) -> None:
        self._sent: OrderedDict[tuple[int, int], dict[tuple[int, int], deque[_Sent]]] = OrderedDict()

    def stored_offset(self, partition: tuple[int, int], header: BatchHeader) -> int | None:
        """Return the offset at which this very batch is stored already, None for a new one.

        Raises:
            OutOfOrderSequenceError: the batch before it is missing.
        """
        if header.producer_id < 0:
            return None
        sent = self._sent.get((header.producer_id, header.producer_epoch), {}).get(partition)
        if not sent:
            return None
        for one in sent:
            if (one.base_sequence, one.last_sequence) == (header.base_sequence, header.last_sequence):
                return one.base_offset
        if header.base_sequence != (sent[-1].last_sequence + 1) & _MAX_SEQUENCE:
            raise OutOfOrderSequenceError
        return None

    def add(self, partition: tuple[int, int], header: BatchHeader) -> None:
        """Note a batch that is stored, with its offset."""
        if header.producer_id < 0:
            return
        producer = header.producer_id, header.producer_epoch
        sent = self._sent.setdefault(producer, {}).setdefault(partition, deque(maxlen=REMEMBERED_BATCHES))
        sent.append(_Sent(header.base_sequence, header.last_sequence, header.base_offset))
        self._sent.move_to_end(producer)
        while len(self._sent) > MAX_PRODUCERS:
            self._sent.popitem(last=False)

    def dump(self) -> list[Any]:
        """Return what is remembered, for the journal."""
        return [
            (producer, [(partition, list(sent)) for partition, sent in partitions.items()])
            for producer, partitions in self._sent.items()
        ]

    def load(self, dumped: Iterable[Any]) -> None:
        """Take over what `dump` returned."""
        self._sent.clear()
        for producer, partitions in dumped:
            self._sent[tuple(producer)] = {
                tuple(partition): deque((_Sent(*one) for one in sent), REMEMBERED_BATCHES)
                for partition, sent in partitions
            }
