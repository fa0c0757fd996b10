"""State table: what recovery reads, what it leaves out, and where it says that a value was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import faust
import pytest
from faust.types import TP
from structlog.testing import capture_logs

from streams.exactly_once import quarantine
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.exactly_once.state_table import StateTable

HERE: Final = TP("changelog", 2)


@dataclass(frozen=True)
class Message:
    """A record of the changelog."""

    value: bytes | None
    offset: int
    tp: TP = HERE


@dataclass(frozen=True)
class Read:
    """An event of recovery."""

    key: bytes | None
    message: Message


def stored(number: int, epoch: int = 1) -> bytes:
    """Return a stored value."""
    return FencedValue(FencedVersion(epoch, number), HERE.partition, b"%d" % number).encode()


@pytest.fixture
def table() -> StateTable:
    """Return an empty table."""
    quarantine.report.cache_clear()
    app = faust.App("tests", broker="kafka://127.0.0.1:1", store="memory://")
    return StateTable(app, name="watch", key_type=bytes, value_type=bytes, partitions=4)


def recover(table: StateTable, *read: tuple[bytes | None, bytes | None]) -> list[tuple[Any, ...]]:
    """Let a table recover records; returns place and key of each that is quarantined."""
    events: Any = [Read(key, Message(value, 100 + place)) for place, (key, value) in enumerate(read)]
    with capture_logs() as logs:
        table.apply_changelog_batch(events)
    return [(line["topic"], line["partition"], line["offset"], line["key"]) for line in logs]


def test_recovery_keeps_the_newest_and_leaves_out_what_it_cannot_read(table: StateTable) -> None:
    """In the order of the log; each that is left out is named once."""
    found = recover(
        table, (b"acme", stored(5)), (b"acme", b"short"), (None, stored(6)), (b"acme", stored(4)), (b"birch", stored(1))
    )
    assert found == [("changelog", 2, 101, "acme"), ("changelog", 2, 102, "none")]
    assert dict(table.data) == {b"acme": stored(5), b"birch": stored(1)}
    assert recover(table, (b"birch", None)) == []
    assert [key for key, _ in table.rows(2)] == [b"acme"]


def test_a_value_whose_content_is_damaged_is_named_by_its_offset(table: StateTable) -> None:
    """That of the value in force, not of a later record that lost to it."""
    recover(table, (b"acme", stored(5, epoch=9)), (b"acme", stored(7)))
    with capture_logs() as logs:
        table.quarantine(b"acme", 2, "no state of a brand")
    assert [(line["offset"], line["key"]) for line in logs] == [(100, "acme")]
    assert b"acme" not in table.data
