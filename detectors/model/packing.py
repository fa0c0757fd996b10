"""Stored form of columns of integers: byte planes, as many as the largest value needs, which compress best."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_KINDS: Final = "BHIQ"
"""Array types of 1, 2, 4 and 8 bytes."""

_SIGNED: Final = 0x80
"""In the first byte of a column that has negative values."""

_SPARSE: Final = 0x40
"""In the first byte of a column most of whose values are zero."""

_COUNT: Final = 0x0F
"""What the first byte says of the number of planes."""


def pack_column(values: Sequence[int]) -> bytes:
    """Return integers of at most 63 bits as bytes: how many planes, then their lowest bytes, the next ones, and so on.

    Where most are zero, a bit each says which are not, and the planes hold these alone.

    >>> pack_column([1, 300, 2]).hex(" "), pack_column([1, -2]).hex(" "), pack_column([0, 0, 0, 7, 0]).hex(" ")
    ('02 01 2c 02 00 01 00', '81 02 03', '41 08 07')
    >>> unpack_column(pack_column([1, 300, -2]), 3), unpack_column(pack_column([0, 0, 0, 7, 0]), 5)
    ([1, 300, -2], [0, 0, 0, 7, 0])
    """
    signed, places = 0, b""
    if values and min(values) < 0:
        signed, values = _SIGNED, [value << 1 if value >= 0 else ~value << 1 | 1 for value in values]
    count = (max(values, default=0).bit_length() + 7) // 8
    if not count:
        return bytes([signed])
    if 2 * values.count(0) > len(values):
        bits = int("".join(["1" if value else "0" for value in reversed(values)]), 2)
        places, values = bits.to_bytes((len(values) + 7) // 8, "little"), [value for value in values if value]
        signed |= _SPARSE
    columns = array(_KINDS[(count - 1).bit_length()], values)
    raw = columns.tobytes()
    return b"".join([bytes([signed | count]), places, *(raw[place :: columns.itemsize] for place in range(count))])


def unpack_column(packed: bytes, length: int) -> list[int]:
    """Return the `length` integers that `pack_column` took.

    Raises:
        ValueError: the bytes are no such column.
    """
    count, raw = packed[0] & _COUNT, packed[1:]
    if not packed[0] & _SPARSE:
        return _unpack_planes(raw, count, length, signed=packed[0] & _SIGNED)
    places, raw = raw[: (length + 7) // 8], raw[(length + 7) // 8 :]
    bits = format(int.from_bytes(places, "little"), f"0{length}b")[::-1]
    values = iter(_unpack_planes(raw, count, bits.count("1"), signed=packed[0] & _SIGNED))
    if len(bits) > length:
        raise ValueError(f"a column of {length} places names {len(bits)}")
    return [next(values) if bit == "1" else 0 for bit in bits]


def _unpack_planes(raw: bytes, count: int, length: int, *, signed: int) -> list[int]:
    if count > 8 or len(raw) != count * length:  # noqa: PLR2004  bytes of the largest
        raise ValueError(f"a column of {len(raw)} bytes is no {count} planes of {length}")
    if not raw:
        return [0] * length
    planes = [raw[start : start + length] for start in range(0, len(raw), length)]
    columns = array(_KINDS[(count - 1).bit_length()])
    planes += [bytes(length)] * (columns.itemsize - count)
    columns.frombytes(bytes(chain.from_iterable(zip(*planes, strict=True))))
    return [value >> 1 ^ -(value & 1) for value in columns] if signed else columns.tolist()


def pack_columns(columns: Iterable[Sequence[int]]) -> list[bytes]:
    """Return several columns of equal length, each as `pack_column`."""
    return [pack_column(column) for column in columns]


def unpack_columns(packed: Iterable[bytes], length: int) -> list[list[int]]:
    """Return the columns of so many integers that `pack_columns` took."""
    return [unpack_column(column, length) for column in packed]
