"""The completion latch calls back once, after every part and after the block that begins them."""

from __future__ import annotations

import pytest

from streams.exactly_once.completion import CompletionLatch


def test_it_calls_back_once_when_every_part_is_done() -> None:
    """A part that is finished twice counts once."""
    done: list[int] = []
    with CompletionLatch(lambda: done.append(1)) as latch:
        first, second = latch.part(), latch.part()
        first()
        first()
    assert not done
    second()
    second()
    assert done == [1]


def test_it_is_not_done_inside_the_block_that_begins_its_parts() -> None:
    """A part that is finished at once does not complete work whose next part is not begun yet."""
    done: list[int] = []
    with CompletionLatch(lambda: done.append(1)) as latch:
        latch.part()()
        assert not done
        last = latch.part()
    assert not done
    last()
    assert done == [1]


def test_a_part_may_begin_further_parts() -> None:
    """What follows from a part belongs to the work, as long as it begins before the part is finished."""
    done: list[int] = []
    with CompletionLatch(lambda: done.append(1)) as latch:
        check = latch.part()
    send = latch.part()
    check()
    assert not done
    send()
    assert done == [1]


def test_work_without_parts_is_done_at_once() -> None:
    """Nothing is waited for."""
    done: list[int] = []
    with CompletionLatch(lambda: done.append(1)):
        pass
    assert done == [1]


def test_work_that_could_not_be_handed_over_is_never_done() -> None:
    """An error inside the block leaves the latch open, so that the record is read again."""
    done: list[int] = []

    def hand_over() -> None:
        with CompletionLatch(lambda: done.append(1)) as latch:
            latch.part()()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        hand_over()
    assert not done
