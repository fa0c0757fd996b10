"""Arrival of records: what a producer writes moves no time beyond the wall clock, and is reported once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from structlog.testing import capture_logs

from streams.agents import metrics
from streams.agents.arrival import ArrivalReader
from streams.clock import ArrivalClock
from streams.kafka.headers import ARRIVED_AT, READ_UP_TO
from streams.stages.event_time import MAX_SKEW

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW: Final = 1_790_000_000_000
HOUR: Final = 3_600_000


class Stopped:
    """A wall clock that stands at NOW."""

    def now(self) -> int:
        """Return NOW."""
        return NOW


@dataclass
class Arriving:
    """A record of `mentions`."""

    timestamp: int = NOW
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int = 3
    offset: int = 41
    topic: str = "mentions"
    key: bytes | None = None
    value: bytes | None = b"{}"


def header(name: str, at: int) -> list[tuple[str, bytes]]:
    """Return a header that holds an instant."""
    return [(name, b"%d" % at)]


def test_the_clock_is_the_latest_arrival() -> None:
    """A producer's clock that is fast, and a header ahead of the clock, count as the present."""
    reader = ArrivalReader(Stopped())
    assert reader.read(Arriving(timestamp=NOW + 50 * 60_000)).arrived == NOW
    assert reader.read(Arriving(headers=header(ARRIVED_AT, NOW + 72 * HOUR))).arrived == NOW
    assert reader.read(Arriving(headers=header(READ_UP_TO, NOW + 72 * HOUR))).read_up_to == NOW


def test_the_header_says_nothing_under_the_wall_clock() -> None:
    """The record's timestamp does: a backlog keeps its own time, whatever the header says."""
    read = ArrivalReader(Stopped()).read(Arriving(NOW - HOUR, header(ARRIVED_AT, NOW - 5 * HOUR)))
    assert read.arrived == NOW - HOUR


def test_where_records_set_the_time_the_header_is_believed() -> None:
    """In a demo, a replay, a test."""
    reader = ArrivalReader(ArrivalClock())
    assert reader.read(Arriving(headers=header(ARRIVED_AT, NOW + 72 * HOUR))).arrived == NOW + 72 * HOUR
    assert reader.read(Arriving(timestamp=NOW + HOUR)).arrived == NOW + HOUR
    assert reader.read(Arriving(headers=header(READ_UP_TO, NOW + HOUR))).read_up_to == NOW + HOUR
    reader.note_published(Arriving(), HOUR)
    assert reader.skew(3) is None


@pytest.mark.parametrize("timestamp", [-1, 0])
def test_a_record_without_a_timestamp_arrives_now(timestamp: int) -> None:
    """Producers older than 0.10 set none."""
    assert ArrivalReader(Stopped()).read(Arriving(timestamp)).arrived == NOW


def test_a_skew_is_logged_once_kept_and_measured() -> None:
    """Each source of each partition once, with place and amount; the metric has the latest."""
    reader = ArrivalReader(Stopped())
    with capture_logs() as logs:
        for offset in range(100):
            reader.read(Arriving(NOW + HOUR + offset, offset=offset))
        reader.read(Arriving(headers=header(ARRIVED_AT, NOW + 2 * HOUR)))
        reader.note_published(Arriving(partition=1), 240_000)
    found = [(line["log_level"], line["source"], line["partition"], line["offset"], line["ahead_s"]) for line in logs]
    assert found == [
        ("error", "record timestamp", 3, 0, 3600),
        ("error", "header arrived-at", 3, 41, 7200),
        ("error", "published_at", 1, 41, 240),
    ]
    assert reader.skew(1) is not None
    skew = reader.skew(3)
    assert skew is not None
    assert (skew.source, skew.ahead, skew.seen_at) == ("header arrived-at", 2 * HOUR, NOW)
    assert metrics.CLOCK_SKEW.labels("header arrived-at", "3")._value.get() == 7200


def test_clocks_may_differ_a_little() -> None:
    """The difference of two good clocks is no news, and moves no time either."""
    reader = ArrivalReader(Stopped())
    with capture_logs() as logs:
        assert reader.read(Arriving(NOW + MAX_SKEW)).arrived == NOW
    assert not logs
    assert reader.skew(3) is None
