"""Fenced values: the newer of two stored states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.exactly_once.fencing import FencedValue, FencedVersion, apply, decode, newer

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


GOOD = FencedValue(FencedVersion(3, 10), 2, b"good").encode()


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        (None, GOOD),
        (b"acme", b"short"),
        (b"acme", FencedValue(FencedVersion(9, 9), 3, b"of another partition").encode()),
        (b"acme", FencedValue(FencedVersion(2**32 - 1, 9), 2, b"no epoch").encode()),
    ],
)
def test_a_record_that_cannot_be_read_leaves_the_last_good_value(key: bytes | None, raw: bytes) -> None:
    """It has no key, no header, or a header that no owner of the partition writes; the reason names it."""
    table = {b"acme": GOOD}
    assert apply(table, key, raw, 2)
    assert table == {b"acme": GOOD}


def test_a_good_record_replaces_and_none_removes() -> None:
    """As in any compacted topic, but the newest version wins."""
    newest, table = FencedValue(FencedVersion(4, 1), 2, b"newest").encode(), {b"acme": GOOD}
    assert not apply(table, b"acme", newest, 2)
    assert not apply(table, b"acme", GOOD, 2)
    assert table == {b"acme": newest}
    assert not apply(table, b"acme", None, 2)
    assert not table
