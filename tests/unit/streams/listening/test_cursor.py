"""Is a cursor read back as it was kept, and does it find what was sent before a crash?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.budget import Spending, Used
from streams.kafka.reader import Record
from streams.listening.cursor import Cursor, decode, recover

TEXT = st.text(max_size=8)
JSON = st.dictionaries(TEXT, st.none() | st.integers(-(2**53), 2**53) | TEXT, max_size=3)
USED = st.builds(Used, *[st.integers(0, 2**53)] * 4)
CURSORS = st.builds(
    Cursor,
    position=JSON,
    seen=st.lists(st.tuples(TEXT, st.integers(0, 2**63 - 1)), max_size=4),
    pending=st.lists(TEXT, max_size=4),
    next_offset=st.integers(0, 2**62),
    spending=st.builds(Spending, USED, USED),
    last_news=st.integers(0, 2**53),
    usual_gap=st.floats(0, 1e9),
    gaps=st.integers(0, 10**6),
)


@given(CURSORS)
def test_what_is_kept_comes_back(cursor: Cursor) -> None:
    """All of it."""
    assert decode(msgspec.json.encode(cursor)) == cursor


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b'{"seen": 1}', b'{"seen": [["a"]]}', b"\xff", b'{"pending": [1]}']
)
def test_what_is_no_cursor_is_none(raw: bytes) -> None:
    """The source is then read from the present."""
    assert decode(raw) is None


def test_a_cursor_of_an_older_version_is_read() -> None:
    """What it lacks is as at the start."""
    assert decode(b'{"position": {"last": 3}, "future": true}') == Cursor(position={"last": 3})


def record(offset: int, key: str, value: str) -> Record:
    """Return a record of `mentions`."""
    return Record(0, offset, 0, key.encode(), value.encode())


def test_what_was_sent_is_no_longer_pending() -> None:
    """Of this source, from its offset on, each once; the rest is to be sent."""
    cursor = Cursor(pending=["a", "b", "b", "c"], next_offset=10)
    others = Cursor(pending=["a"], next_offset=11)
    log = [
        record(9, "here", "c"),
        record(10, "here", "a"),
        record(11, "there", "b"),
        record(12, "here", "b"),
        record(13, "else", "c"),
    ]
    recover({"here": cursor, "there": others}, log)

    assert (cursor.pending, cursor.next_offset) == (["b", "c"], 13)
    assert others.pending == ["a"]


def test_records_that_are_none_of_ours_are_passed_over() -> None:
    """Tombstones, keys that are no text."""
    cursor = Cursor(pending=["a"])
    recover(
        {"here": cursor},
        [Record(0, 1, 0, None, None), Record(0, 2, 0, b"\xff", b"\xff"), Record(0, 3, 0, b"here", None)],
    )

    assert cursor.pending == ["a"]
