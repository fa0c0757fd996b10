"""Fenced values: a header on each stored value by which recovery rejects what a zombie worker wrote.

A worker that was paused while its partitions moved (a zombie) may still write its old state into the changelog. Each
new owner of a partition therefore writes under an epoch one above the highest it recovered, and recovery keeps, for
each key, the value with the highest (epoch, number). See docs/adr/0003-exact-counts.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

MAX_EPOCH: Final = 1 << 31
"""No partition has so many owners: a header with more is none."""

_HEADER: Final = struct.Struct(">IqH")


@dataclass(frozen=True, order=True)
class FencedVersion:
    """Order of the writes of one key: `epoch` counts owners, `number` the inputs applied (an offset, or a count)."""

    epoch: int
    number: int


@dataclass(frozen=True)
class FencedValue:
    """A stored value: its version, the partition it belongs to, and the payload."""

    version: FencedVersion
    partition: int
    payload: bytes

    def encode(self) -> bytes:
        """Return header and payload as one value.

        >>> value = FencedValue(FencedVersion(2, 41), 3, b"state")
        >>> decode(value.encode()) == value
        True
        """
        return _HEADER.pack(self.version.epoch, self.version.number, self.partition) + self.payload


def decode(raw: bytes) -> FencedValue:
    """Return the value that `Versioned.encode` wrote.

    Raises:
        ValueError: the value is shorter than a header.
    """
    if len(raw) < _HEADER.size:
        message = f"a stored state of {len(raw)} bytes has no header: was it written by another program?"
        raise ValueError(message)
    epoch, number, partition = _HEADER.unpack_from(raw)
    return FencedValue(FencedVersion(epoch, number), partition, raw[_HEADER.size :])


def apply(table: MutableMapping[bytes, bytes], key: bytes | None, raw: bytes | None, partition: int) -> str:
    """Apply a record of a changelog's partition to the newest values; return why it cannot be read, "" if it was.

    A record that cannot be read changes nothing: the last good value stays.
    """
    if key is None:
        return "it has no key"
    if raw is None:
        table.pop(key, None)
        return ""
    try:
        value = decode(raw)
    except ValueError as error:
        return str(error)
    if value.partition != partition or value.version.epoch > MAX_EPOCH:
        return "its header is of another partition: was it written by another program?"
    table[key] = newer(table.get(key), raw)
    return ""


def newer(old: bytes | None, new: bytes) -> bytes:
    """Return the newer of two stored values; the later one in the log wins a tie."""
    if old is None or decode(new).version >= decode(old).version:
        return new
    return old
