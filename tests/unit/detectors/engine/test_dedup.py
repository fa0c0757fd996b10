"""Is the memory of ids exact, bounded, and the same after a restart?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from detectors.engine import dedup as module
from detectors.engine.dedup import SEALED_AT, DedupWindow, pack
from detectors.engine.edits.revisions import FIGURES, Figures

if TYPE_CHECKING:
    import pytest

ARRIVALS = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 60)), max_size=30)


def filled(arrivals: list[tuple[int, int]]) -> tuple[DedupWindow, dict[int, int]]:
    """Return a memory fed `count` new ids after so many minutes each time, and the minute of each id."""
    seen, minute, number = DedupWindow(), 0, 0
    met: dict[int, int] = {}
    for count, wait in arrivals:
        minute += wait
        ids = list(range(number, number + count))
        seen.add(ids, minute)
        met |= dict.fromkeys(ids, minute)
        number += count
    return seen, met


def stored(seen: DedupWindow, table: dict[int, bytes]) -> DedupWindow:
    """Return the memory as storage would give it back."""
    for number, segment in seen.seal().items():
        if segment is None:
            table.pop(number, None)
        else:
            table[number] = segment
    return DedupWindow.restore(seen.oldest, seen.last, pack(seen.segments[seen.last]), table)


@given(ARRIVALS, st.integers(0, 2000))
def test_exactly_the_ids_within_the_horizon_are_known(arrivals: list[tuple[int, int]], horizon: int) -> None:
    """After forgetting what was met before a minute, what was met from then on is known and nothing else."""
    seen, met = filled(arrivals)
    seen.expire(horizon)
    assert seen.known == {number for number, minute in met.items() if minute >= horizon}


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 60), st.booleans()), max_size=20))
def test_storing_at_any_time_changes_nothing(steps: list[tuple[int, int, bool]]) -> None:
    """A memory stored and read back after some steps knows what one that was never stored knows."""
    whole, parts = DedupWindow(), DedupWindow()
    table: dict[int, bytes] = {}
    minute = number = 0
    for count, wait, restart in steps:
        minute += wait
        for seen in (whole, parts):
            seen.add(list(range(number, number + count)), minute)
            seen.expire(minute - 60)
        number += count
        parts = stored(parts, table) if restart else parts
        assert parts.known == whole.known
        assert parts.oldest == whole.oldest


def test_a_full_segment_is_written_once() -> None:
    """It is handed to storage when it is full, not again, and as a deletion when it is forgotten."""
    seen = DedupWindow()
    seen.add(list(range(SEALED_AT)), 5)
    assert list(seen.seal()) == [0]
    seen.add([999], 6)
    assert seen.seal() == {}
    seen.expire(6)
    assert seen.seal() == {0: None}


def test_ids_are_stored_in_eight_bytes() -> None:
    """A full segment takes little more than eight bytes an id."""
    seen = DedupWindow()
    seen.add([2**62 + n for n in range(1000)], 28_000_000)
    segment = seen.seal()[0]
    assert segment is not None
    assert len(segment) < 8 * 1000 + 40


def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded; exactly the newest ids are kept."""
    monkeypatch.setattr(module, "MAX_IDS", 1000)
    seen, _ = filled([(700, 0), (700, 0), (50, 1)])
    assert seen.known == set(range(450, 1450))
    assert len(seen.segments[0].ids) <= 1450


def test_a_segment_of_a_lost_write_is_ignored() -> None:
    """A segment stored for a core that never was does not make redelivered rows look like duplicates."""
    seen, _ = filled([(10, 0)])
    before = seen.oldest, seen.last, pack(seen.segments[seen.last])
    seen.add(list(range(10, 500)), 1)
    table = {number: raw for number, raw in seen.seal().items() if raw is not None}
    assert DedupWindow.restore(*before, table).known == set(range(10))


def test_an_older_minute_is_taken_for_the_latest() -> None:
    """An id that arrives behind the others is remembered as long as they are, also across a stored segment."""
    seen, _ = filled([(200, 50)])
    seen.seal()
    seen.add([999], 20)
    seen.expire(50)
    assert len(seen.known) == 201
    assert DedupWindow.restore(seen.oldest, 0, pack(seen.segments[0]), {}).latest == 50


def test_ids_that_a_wrong_clock_took_ahead_are_met_now_and_the_others_when_they_were() -> None:
    """After mending the horizon forgets what is old as before, and nothing for ever."""
    seen = DedupWindow()
    for minute in (5, 40, 5_000):
        seen.add([minute], minute)
    seen.mend(50)
    assert seen.first_minute == 5
    seen.expire(45)
    assert seen.known == {5_000}
    seen.expire(51)
    assert seen.known == set()


def test_beyond_its_capacity_the_memory_forgets_the_oldest_and_drops_no_new_mention() -> None:
    """A batch larger than what is left counts each id once."""
    seen = DedupWindow(capacity=3)
    assert seen.check([1, 2], 0) == [0, 1]
    assert seen.check([2, 3, 4, 5, 4], 1) == [1, 2, 3]
    assert seen.known == {3, 4, 5}


def test_what_is_in_no_minute_cannot_be_taken_out_of_one() -> None:
    """A mention that came too late to be counted is not subtracted when it is edited."""
    seen = DedupWindow()
    seen.add([7, 8], 5)
    seen.describe(bytearray(2 * FIGURES.size))
    seen.mark_not_counted(-1)
    assert seen.minute_of(7) is not None
    assert seen.minute_of(8) is None


def test_an_edit_of_what_is_stored_already_is_stored_again() -> None:
    """Else a restart would count it as it was before."""
    seen = DedupWindow()
    seen.add(list(range(SEALED_AT)), 5)
    seen.describe(bytearray(SEALED_AT * FIGURES.size))
    (full,) = seen.seal()
    assert seen.seal() == {}
    assert seen.replace(3, Figures.unpacked(5, 0)) is not None
    assert list(seen.seal()) == [full]
