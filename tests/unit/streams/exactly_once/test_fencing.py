"""Fenced values: the newer of two stored states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.exactly_once.fencing import FencedValue, FencedVersion, decode, newer

versioned = st.builds(
    FencedValue,
    st.builds(FencedVersion, st.integers(0, 2**32 - 1), st.integers(-1, 2**62)),
    st.integers(0, 65_535),
    st.binary(max_size=40),
)


@given(versioned)
def test_decoding_is_the_inverse(value: FencedValue) -> None:
    """What is encoded is decoded, whatever the payload."""
    assert decode(value.encode()) == value


@given(versioned, versioned)
def test_the_newer_version_wins_in_either_order(one: FencedValue, other: FencedValue) -> None:
    """Whatever the order in the log, recovery ends with the highest (epoch, number)."""
    highest = max(one.version, other.version)
    assert decode(newer(one.encode(), other.encode())).version == highest
    assert decode(newer(other.encode(), one.encode())).version == highest


def test_a_zombies_write_loses() -> None:
    """An owner of an older epoch loses, however much it had applied."""
    owner, zombie = FencedValue(FencedVersion(3, 10), 0, b"owner"), FencedValue(FencedVersion(2, 99), 0, b"zombie")
    assert newer(owner.encode(), zombie.encode()) == owner.encode()


def test_a_later_write_of_the_same_version_wins() -> None:
    """A tie goes to the log's order."""
    first, second = FencedValue(FencedVersion(1, 1), 0, b"first"), FencedValue(FencedVersion(1, 1), 0, b"second")
    assert newer(first.encode(), second.encode()) == second.encode()


def test_a_foreign_value_is_named() -> None:
    """A value without a header is refused in words."""
    with pytest.raises(ValueError, match="3 bytes has no header"):
        decode(b"abc")
