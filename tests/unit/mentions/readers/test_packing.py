"""How do single mentions become Kafka records?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.model.decode import WireMention, decode_record
from mentions.readers.packing import MAX_LINE, Limits, PackedRecord, pack
from mentions.readers.position import Line, Position, RejectedLine
from tests.support.mentions import ARRIVED, PUBLISHED, line

if TYPE_CHECKING:
    from collections.abc import Iterable


def _lines(*raws: bytes) -> list[Line]:
    return [Line(at + 1, raw, Position(at + 1, (at + 1) * 10)) for at, raw in enumerate(raws)]


def _packed(entries: Iterable[PackedRecord | RejectedLine]) -> list[PackedRecord]:
    return [entry for entry in entries if isinstance(entry, PackedRecord)]


def _ids(record: PackedRecord) -> list[str]:
    return [entry.id for entry in decode_record(record.value, None) if isinstance(entry, WireMention)]


sent = st.lists(
    st.one_of(
        st.builds(
            lambda brand, length: line(brand=brand, text="x" * length), st.sampled_from("ab"), st.integers(0, 200)
        ),
        st.sampled_from([b"x", b"{}", line(channel="")]),
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(sent, st.integers(1, 7), st.integers(1, 800))
def test_nothing_is_lost_doubled_or_reordered(raws: list[bytes], mentions: int, size: int) -> None:
    """Every line is once in a record or once refused; records keep the order and their limits."""
    lines = _lines(*raws)
    entries = list(pack(lines, Limits(mentions, size)))
    records = _packed(entries)
    refused = [entry for entry in entries if isinstance(entry, RejectedLine)]
    good = [one.raw for one in lines if one.raw not in {entry.raw for entry in refused}]
    assert [raw for record in records for raw in record.value.split(b"\n")] == good
    assert len(good) + len(refused) == len(raws)
    assert all(record.mentions <= mentions for record in records)
    assert all(len(record.value) <= size or record.mentions == 1 for record in records)


@settings(max_examples=100, deadline=None)
@given(sent, st.integers(1, 7), st.data())
def test_going_on_after_any_record_sends_the_rest(raws: list[bytes], mentions: int, data: st.DataObject) -> None:
    """Packing again from where a record ended gives exactly the mentions that were not yet in a record."""
    lines = _lines(*raws)
    records = _packed(pack(lines, Limits(mentions)))
    done = data.draw(st.integers(0, len(records)))
    following = records[done - 1].next_position if done else Position()
    rest = _packed(pack(lines[following.lines :], Limits(mentions)))
    values = [raw for record in records[done:] for raw in record.value.split(b"\n")]
    assert [raw for record in rest for raw in record.value.split(b"\n")] == values


def test_a_record_of_one_brand_is_keyed_by_it() -> None:
    """The key is the brand where all mentions name the same, and none where they differ or name none."""
    one, mixed, none = (
        _packed(pack(_lines(*(line(brand=brand) for brand in brands))))[0]
        for brands in (["Crème", "Crème"], ["a", "b"], [..., ...])
    )
    assert (one.key, mixed.key, none.key) == ("Crème".encode(), None, None)


def test_a_record_knows_its_event_time() -> None:
    """Earliest and latest are those of its mentions, for records that arrive as they were published."""
    (record,) = _packed(pack(_lines(*(line(published_at=PUBLISHED + off) for off in (5_000, 0, 9_000)))))
    assert (record.earliest, record.latest) == (PUBLISHED, PUBLISHED + 9_000)


def test_a_record_spans_a_limited_time() -> None:
    """A record holds mentions of one stretch of event time, counted from the epoch: here, of one minute."""
    start = -PUBLISHED % 60_000
    moments = [start, start + 59_999, start + 60_000, start + 61_000, start + 200_000]
    lines = _lines(*(line(id=str(off), published_at=PUBLISHED + off) for off in moments))
    assert [_ids(record) for record in pack(lines, Limits(span=60_000)) if isinstance(record, PackedRecord)] == [
        [str(moment) for moment in moments[:2]],
        [str(moment) for moment in moments[2:4]],
        [str(moments[4])],
    ]


def test_what_is_no_mention_is_refused_where_it_is() -> None:
    """A refusal has the line's number and bytes and the reasons that name the field, and comes at once."""
    entries = list(pack(_lines(line(), line(reach=-1), line())))
    refused = entries[0]
    assert refused == RejectedLine(2, line(reach=-1), ("reach: must be at least 0, got -1",), Position(2, 20))
    assert [record.mentions for record in _packed(entries)] == [2]


def test_what_the_reader_refused_is_passed_on() -> None:
    """A row that could not be read is reported like a mention that is none."""
    row = RejectedLine(2, b"x", ("line: 2 cells where the header has 4",), Position(2, 20))
    entries = list(pack([*_lines(line()), row]))
    assert entries[0] is row
    assert _packed(entries)[0].next_position == Position(2, 20)


@pytest.mark.parametrize(("arriving", "taken"), [(lambda: ARRIVED, False), (None, True)])
def test_the_clock_refuses_what_lies_ahead(arriving: object, *, taken: bool) -> None:
    """With a clock, mentions from its future are refused; without one, time is what the mentions say."""
    raw = line(published_at="2026-02-01T00:00:00Z")
    (entry,) = pack(_lines(raw), arriving=arriving)  # type: ignore[arg-type]
    assert isinstance(entry, PackedRecord) == taken


def test_a_line_no_broker_takes_is_refused() -> None:
    """A mention longer than a record may be is refused by its size; one just short of it stands alone."""
    long = line(text="x", query="y" * MAX_LINE)
    fitting = line(text="x", query="y" * (MAX_LINE - 200))
    entries = list(pack(_lines(line(), long, fitting)))
    assert [type(entry).__name__ for entry in entries] == ["RejectedLine", "PackedRecord", "PackedRecord"]
    assert isinstance(entries[0], RejectedLine)
    assert entries[0].reasons == (f"line: {len(long)} bytes: at most {MAX_LINE}",)
