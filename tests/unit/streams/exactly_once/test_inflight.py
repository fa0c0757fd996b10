"""In-flight offsets: up to which offset every record is done."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.exactly_once.inflight import InflightOffsets


@given(st.permutations(range(12)))
def test_nothing_unfinished_is_passed(order: list[int]) -> None:
    """In whatever order records finish, the offset reached has nothing unfinished below it."""
    open_: InflightOffsets[str] = InflightOffsets()
    for offset in range(12):
        open_.add("p", offset)
    finished: set[int] = set()
    reached = -1
    for offset in order:
        finished.add(offset)
        moved = open_.complete("p", offset)
        reached = reached if moved is None else moved
        assert all(below in finished for below in range(reached + 1))
        assert reached + 1 not in finished
    assert (reached, len(open_)) == (11, 0)


def test_a_record_taken_twice_must_finish_once() -> None:
    """A redelivered record is one offset: the first to finish it lets the partition go on."""
    open_: InflightOffsets[str] = InflightOffsets()
    open_.add("p", 3)
    open_.add("p", 3)
    assert open_.complete("p", 3) == 3
    assert len(open_) == 0


def test_forgetting_leaves_nothing() -> None:
    """After a new dealing a late finish moves nothing."""
    open_: InflightOffsets[str] = InflightOffsets()
    open_.add("p", 3)
    open_.reset()
    assert open_.complete("p", 3) is None
    assert len(open_) == 0
