"""Record batches as a producer would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.broker.log_store import LogStore

Pair = tuple[bytes | None, bytes | None]


def batch(*pairs: Pair, at: int = 1_000, producer: int = -1, sequence: int = -1) -> bytes:
    """Return a batch of keys and values, all of one instant (ms)."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=producer,
        producer_epoch=0 if producer >= 0 else -1,
        base_sequence=sequence,
        batch_size=1 << 20,
    )
    for offset, (key, value) in enumerate(pairs):
        builder.append(offset, at, key, value, [])
    return bytes(builder.build())


def records(store: LogStore, topic: str, partition: int = 0) -> list[tuple[int, bytes | None, bytes | None]]:
    """Return what consumers can read of a partition: offset, key and value."""
    log = store.topics[topic].partitions[partition]
    found: list[tuple[int, bytes | None, bytes | None]] = []
    for stored in log.from_offset(log.start):
        found += [(one.offset, one.key, one.value) for one in DefaultRecordBatch(store.read(stored))]
    return found


def latest(found: Iterable[tuple[int, bytes | None, bytes | None]]) -> dict[bytes | None, bytes]:
    """Return the latest value of each key, as a follower of a compacted topic sees it."""
    values: dict[bytes | None, bytes] = {}
    for _, key, value in found:
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    return values
