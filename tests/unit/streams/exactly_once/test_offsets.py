"""Offset tracker: processed offsets, gaps and repetitions."""

from __future__ import annotations

import pytest

from streams.exactly_once.offsets import OffsetCheck, OffsetTracker


@pytest.fixture
def positions() -> OffsetTracker[str]:
    """Return an account with offsets 5 and 6 of partition p seen."""
    account: OffsetTracker[str] = OffsetTracker()
    account.expect("p", 5)
    assert account.check("p", 5) is OffsetCheck.NEXT
    assert account.check("p", 6) is OffsetCheck.NEXT
    return account


def test_what_was_taken_is_known_again(positions: OffsetTracker[str]) -> None:
    """A partition sought back further than needed repeats itself, which changes nothing in what is expected."""
    assert positions.check("p", 5) is OffsetCheck.REPEATED
    assert positions.check("p", 6) is OffsetCheck.REPEATED
    assert positions.check("p", 7) is OffsetCheck.NEXT


def test_a_gap_at_the_very_beginning_is_a_gap() -> None:
    """A partition's first record after a dealing must be the one that the group has committed up to."""
    account: OffsetTracker[str] = OffsetTracker()
    account.expect("p", 47)
    assert account.check("p", 48) is OffsetCheck.GAP
    assert account.check("p", 47) is OffsetCheck.NEXT
    assert account.check("p", 48) is OffsetCheck.NEXT


def test_a_gap_is_read_again(positions: OffsetTracker[str]) -> None:
    """Missing offsets ask for a second reading; what was fetched meanwhile is let go; then all goes on."""
    assert positions.check("p", 9) is OffsetCheck.GAP
    assert positions.check("p", 10) is OffsetCheck.STALE
    assert positions.check("p", 7) is OffsetCheck.NEXT
    assert positions.check("p", 8) is OffsetCheck.NEXT
    assert positions.check("p", 9) is OffsetCheck.NEXT


def test_a_gap_that_stays_is_confirmed(positions: OffsetTracker[str]) -> None:
    """Transaction markers take offsets: what is missing at the second reading too is passed over."""
    assert positions.check("p", 9) is OffsetCheck.GAP
    assert positions.check("p", 10) is OffsetCheck.STALE
    assert positions.check("p", 9) is OffsetCheck.CONFIRMED_GAP
    assert positions.check("p", 10) is OffsetCheck.NEXT


def test_a_second_gap_is_suspected_again(positions: OffsetTracker[str]) -> None:
    """A confirmed gap does not excuse the next one."""
    positions.check("p", 9)
    positions.check("p", 9)
    assert positions.check("p", 12) is OffsetCheck.GAP


def test_partitions_do_not_matter_to_each_other(positions: OffsetTracker[str]) -> None:
    """Each partition has its own account."""
    assert positions.check("q", 40) is OffsetCheck.NEXT
    assert positions.check("p", 7) is OffsetCheck.NEXT


def test_only_what_moved_is_committed(positions: OffsetTracker[str]) -> None:
    """The offset to commit is the one after the last done, and is committed once."""
    assert positions.uncommitted() == {}
    positions.mark_processed("p", 6)
    assert positions.uncommitted() == {"p": 7}
    positions.mark_committed({"p": 7})
    assert positions.uncommitted() == {}
    positions.mark_processed("p", 5)
    assert positions.uncommitted() == {}, "a commit never goes back"


def test_everything_is_forgotten(positions: OffsetTracker[str]) -> None:
    """After a new dealing nothing is expected and nothing is done."""
    positions.check("p", 9)
    positions.mark_processed("p", 6)
    positions.reset()
    assert positions.uncommitted() == {}
    assert positions.expected("p") is None
    assert positions.processed("p") is None
    assert positions.check("p", 30) is OffsetCheck.NEXT
