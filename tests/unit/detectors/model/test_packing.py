"""Packed columns of integers: what is read back is what was packed, and damage is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.model.packing import pack_column, pack_columns, unpack_column, unpack_columns

INTEGERS = st.integers(-(1 << 62), (1 << 63) - 1)


@given(st.lists(INTEGERS | st.integers(-3, 3), max_size=80))
def test_a_column_is_read_back(values: list[int]) -> None:
    """Whatever its values are: none, all zero, mostly zero, negative."""
    assert unpack_column(pack_column(values), len(values)) == values


def test_columns_take_what_their_largest_values_need() -> None:
    """One byte a value below 256, two below 65,536, a bit for each zero of a column of zeros."""
    sizes = [len(column) for column in pack_columns([[255] * 100, [65_535] * 100, [0] * 100, [7] + [0] * 99])]
    assert sizes == [101, 201, 1, 1 + 13 + 1]
    assert unpack_columns(pack_columns([[1, 2], [3, 4]]), 2) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("packed", [b"\x02\x01", b"\x0f" + bytes(30), b"\x41\xff\x07", b"\x01\x01\x02\x03"])
def test_damaged_columns_are_refused(packed: bytes) -> None:
    """Too short, too long, or of more values than there are."""
    with pytest.raises(ValueError, match="column"):
        unpack_column(packed, 2)
