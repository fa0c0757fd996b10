"""Record batches as they are on the wire and in the journal: header, offsets, keys (format v2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatch

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_BASE_OFFSET: Final = struct.Struct(">q")
_LENGTH_ENDS_AT: Final = 12
_MAGIC: Final = 2

HEADER_BYTES: Final = _HEADER.size


class BatchHeader(NamedTuple):
    """What the broker needs to know of a batch."""

    base_offset: int
    size: int  # bytes, with this header
    last_delta: int
    max_timestamp: int  # ms
    producer_id: int  # -1: not idempotent
    producer_epoch: int
    base_sequence: int

    @property
    def last_offset(self) -> int:
        """Return the offset of the last record."""
        return self.base_offset + self.last_delta

    @property
    def last_sequence(self) -> int:
        """Return the producer's number of the last record."""
        return self.base_sequence + self.last_delta


class RecordKey(NamedTuple):
    """One record of a batch, without its value."""

    offset: int
    timestamp: int  # ms
    key: bytes | None
    is_tombstone: bool


class InvalidBatchError(Exception):
    """The bytes are no batch of format v2."""


def read_header(raw: bytes | memoryview) -> BatchHeader:
    """Return the header of a batch.

    Raises:
        InvalidBatchError: the bytes are no batch of format v2, or are cut off.
    """
    if len(raw) < HEADER_BYTES:
        raise InvalidBatchError(f"{len(raw)} bytes, where a header alone has {HEADER_BYTES}")
    base, length, _, magic, _, _, last_delta, _, max_timestamp, producer, epoch, sequence, _ = _HEADER.unpack_from(raw)
    if magic != _MAGIC:
        raise InvalidBatchError(f"record format v{magic}, where v{_MAGIC} is the only one")
    return BatchHeader(base, length + _LENGTH_ENDS_AT, last_delta, max_timestamp, producer, epoch, sequence)


def with_base_offset(raw: bytes, offset: int) -> bytes:
    """Return the batch as it is stored from `offset` on; its checksum does not cover the offset."""
    return _BASE_OFFSET.pack(offset) + raw[_BASE_OFFSET.size :]


def record_keys(raw: bytes) -> Iterator[RecordKey]:
    """Return the records of a batch in order."""
    for record in DefaultRecordBatch(raw):
        yield RecordKey(record.offset, record.timestamp, record.key, record.value is None)
