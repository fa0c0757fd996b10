"""Segments of recent posts as they are stored: columns of consecutive posts, and the open segment with the whole."""

from __future__ import annotations

from array import array
from typing import Final

import msgspec

from detectors.model.packing import unpack_column

TYPES: Final = "IIIIbhBI"
"""Of the columns of a post."""


class Segment(msgspec.Struct, array_like=True):
    """Stored form of consecutive posts."""

    first: int  # sequence number
    columns: list[bytes]  # as `pack_column` packs them, arrays where there is no `length`: in the open segment
    names: dict[int, str]  # sequence number → name
    length: int | None = None


class Tail(msgspec.Struct, array_like=True):
    """Stored form of the open segment, with what is known of the whole."""

    oldest: int
    last: int
    minute: int
    taken: int
    latest: int
    segment: Segment


def decode_segment(raw: bytes) -> object:
    """Return a stored segment, to see whether it can be read.

    Raises:
        msgspec.DecodeError, ValueError: it is none.
    """
    stored = msgspec.msgpack.decode(raw, type=Segment)
    lengths = set(map(len, columns_of(stored)))
    if len(lengths) != 1:
        raise ValueError(f"a segment of posts with columns of {sorted(lengths)} rows")
    return stored


def columns_of(segment: Segment) -> list[array[int]]:
    """Return the columns of a stored segment."""
    columns = [array(kind) for kind in TYPES]
    for column, raw in zip(columns, segment.columns, strict=True):
        if segment.length is None:
            column.frombytes(raw)
        else:
            column.extend(unpack_column(raw, segment.length))
    return columns
