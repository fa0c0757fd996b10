"""The watch agent's partition: what it loads, and which ticks it believes, by the wall clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from detectors.engine import watermarks
from detectors.engine.storage import VERSION, NewerFormatError, decode_parts
from detectors.engine.watermarks import Watermarks
from detectors.model.signal import Watermark
from mentions.model.batches import NEGATIVE, Tick
from streams.agents.watch import WatchPartition, within_clock
from streams.clock import ArrivalClock
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.exactly_once.producer import SendBatch
from streams.stages.event_time import MAX_SKEW
from streams.stages.watch_rows import segment_key, time_key
from streams.views.brands import BrandRegistry
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

NOW: Final = START + 600 * MINUTE
DAY: Final = 1440 * MINUTE
BURST: Final = [Row(600 + place / 100, NEGATIVE, f"broken again {place}", f"author {place}") for place in range(60)]


class Stopped:
    """A wall clock that stands at NOW."""

    def now(self) -> int:
        """Return NOW."""
        return NOW


@dataclass
class Table:
    """What survives the worker."""

    changelog_topic_name: str = "watch-changelog"
    data: dict[bytes, FencedValue] = field(default_factory=dict)
    quarantined: list[tuple[bytes, int, str]] = field(default_factory=list)
    removed: list[tuple[bytes, int]] = field(default_factory=list)
    reported: list[tuple[bytes, int, str]] = field(default_factory=list)

    def rows(self, partition: int) -> Iterator[tuple[bytes, FencedValue]]:
        """Return what belongs to a partition."""
        return iter([(key, value) for key, value in self.data.items() if value.partition == partition])

    def epoch(self, partition: int) -> int:
        """Return the epoch of a new owner."""
        return 1 + max((value.version.epoch for _, value in self.rows(partition)), default=0)

    async def write(self, key: bytes, value: FencedValue) -> Awaitable[None]:
        """Keep a value."""
        self.data[key] = value
        return asyncio.sleep(0)

    async def remove(self, key: bytes, partition: int) -> Awaitable[None]:
        """Remove a value."""
        self.data.pop(key, None)
        self.removed.append((key, partition))
        return asyncio.sleep(0)

    def report_unreadable(self, key: bytes, partition: int, reason: str) -> None:
        """Note a part that cannot be read."""
        self.reported.append((key, partition, reason))

    def quarantine(self, key: bytes, partition: int, reason: str) -> None:
        """Let a value go."""
        del self.data[key]
        self.quarantined.append((key, partition, reason))


def partition(table: Table, *, wall: bool = True, epoch: int = 0) -> WatchPartition:
    """Return partition 0 with what the table holds."""
    held: Any = table
    return WatchPartition(0, held, BrandRegistry(defaults=True), Stopped() if wall else ArrivalClock(), epoch)


async def store(table: Table, number: WatchPartition) -> None:
    """Store what a partition has."""
    sender: Any = None
    await number.save(SendBatch(sender))


def tick(at: int, clock: int | None = None, number: int = 0, of: int = 1) -> Tick:
    """Return a tick of a source partition."""
    return Tick(number, of, at, at if clock is None else clock)


async def poisoned() -> Table:
    """Return what a worker stored whose event time a wrong clock took three days ahead."""
    table = Table()
    before = partition(table, wall=False)
    before.apply(tick(START), 0)
    before.apply(batch_of([Row(0)]), 1)
    before.apply(tick(NOW + 3 * DAY), 2)
    await store(table, before)
    return table


async def test_a_stored_watermark_ahead_of_the_clock_is_mended_when_it_is_loaded() -> None:
    """Time passes again at once, no mention of the present is late, and one line says what was found."""
    table = await poisoned()
    with capture_logs() as logs:
        loaded = partition(table)
    (line,) = logs
    assert (line["topic"], line["partition"], line["brands"], line["ahead_s"]) == ("watch-changelog", 0, 1, 3 * 86_400)
    loaded.apply(batch_of(BURST, 10), 3)
    assert loaded.apply(tick(NOW + 5_000), 4) == [Watermark(NOW - 2 * MINUTE)]
    assert loaded.shard.states["acme"].totals.late == 0
    assert loaded.shard.watermarks.emitted == NOW + 5_000
    await store(table, loaded)
    with capture_logs() as logs:
        partition(table)
    assert not logs


async def test_where_records_set_the_time_a_stored_watermark_stays() -> None:
    """An old incident is in no clock's order."""
    loaded = partition(await poisoned(), wall=False)
    assert loaded.shard.watermarks.emitted == NOW + 3 * DAY


async def test_a_watermark_that_the_clock_has_left_behind_is_mended() -> None:
    """A worker whose own clock was set back goes on with the clock."""
    table = Table()
    table.data[time_key(0)] = FencedValue(
        FencedVersion(1, 1), 0, watermarks.encode(Watermarks(partitions=1, read_up_to={0: NOW}, emitted=NOW))
    )
    loaded = partition(table)
    loaded.shard.watermarks.emitted = NOW + DAY
    loaded.apply(tick(NOW), 2)
    assert loaded.shard.watermarks.emitted == NOW


@pytest.mark.parametrize("ahead", [MAX_SKEW + 1, 50 * MINUTE, 3 * DAY])
def test_a_tick_ahead_of_the_clock_counts_as_now(ahead: int) -> None:
    """Neither its event time nor its sender's clock goes beyond; what it was is kept for `tocsin status`."""
    found = within_clock(tick(NOW + ahead), NOW)
    assert (found.read_up_to, found.clock) == (NOW, NOW)
    assert found.skew is not None
    assert found.skew.ahead == ahead
    assert within_clock(tick(NOW - MINUTE, NOW + ahead), NOW).read_up_to == NOW - MINUTE


def test_a_tick_in_time_stays_as_it_is() -> None:
    """Nor is any where records set the time."""
    assert within_clock(tick(NOW + MAX_SKEW), NOW) == tick(NOW + MAX_SKEW)
    assert within_clock(tick(NOW + DAY), None) == tick(NOW + DAY)


async def stored(epoch: int) -> Table:
    """Return what a worker stored that has counted far into a topic."""
    table = Table()
    before = partition(table, epoch=epoch)
    before.apply(tick(START), 0)
    before.apply(batch_of([Row(600)], 5_000), 900)
    await store(table, before)
    return table


def recounted(loaded: WatchPartition, offset: int, epoch: int) -> int:
    """Return how many mentions a state has after the same batch, with offsets from `epoch` of `mentions`."""
    loaded.apply(replace(batch_of([Row(600, id="other")], 10), epoch=epoch), offset)
    return loaded.shard.states["acme"].totals.mentions


async def test_scored_mentions_of_a_topic_created_again_are_no_redelivery() -> None:
    """Offsets that the old topic had passed long ago are new ones; the log says so once."""
    table = await stored(epoch=77)
    assert recounted(partition(table, epoch=77), 3, epoch=0) == 1
    with capture_logs() as logs:
        loaded = partition(table, epoch=78)
        loaded.shard.states["acme"].offsets.clear()  # as after new offsets of `mentions`: see below
        assert recounted(loaded, 3, epoch=0) == 2
    assert [line["log_level"] for line in logs] == ["error"]


async def test_mentions_of_a_topic_created_again_are_no_redelivery() -> None:
    """Their offsets begin again; each source partition is named once, and what is redelivered there is dropped."""
    loaded = partition(await stored(epoch=77), epoch=77)
    loaded.shard.states["acme"].epochs[0] = 5
    with capture_logs() as logs:
        assert recounted(loaded, 901, epoch=5) == 1
        assert recounted(loaded, 902, epoch=6) == 2
        loaded.apply(replace(batch_of([Row(600, id="next")], 11), epoch=6), 903)
        assert recounted(loaded, 904, epoch=6) == 3
    assert [(line["log_level"], line["partition"], line["offset"]) for line in logs] == [("error", 0, 10)]
    assert loaded.shard.states["acme"].totals.redelivered == 2


async def test_a_state_of_unknown_epoch_takes_the_first_that_is_known() -> None:
    """A version that knew none stored it: its marks hold."""
    loaded = partition(await stored(epoch=0), epoch=78)
    assert recounted(loaded, 3, epoch=78) == 1
    assert recounted(loaded, 901, epoch=6) == 1
    assert loaded.shard.states["acme"].epochs == {0: 6}


SEGMENT: Final = segment_key("acme", "ids/0")
POSTS: Final = segment_key("acme", "posts/0")


@pytest.mark.parametrize("key", [b"acme", b"birch", time_key(0), SEGMENT, POSTS])
@pytest.mark.parametrize("damage", [b"", b"\xff\xfegarbage", b"\x81", b"\x92\x01\xa4acme"])
async def test_a_row_that_cannot_be_read_is_quarantined_and_the_rest_works(key: bytes, damage: bytes) -> None:
    """Its brand starts afresh, the others go on; what is stored next ends the row in the changelog."""
    table = await stored(epoch=0)
    table.data[key] = FencedValue(FencedVersion(99, 10**9), 0, damage)
    loaded = partition(table)
    assert [one[:2] for one in table.quarantined] == [(key, 0)]
    loaded.apply(tick(NOW), 901)
    loaded.apply(batch_of([Row(600, id="next")], 6_000), 902)
    await store(table, loaded)
    assert table.removed == [(key, 0)]
    counted = partition(table).shard.states["acme"].totals.mentions
    assert counted == (1 if key == b"acme" else 2)
    assert len(table.quarantined) == 1


def damaged_core(table: Table, damage: bytes) -> FencedValue:
    """Return the stored state of acme with `damage` in place of its topics."""
    core = msgspec.msgpack.decode(table.data[b"acme"].payload)
    core[core.index(decode_parts(table.data[b"acme"].payload, {}).encoded_topics)] = damage
    return FencedValue(table.data[b"acme"].version, 0, msgspec.msgpack.encode(core))


@pytest.mark.parametrize("damage", [b"\xff", b"\x92\xc4\x00\x90", b"\x92\xc4\x04junk\x91\xc4\x01j"])
async def test_topics_that_cannot_be_read_begin_afresh(damage: bytes) -> None:
    """They are read when the brand is next judged: its counts stay, one line says so, and what is stored is sound."""
    table = await stored(epoch=0)
    table.data[b"acme"] = damaged_core(table, damage)
    loaded = partition(table)
    loaded.apply(tick(NOW), 901)
    loaded.apply(batch_of([Row(600, id="next")], 6_000), 902)
    await store(table, loaded)
    assert [one[:2] for one in table.reported] == [(b"acme", 0)]
    assert not table.quarantined
    again = partition(table)
    assert again.shard.states["acme"].totals.mentions == 2
    again.apply(batch_of([Row(600, id="third")], 6_001), 903)
    await store(table, again)
    assert len(table.reported) == 1


async def test_topics_that_cannot_be_read_are_no_hindrance_to_mending() -> None:
    """A clock was ahead, and the topics are damaged: both are said, and time goes on."""
    table = await poisoned()
    table.data[b"acme"] = damaged_core(table, b"\xff")
    loaded = partition(table)
    loaded.apply(tick(NOW), 3)
    await store(table, loaded)
    assert [one[:2] for one in table.reported] == [(b"acme", 0)]


async def test_a_state_of_a_newer_version_is_not_touched() -> None:
    """It names both versions and the remedy, and is neither quarantined nor written over."""
    table = await stored(epoch=0)
    newer = FencedValue(
        FencedVersion(99, 10**9), 0, msgspec.msgpack.encode([VERSION + 1, "acme", {"all": "different"}])
    )
    table.data[b"acme"] = newer
    message = f"the stored state of 'acme' has format {VERSION + 1}, this version reads up to {VERSION}:"
    with pytest.raises(NewerFormatError, match=message):
        partition(table)
    assert table.data[b"acme"] is newer
    assert not table.quarantined
