"""The triage agent: brands of a group meet, whatever their partitions, and through restarts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from kafka.partitioner.default import murmur2

from alerts.incidents import model
from alerts.incidents.model import Action, decode_notification
from alerts.incidents.silences import Silence
from config.brands.model import Brand
from detectors.model import signal as signals
from detectors.model.signal import Watermark
from mentions.model.batches import CrisisVerdict, decode_parts
from streams.agents.erasure import Erasure, is_erasure
from streams.agents.triage import TriageAgent
from streams.clock import ArrivalClock
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.kafka.errors import BrokerError
from streams.kafka.topics import Topics
from streams.stages import group_routing
from streams.stages.event_time import MAX_SKEW
from streams.stages.group_routing import ForwardedRecord, PartitionClocks, group_partition
from streams.views.brands import BrandRegistry
from tests.support.agency import BRANDS, GROUP, UNGROUPED, about, run_triage
from tests.support.alerts import MINUTE, START, Record, action, now, signal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from alerts.incidents.model import Notification
    from streams.clock import Clock
    from streams.exactly_once.fetch_batches import KafkaRecord

PARTITIONS: Final = 8
RETENTION: Final = timedelta(days=30)
TOPICS: Final = Topics()
GERM: Final = about("salmonella", "kitchen", "buffet")


@dataclass
class Table:
    """What survives the worker."""

    data: dict[bytes, FencedValue] = field(default_factory=dict)
    removed: list[tuple[bytes, int]] = field(default_factory=list)

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
        """Remove a value of a partition."""
        self.removed.append((key, partition))
        return asyncio.sleep(0)

    def quarantine(self, key: bytes, partition: int, reason: str) -> None:
        """Let a value of a partition go."""
        assert self.data.pop(key).partition == partition, reason


@dataclass(frozen=True)
class Message:
    """A record as Faust hands it over."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    offset: int = 0


class Worker:
    """The triage stage with a table, and a broker that brings at once what is passed on."""

    def __init__(self, *, members: tuple[str, ...] = BRANDS) -> None:
        self.directory, self.table = BrandRegistry(), Table()
        self.configure(members)
        self.passed: list[Message] = []
        self.reported: list[Notification] = []
        self.incidents: dict[bytes, bytes] = {}
        self.erased: list[bytes] = []
        self.verdicts: list[tuple[int | None, CrisisVerdict]] = []
        self.restart()

    def configure(self, members: tuple[str, ...]) -> None:
        """Put these brands into the group."""
        for brand in (*BRANDS, UNGROUPED):
            self.directory.put(Brand(name=brand, group=GROUP if brand in members else None), 1)
        self.directory.refresh()

    def restart(self, clock: Clock | None = None) -> None:
        """Begin again with what the table holds."""
        arrival = clock or ArrivalClock()
        erasure = Erasure(TOPICS, RETENTION, lambda: self.incidents)
        self.triaging = TriageAgent(TOPICS, self, self.directory, self.table, PARTITIONS, arrival, erasure)  # type: ignore[arg-type]  # a table

    async def send(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None = None, headers: Any = None
    ) -> Any:
        """Take what the stage sends."""
        if headers:
            assert (topic, is_erasure(headers), key) == (TOPICS.notifications.name, True, self.erased[-1])
            return asyncio.sleep(0)
        if topic == TOPICS.incidents.name and value is None:
            self.erased.append(key or b"")
        if topic == TOPICS.incidents.name:
            self.incidents = {name: one for name, one in (self.incidents | {key or b"": value}).items() if one}
        if topic == TOPICS.signals.name:
            self.passed.append(Message(topic, partition or 0, key, value or b""))
        if topic == TOPICS.scored.name:
            self.verdicts += [
                (partition, part) for part in decode_parts(value or b"") if isinstance(part, CrisisVerdict)
            ]
        if topic == TOPICS.notifications.name:
            self.reported.append(decode_notification(value or b""))
        return asyncio.sleep(0)

    def feed(self, *records: Record) -> None:
        """Apply records in the partitions of their brands; time comes to all. What is passed on arrives."""
        for record in records:
            everywhere = range(PARTITIONS) if isinstance(record, Watermark) else [_assigned_partition(record.brand)]
            messages = [_message(record, number) for number in everywhere]
            while messages:
                known = len(self.passed)
                asyncio.run(self.triaging.process(cast("list[KafkaRecord]", messages)))
                messages = self.passed[known:]


def _assigned_partition(brand: str) -> int:
    return int(murmur2(brand.encode()) & 0x7FFFFFFF) % PARTITIONS


def _message(record: Record, partition: int) -> Message:
    if isinstance(record, Action):
        return Message(TOPICS.actions.name, partition, record.brand.encode(), model.encode(record))
    key = None if isinstance(record, Watermark) else record.brand.encode()
    return Message(TOPICS.signals.name, partition, key, signals.encode(record))


STORY: Final[list[Record]] = [
    *(
        signal(minute, brand=brand, drivers=GERM, severity="critical")
        for minute, brand in enumerate((*BRANDS, UNGROUPED))
    ),
    now(4),
    action(5, brand=BRANDS[2]),
    signal(6, brand=BRANDS[1], detector="no_data", severity="info"),
    signal(7, brand=BRANDS[1], drivers=GERM, start=1),
    now(200),
]


@pytest.mark.parametrize("restarts", [False, True])
def test_brands_of_different_partitions_are_one_incident(*, restarts: bool) -> None:
    """What is told is what one process tells that has all of them, and a restart at any point changes nothing."""
    assert len({_assigned_partition(brand) for brand in BRANDS}) > 1
    worker = Worker()
    for record in STORY:
        worker.feed(record)
        if restarts:
            worker.restart()
    if restarts:
        worker.feed(now(201))
    assert _by_incident(worker.reported) == _by_incident(run_triage(*STORY)[1])


def test_what_is_passed_on_twice_is_reported_once() -> None:
    """A worker that dies after passing on passes it on again."""
    worker = Worker()
    worker.feed(*STORY[:5])
    reported = list(worker.reported)
    worker.feed(*STORY[:4])
    assert worker.reported == reported


def test_a_group_waits_for_the_slowest_of_its_brands() -> None:
    """Time passes in a group when it has passed in every partition: who lags behind is not late."""
    clocks = PartitionClocks(2)
    assert [clocks.advance(0, 5), clocks.advance(1, 3), clocks.advance(0, 9), clocks.advance(1, 7)] == [
        None,
        Watermark(3),
        Watermark(3),
        Watermark(7),
    ]


def test_what_began_before_the_group_ends_where_it_began() -> None:
    """A brand that gets a group while it has an incident goes on in it; what comes after is the group's."""
    worker = Worker(members=())
    worker.feed(signal(0, brand=BRANDS[0], drivers=GERM))
    worker.configure(BRANDS)
    worker.feed(signal(1, brand=BRANDS[0], drivers=GERM, observed=400), action(2, brand=BRANDS[0]), now(40))
    assert [note.reason for note in worker.reported] == ["opened", "doubled", "acknowledged", "resolved"]
    worker.feed(signal(500, brand=BRANDS[0], drivers=GERM, start=500))
    forwarded = group_routing.decode(worker.passed[-1].value)
    assert isinstance(forwarded, ForwardedRecord)
    assert forwarded.group == GROUP
    assert worker.passed[-1].key == GROUP.encode()
    assert worker.passed[-1].partition == group_partition(GROUP, PARTITIONS)
    assert (worker.reported[-1].reason, worker.reported[-1].page) == ("opened", True)


def test_a_verdict_on_a_group_goes_to_the_partition_of_each_brand() -> None:
    """Each brand's watch hears of it where its mentions are counted, once for each time it becomes known."""
    worker = Worker()
    worker.feed(*STORY[: len(BRANDS)], now(4))
    incident = worker.reported[-1].incident
    assert incident.all_brands == BRANDS
    worker.feed(action(5, "verdict", brand=BRANDS[0], verdict="crisis"))
    worker.feed(action(5, "verdict", brand=BRANDS[0], verdict="crisis"))
    expected = [CrisisVerdict(brand, incident.opened_at, START + 5 * MINUTE, START + 5 * MINUTE) for brand in BRANDS]
    assert worker.verdicts == [(_assigned_partition(one.brand), one) for one in expected]


def test_a_silence_goes_with_its_brand() -> None:
    """What somebody silenced before the brand had its group stays silent."""
    worker = Worker(members=())
    begin = START + MINUTE
    worker.feed(now(0), action(1, "silence", brand=BRANDS[0], silence=Silence(begin, begin + 60 * MINUTE)))
    worker.configure(BRANDS)
    worker.feed(signal(2, brand=BRANDS[0], drivers=GERM))
    assert worker.reported == []


def _by_incident(reported: list[Notification]) -> list[Notification]:
    return sorted(reported, key=lambda note: (note.incident.id, note.revision))


class Stopped:
    """A wall clock that stands ten minutes after START."""

    def now(self) -> int:
        """Return its time."""
        return START + 10 * MINUTE


def test_no_incident_is_ahead_of_the_clock() -> None:
    """Neither one that is loaded nor one that a watermark or a signal moves: timers would run by a wrong clock."""
    worker, limit = Worker(), Stopped().now() + MAX_SKEW
    worker.feed(signal(0, brand=UNGROUPED), now(3 * 1440))
    number = _assigned_partition(UNGROUPED)

    def time_of_incident() -> int:
        return worker.triaging._owned_partitions[number].triage.brands.cases[UNGROUPED].clock

    assert time_of_incident() > limit
    worker.restart(Stopped())
    assert time_of_incident() == limit
    worker.feed(signal(4 * 1440, brand=UNGROUPED), now(5 * 1440))
    assert time_of_incident() == limit


@pytest.mark.parametrize("key", [UNGROUPED.encode(), b"\xff\xfe"])
def test_incidents_that_cannot_be_read_are_quarantined(key: bytes) -> None:
    """Their brand starts afresh, and the row ends in the changelog."""
    worker = Worker()
    worker.feed(signal(0, brand=UNGROUPED))
    number = _assigned_partition(UNGROUPED)
    worker.table.data[key] = FencedValue(FencedVersion(99, 10**9), number, b"\xff\xfegarbage")
    worker.restart()
    worker.feed(signal(5, brand=UNGROUPED, start=5))
    assert worker.table.removed == [(key, number)]
    assert UNGROUPED.encode() in worker.table.data


DAY: Final = 24 * 60  # minutes


def kept_of(worker: Worker, brand: str) -> list[bytes]:
    """Return what any compacted topic holds of a brand: the keys of states and incidents that name it."""
    name = brand.encode()
    rows = {**{key: value.payload for key, value in worker.table.data.items()}, **worker.incidents}
    gone = {key for key, _ in worker.table.removed}
    return [key for key, value in rows.items() if key not in gone and name in key + value]


@pytest.mark.parametrize("grouped", [True, False])
def test_a_removed_brand_leaves_nothing_once_its_retention_is_over(*, grouped: bool) -> None:
    """Its incident ends as any other and is kept for a while; then states and incidents get tombstones."""
    worker = Worker(members=BRANDS if grouped else ())
    gone, stays = BRANDS[:2]
    silence = action(1, "silence", brand=gone, silence=Silence(START, START + 90 * DAY * MINUTE))
    worker.feed(signal(0, brand=gone), silence, signal(0, brand=stays, detector="volume_spike"), now(5))
    worker.directory.remove(gone)
    worker.directory.refresh()
    worker.feed(now(40), now(29 * DAY))
    assert worker.reported[-1].incident.status == "resolved"
    assert kept_of(worker, gone)
    worker.restart()
    worker.feed(now(30 * DAY - 1))
    assert kept_of(worker, gone)
    worker.feed(now(30 * DAY + 41))
    assert kept_of(worker, gone) == []
    assert kept_of(worker, stays)
    assert len(worker.erased) == len(set(worker.erased)) == 1


def test_a_brand_that_comes_back_within_its_retention_keeps_what_it_had() -> None:
    """A line taken out of the file by mistake costs no silence; a second removal counts from its own day."""
    worker = Worker(members=())
    brand = BRANDS[0]
    worker.feed(signal(0, brand=brand), now(60))
    for _ in range(2):
        worker.directory.remove(brand)
        worker.directory.refresh()
        worker.feed(now(61), now(29 * DAY))
        worker.configure(())
        worker.feed(now(29 * DAY + 1), now(31 * DAY))
    assert kept_of(worker, brand)
    assert not worker.erased


def test_an_open_incident_of_a_removed_brand_is_kept_until_it_is_resolved() -> None:
    """However long: people follow it in Slack."""
    worker = Worker(members=())
    brand = BRANDS[0]
    worker.triaging._erasure.retention = 0
    worker.feed(signal(0, brand=brand), now(5))
    worker.directory.remove(brand)
    worker.directory.refresh()
    worker.feed(now(10))
    assert kept_of(worker, brand)
    worker.feed(now(40))
    assert worker.reported[-1].incident.status == "resolved"
    assert kept_of(worker, brand) == []


def test_while_incidents_cannot_be_read_nothing_is_erased() -> None:
    """Without the list of incidents the states stay: the next tick tries again."""
    worker = Worker(members=())
    brand = BRANDS[0]
    worker.feed(signal(0, brand=brand), now(40))

    def fail() -> dict[bytes, bytes]:
        raise BrokerError("nowhere:9092", "away")

    worker.triaging._erasure._read, read = fail, worker.triaging._erasure._read
    worker.directory.remove(brand)
    worker.directory.refresh()
    worker.feed(now(41), now(31 * DAY))
    assert kept_of(worker, brand)
    worker.triaging._erasure._read = read
    worker.feed(now(31 * DAY + 1))
    assert kept_of(worker, brand) == []
