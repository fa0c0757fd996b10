"""Fetch batches: one event of many records, in order, none lost, fair between topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.exactly_once import fetch_batches
from streams.exactly_once.fetch_batches import FetchBatchScheduler, cut

if TYPE_CHECKING:
    import pytest


def record(topic: str, offset: int, size: int = 10) -> Any:
    """Return a record as aiokafka hands it over."""
    return ConsumerRecord(topic, 0, offset, 1_700_000_000_000, 0, b"key", bytes(size), None, 3, size, (("h", b"1"),))


def test_an_event_holds_all_that_was_fetched_of_a_partition() -> None:
    """Its value is the records, its offset the last one's; other topics are read record by record."""
    scheduler = FetchBatchScheduler.of(["mentions"])()
    fetched = {
        TP("mentions", 0): [record("mentions", offset) for offset in (4, 5, 6)],
        TP("changelog", 0): [record("changelog", offset) for offset in (1, 2)],
    }
    events = list(scheduler.iterate(fetched))
    (ours,) = [event for tp, event in events if tp.topic == "mentions"]
    assert (ours.offset, ours.value, ours.key, ours.headers) == (6, fetched[TP("mentions", 0)], None, ())
    assert [event.value for tp, event in events if tp.topic == "changelog"] == [bytes(10), bytes(10)]


def test_topics_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partition with a large backlog does not hold up the others: parts of each come in turn."""
    monkeypatch.setattr(fetch_batches, "MAX_RECORDS", 2)
    scheduler = FetchBatchScheduler.of(["mentions", "scored"])()
    fetched = {
        TP("mentions", 0): [record("mentions", offset) for offset in range(6)],
        TP("scored", 0): [record("scored", 0)],
    }
    assert [tp.topic for tp, _ in scheduler.iterate(fetched)] == ["mentions", "scored", "mentions", "mentions"]


@given(st.lists(st.integers(0, 700_000), max_size=30))
def test_parts_hold_every_record_in_order_within_the_bounds(sizes: list[int]) -> None:
    """No part is over a megabyte, save a single large record, and together they are what was fetched."""
    records = [record("mentions", offset, size) for offset, size in enumerate(sizes)]
    parts = list(cut(records))
    assert [one for part in parts for one in part] == records
    for part in parts:
        assert len(part) == 1 or sum(len(one.value or b"") for one in part) <= fetch_batches.MAX_BYTES
