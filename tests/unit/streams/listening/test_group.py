"""The group keeps to one active listener, and a listener writes only while it may."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from aiokafka.cluster import ClusterMetadata
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.connection import Connection
from streams.kafka.reader import Record
from streams.kafka.topics import Topics
from streams.listening.cursor import Cursor, newest
from streams.listening.group import SingleActiveAssignor, choose
from streams.listening.lease import LEASE, Lease
from streams.listening.members import listeners_line, read_listeners
from streams.listening.sink import KafkaSink

if TYPE_CHECKING:
    from collections.abc import Sequence


class Clock:
    """Seconds that are set by hand."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


class Cluster(ClusterMetadata):  # type: ignore[misc]  # aiokafka has no types for it
    """Knows three partitions of every topic."""

    def partitions_for_topic(self, _: str) -> set[int]:
        """Return them."""
        return {2, 0, 1}


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 5), min_size=1))
def test_the_one_that_was_active_last_stays_it(active_in: dict[str, int]) -> None:
    """No matter who joins, and in what order: nobody was active in a later generation."""
    chosen = choose(active_in)
    assert active_in[chosen] == max(active_in.values())
    assert choose(dict(reversed(active_in.items()))) == chosen


def test_one_member_gets_everything_and_the_others_nothing() -> None:
    """Though one of them was frozen since an earlier generation and still believes that it is active."""
    members = {}
    for name, active_in in {"new": 0, "active": 7, "frozen": 5}.items():
        assignor = SingleActiveAssignor()
        assignor.active_in = active_in
        members[name] = assignor.metadata({"cursors"})
    given_to = {name: one.assignment for name, one in SingleActiveAssignor().assign(Cluster(), members).items()}
    assert given_to == {"new": [], "active": [("cursors", [0, 1, 2])], "frozen": []}


def test_a_lease_holds_for_a_short_time_after_each_confirmation() -> None:
    """Counted from the question, not from the answer, and never backwards."""
    clock = Clock()
    lease = Lease(clock.now, clock)
    clock.now += LEASE - 0.1
    assert lease.holds
    lease.renew(clock.now - 1.0)
    lease.renew(clock.now - 2.0)
    clock.now += LEASE - 1.1
    assert lease.holds
    clock.now += 0.2
    assert not lease.holds


def test_nothing_is_written_while_the_group_decides_or_after_the_end() -> None:
    """A lease that has ended is not resumed by a late confirmation."""
    clock = Clock()
    lease = Lease(clock.now, clock)
    lease.suspend()
    lease.renew(clock.now)
    assert not lease.holds
    lease.resume(clock.now)
    assert lease.holds
    lease.end()
    lease.resume(clock.now)
    assert not lease.holds


class Client:
    """Counts requests, and stands for the connection to a broker."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def ready(self, _: int, **__: Any) -> bool:
        """Return that it is connected."""
        return True

    async def send(self, _: int, request: Any, **__: Any) -> None:
        """Send a request."""
        self.sent.append(request)


async def test_what_was_about_to_go_out_when_the_process_froze_never_does() -> None:
    """The look at the lease is the last thing before a request; other requests go out."""
    from aiokafka.protocol.produce import ProduceRequest  # noqa: PLC0415  the request that carries records

    clock, client = Clock(), Client()
    lease = Lease(clock.now, clock)
    sink = KafkaSink(Connection(("127.0.0.1:9",)), Topics(), lease=lease)
    guarded = sink.guard(client)
    records = ProduceRequest(None, -1, 1000, [])
    await guarded(1, records)
    clock.now += 2 * LEASE  # frozen here
    waiting = asyncio.ensure_future(guarded(1, records))
    await guarded(1, "metadata")
    lease.end()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert client.sent == [records, "metadata"]


def cursors(*written: tuple[str, int, int]) -> Sequence[Record]:
    """Return records of the cursors' topic: source, epoch, and how far it was read."""
    return [
        Record(0, offset, 0, name.encode(), msgspec.json.encode(Cursor(epoch=epoch, position={"at": at})))
        for offset, (name, epoch, at) in enumerate(written)
    ]


def test_a_cursor_is_not_moved_back_by_who_was_active_before() -> None:
    """The later epoch counts, though the earlier one was written after it; within an epoch the last one does."""
    log = cursors(("feed", 1, 10), ("feed", 2, 20), ("feed", 2, 25), ("feed", 1, 11), ("forum", 1, 3))
    assert {name: one.position["at"] for name, one in newest(log).items()} == {"feed": 25, "forum": 3}
    erased = [*log, Record(0, 9, 0, b"feed", None)]
    assert list(newest(erased)) == ["forum"]


class Admin:
    """Describes a group as kafka-python does."""

    def describe_groups(self, groups: Sequence[str]) -> dict[str, Any]:
        """Return one that reads, and one that stands by."""
        topics = [{"topic": "source-cursors", "partitions": [0, 1]}]
        members = [("b-2", {"assigned_partitions": []}), ("a-1", {"assigned_partitions": topics}), ("c-3", None)]
        return {
            group: {
                "error": None,
                "members": [
                    {"client_id": f"tocsin-listen-{name}", "client_host": "/10.0.0.1", "member_assignment": given_to}
                    for name, given_to in members
                ],
            }
            for group in groups
        }


def test_the_active_listener_is_named_first() -> None:
    """The active one first."""
    found = read_listeners(Connection(("k:9092",)), Admin(), Topics())
    assert listeners_line(found) == "a-1 reads the sources, b-2 stands by, c-3 stands by"
