"""Tails topics: what they hold, then what is added."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from streams.kafka import clients
from streams.kafka.reader import partitions_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from streams.kafka.connection import Connection


class TailedRecord(NamedTuple):
    """One record."""

    topic: str
    value: bytes | None


class TopicTail:
    """Reads topics from their beginning and goes on with what is added, in no group: it takes nothing from anybody.

    Raises:
        BrokerError: no broker answers, or a topic does not exist.
    """

    def __init__(self, connection: Connection, topics: Sequence[str]) -> None:
        self._consumer = clients.consumer(connection)
        self._consumer.assign(partitions_of(connection, self._consumer, *topics))

    def poll(self, timeout: float) -> list[TailedRecord]:
        """Return what has been written since the last call; waits up to `patience` seconds for the first record."""
        batches = self._consumer.poll(int(timeout * 1000), max_records=10_000)
        return [TailedRecord(at.topic, record.value) for at, records in batches.items() for record in records]

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
