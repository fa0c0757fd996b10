"""Up to where is each partition done, and does the next record follow?"""

from __future__ import annotations

import pytest

from streams.exactly_once.offsets import Follows, Positions


@pytest.fixture
def positions() -> Positions[str]:
    """Return an account with offsets 5 and 6 of partition p seen."""
    account: Positions[str] = Positions()
    account.expect("p", 5)
    assert account.follows("p", 5) is Follows.NEXT
    assert account.follows("p", 6) is Follows.NEXT
    return account


def test_what_was_taken_is_known_again(positions: Positions[str]) -> None:
    """A partition sought back further than needed repeats itself, which changes nothing in what is expected."""
    assert positions.follows("p", 5) is Follows.REPEATED
    assert positions.follows("p", 6) is Follows.REPEATED
    assert positions.follows("p", 7) is Follows.NEXT


def test_a_gap_at_the_very_beginning_is_a_gap() -> None:
    """A partition's first record after a dealing must be the one that the group has committed up to."""
    account: Positions[str] = Positions()
    account.expect("p", 47)
    assert account.follows("p", 48) is Follows.GAP
    assert account.follows("p", 47) is Follows.NEXT
    assert account.follows("p", 48) is Follows.NEXT


def test_a_gap_is_read_again(positions: Positions[str]) -> None:
    """Missing offsets ask for a second reading; what was fetched meanwhile is let go; then all goes on."""
    assert positions.follows("p", 9) is Follows.GAP
    assert positions.follows("p", 10) is Follows.STALE
    assert positions.follows("p", 7) is Follows.NEXT
    assert positions.follows("p", 8) is Follows.NEXT
    assert positions.follows("p", 9) is Follows.NEXT


def test_a_gap_that_stays_is_confirmed(positions: Positions[str]) -> None:
    """Transaction markers take offsets: what is missing at the second reading too is passed over."""
    assert positions.follows("p", 9) is Follows.GAP
    assert positions.follows("p", 10) is Follows.STALE
    assert positions.follows("p", 9) is Follows.CONFIRMED_GAP
    assert positions.follows("p", 10) is Follows.NEXT


def test_a_second_gap_is_suspected_anew(positions: Positions[str]) -> None:
    """A confirmed gap does not excuse the next one."""
    positions.follows("p", 9)
    positions.follows("p", 9)
    assert positions.follows("p", 12) is Follows.GAP


def test_partitions_do_not_matter_to_each_other(positions: Positions[str]) -> None:
    """Each partition has its own account."""
    assert positions.follows("q", 40) is Follows.NEXT
    assert positions.follows("p", 7) is Follows.NEXT


def test_only_what_moved_is_committed(positions: Positions[str]) -> None:
    """The offset to commit is the one after the last done, and is committed once."""
    assert positions.uncommitted() == {}
    positions.finish("p", 6)
    assert positions.uncommitted() == {"p": 7}
    positions.committed({"p": 7})
    assert positions.uncommitted() == {}
    positions.finish("p", 5)
    assert positions.uncommitted() == {}, "a commit never goes back"


def test_everything_is_forgotten(positions: Positions[str]) -> None:
    """After a new dealing nothing is expected and nothing is done."""
    positions.follows("p", 9)
    positions.finish("p", 6)
    positions.forget()
    assert positions.uncommitted() == {}
    assert positions.expected("p") is None
    assert positions.done("p") is None
    assert positions.follows("p", 30) is Follows.NEXT
