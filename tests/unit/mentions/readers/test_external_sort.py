"""Is what goes by way of the disk the same, in the same order?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.readers import external_sort
from mentions.readers.external_sort import DiskBuffer
from mentions.readers.position import START, Line, RejectedLine
from mentions.readers.sorting import sort_by_time

if TYPE_CHECKING:
    import pytest

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=60)


@settings(deadline=None)
@given(PAIRS, st.integers(1, 7))
def test_sorted_by_portions_is_sorted(pairs: list[tuple[int, int]], portion: int) -> None:
    """By the key, and equal ones as they come, however many portions there are."""
    found = external_sort.sort(pairs, tuple[int, int], lambda pair: pair[0], lambda _pair: 1, portion)
    assert list(found) == sorted(pairs, key=lambda pair: pair[0])


def test_many_portions_are_merged_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are never more files open than MERGED, and equal records keep their order."""
    monkeypatch.setattr(external_sort, "MAX_MERGED_RUNS", 3)
    pairs = [(number % 4, number) for number in range(100)]
    assert list(external_sort.sort(pairs, tuple[int, int], lambda pair: pair[0], lambda _pair: 1, 2)) == sorted(pairs)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300_000), max_size=6))
def test_a_spool_is_read_as_often_as_it_takes(records: list[bytes]) -> None:
    """Records longer than a block included."""
    spool: DiskBuffer[bytes] = DiskBuffer(bytes, records)
    assert list(spool) == list(spool) == records


def test_lines_keep_all_they_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line and a refused one come back from the disk as they were; what is no mention comes first."""
    monkeypatch.setattr(external_sort.sort, "__defaults__", (1,))
    text = '{{"id": "{0}", "brand": "Brisela", "channel": "forum", "text": "hello", "published_at": {0}}}'
    lines = [Line(n, text.format(1_700_000_000_000 - n).encode(), START) for n in (1, 2, 3)]
    refused = RejectedLine(4, b"\xff", ("record: no",), START)
    assert list(sort_by_time([*lines, refused])) == [refused, *reversed(lines)]
