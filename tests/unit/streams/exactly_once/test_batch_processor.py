"""Batch processor: in order, committed when processed, and without records of revoked partitions."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from faust.types import TP

from streams.exactly_once.batch_processor import BatchProcessor

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Record:
    """A record as it was fetched."""

    offset: int
    value: bytes = b"{}"
    topic: str = "mentions"
    partition: int = 0
    timestamp: int = 0


P = TP("mentions", 0)


@dataclass(frozen=True)
class Message:
    """What Faust hands over of one fetch."""

    tp: TP
    value: list[Record]
    generation_id: int


@dataclass(frozen=True)
class Event:
    """An event round it."""

    message: Message


@dataclass
class Consumer:
    """The consumer's side: what was sought and committed."""

    sought: list[tuple[TP, int]] = field(default_factory=list)
    commits: list[dict[TP, int]] = field(default_factory=list)

    async def seek(self, tp: TP, offset: int) -> None:
        """Note a seek."""
        self.sought.append((tp, offset))

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        return True


class App:
    """As much of a Faust app as a stage needs."""

    def __init__(self) -> None:
        self.consumer = Consumer()
        self.consumer_generation_id = 1


class StartOffsets:
    """From where partitions are read: what the group has committed."""

    def __init__(self) -> None:
        self.committed: dict[TP, int] = {}
        self.known = asyncio.Event()
        self.known.set()

    async def get(self, tp: TP) -> int | None:
        """Return the start of a partition."""
        await self.known.wait()
        return self.committed.get(tp)


class Work:
    """What a stage's process got; it can be held up, and fail."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.fail_at: int | None = None

    async def __call__(self, records: Sequence[Any]) -> None:
        """Take a batch."""
        offsets = [record.offset for record in records]
        await self.go.wait()
        if self.fail_at in offsets:
            message = "a send failed"
            raise ConnectionError(message)
        self.batches.append(offsets)


@pytest.fixture
def work() -> Work:
    """Return work that is done at once."""
    return Work()


@pytest.fixture
def app() -> App:
    """Return an app of generation 1."""
    return App()


@pytest.fixture
def starts() -> StartOffsets:
    """Return the start of partition p: its beginning."""
    found = StartOffsets()
    found.committed[P] = 0
    return found


@pytest.fixture
def stage(app: App, work: Work, starts: StartOffsets) -> BatchProcessor:
    """Return a stage of that app."""
    anything: Any = app
    where: Any = starts
    return BatchProcessor(anything, "test", work, where)


async def put(stage: BatchProcessor, *offsets: int, generation: int = 1, size: int = 2) -> None:
    """Hand in records of partition p, each fetched alone."""
    for offset in offsets:
        await put_fetched(stage, offset, generation=generation, size=size)


async def put_fetched(stage: BatchProcessor, *offsets: int, generation: int = 1, size: int = 2) -> None:
    """Hand in records of partition p that were fetched together."""
    event: Any = Event(Message(P, [Record(offset, bytes(size)) for offset in offsets], generation))
    await stage.put(event)


async def work_off(stage: BatchProcessor) -> None:
    """Let the stage run until it is idle."""
    task = asyncio.create_task(stage.run())
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_what_waits_is_taken_together(stage: BatchProcessor, work: Work, starts: StartOffsets) -> None:
    """Records that gathered while the stage was busy form one batch, in order."""
    starts.committed[P] = 4
    await put(stage, 4, 5, 6)
    await work_off(stage)
    assert work.batches == [[4, 5, 6]]


async def test_a_partition_that_is_revoked_before_its_start_is_known_brings_nothing(
    stage: BatchProcessor, work: Work, starts: StartOffsets
) -> None:
    """Its records are another worker's; the next assignment asks for its start again."""
    starts.committed.clear()
    await put(stage, 0, 1)
    await work_off(stage)
    assert work.batches == []
    assert stage.offsets.expected(P) is None
    starts.committed[P] = 1
    await put(stage, 0, 1)
    await work_off(stage)
    assert work.batches == [[1]]


async def test_only_what_is_done_is_committed(stage: BatchProcessor, app: App, work: Work) -> None:
    """While a batch waits for its acknowledgements nothing of it is committed; afterwards all, and once."""
    work.go.clear()
    await put(stage, 0, 1)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0)
    await stage.commit()
    assert app.consumer.commits == []
    work.go.set()
    await asyncio.sleep(0.01)
    await stage.commit()
    await stage.commit()
    running.cancel()
    assert app.consumer.commits == [{P: 2}]


async def test_a_failed_batch_ends_the_stage(stage: BatchProcessor, app: App, work: Work) -> None:
    """In order or not at all: nothing after a failure is taken, and nothing of it is committed."""
    work.fail_at = 1
    await put(stage, 0)
    await work_off(stage)
    await put(stage, 1)
    with pytest.raises(ConnectionError):
        await stage.run()
    await put(stage, 2)
    await stage.commit()
    assert work.batches == [[0]]
    assert app.consumer.commits == [{P: 1}]


async def test_a_missing_offset_is_sought(stage: BatchProcessor, app: App, work: Work) -> None:
    """A record that does not follow is not worked on; its partition is read again from the missing one."""
    await put(stage, 0, 2, 3)
    await work_off(stage)
    assert app.consumer.sought == [(P, 1)]
    assert work.batches == [[0]]
    await put(stage, 1, 2, 3)
    await work_off(stage)
    assert work.batches == [[0], [1, 2, 3]]


async def test_an_assignment_begins_at_the_committed_offset(
    stage: BatchProcessor, app: App, work: Work, starts: StartOffsets
) -> None:
    """A first record that lies after what is committed is not worked on before the missing ones are read."""
    starts.committed[P] = 47
    await put(stage, 48, 49)
    await work_off(stage)
    assert (app.consumer.sought, work.batches) == ([(P, 47)], [])
    await put(stage, 47, 48, 49)
    await work_off(stage)
    assert work.batches == [[47, 48, 49]]


async def test_what_is_read_twice_is_worked_on_once(stage: BatchProcessor, work: Work) -> None:
    """A partition that is sought back further than needed gives what is taken already: it is passed over."""
    await put(stage, 0, 1, 0, 1, 2)
    await work_off(stage)
    assert work.batches == [[0, 1, 2]]


async def test_a_seek_in_vain_is_repeated(stage: BatchProcessor, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partition that goes on giving what lies after is sought again, so that it cannot stay stalled."""
    await put(stage, 1, 2)
    assert app.consumer.sought == [(P, 0)]
    monkeypatch.setattr("streams.exactly_once.batch_processor.SEEK_TIMEOUT", 0.0)
    await put(stage, 3)
    assert app.consumer.sought == [(P, 0), (P, 0)]


async def test_a_record_that_comes_while_the_start_is_asked_for_waits(
    stage: BatchProcessor, work: Work, starts: StartOffsets
) -> None:
    """Nothing is taken before it is known where reading begins, and nothing is lost for the asking."""
    starts.known.clear()
    coming = asyncio.create_task(put(stage, 0, 1))
    await work_off(stage)
    assert work.batches == []
    starts.known.set()
    await coming
    await work_off(stage)
    assert work.batches == [[0, 1]]


async def test_a_partition_that_is_not_owned_gives_nothing(
    stage: BatchProcessor, work: Work, starts: StartOffsets
) -> None:
    """A record of a partition that was revoked while its start was asked for is another worker's."""
    del starts.committed[P]
    await put(stage, 0)
    await work_off(stage)
    assert work.batches == []


async def test_records_of_an_older_assignment_are_dropped(
    stage: BatchProcessor, app: App, work: Work, starts: StartOffsets
) -> None:
    """What was fetched before a rebalance comes again to the owner of the partition: it must not be worked on here."""
    starts.committed[P] = 7
    await put(stage, 7)
    app.consumer_generation_id = 2
    stage.reset()
    await work_off(stage)
    await put(stage, 8)
    await put(stage, 7, generation=2)
    await work_off(stage)
    assert work.batches == [[], [7]]


async def test_settling_waits_for_the_batch_at_hand_and_commits(stage: BatchProcessor, app: App, work: Work) -> None:
    """Before partitions are reassigned the batch under way is finished and committed; what only waits is let go."""
    work.go.clear()
    await put(stage, 0, 1)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0)
    stage.pause()
    settling = asyncio.create_task(stage.drain())
    await asyncio.sleep(0)
    assert not settling.done()
    work.go.set()
    await settling
    running.cancel()
    assert app.consumer.commits == [{P: 2}]


async def test_a_topic_created_again_is_committed_at_its_beginning(app: App, work: Work, starts: StartOffsets) -> None:
    """What was processed of the old topic is not committed after that; nothing is taken until the next assignment."""
    anything: Any = (app, starts)
    stage = BatchProcessor(anything[0], "test", work, anything[1], topics=["mentions"])
    await put(stage, 0, 1)
    await work_off(stage)
    await stage.restart([P, TP("signals", 0)], {P: 3, TP("signals", 0): 5})
    assert app.consumer.commits[-1] == {P: 3}
    await put(stage, 2)
    await stage.commit()
    await work_off(stage)
    assert app.consumer.commits[-1] == {P: 3}
    assert work.batches == [[0, 1]]


async def test_a_batch_that_outlives_its_assignment_does_not_count(stage: BatchProcessor, app: App, work: Work) -> None:
    """A batch that was still under way when the partitions went is read again: it may not be committed here."""
    work.go.clear()
    await put(stage, 0, 1)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0)
    stage.pause()
    stage.reset()
    stage.resume()
    work.go.set()
    await asyncio.sleep(0.01)
    await stage.commit()
    running.cancel()
    assert app.consumer.commits == []


async def test_what_was_fetched_together_is_taken_together(stage: BatchProcessor, app: App, work: Work) -> None:
    """A fetch is one batch, in order, and is committed as a whole."""
    await put_fetched(stage, 0, 1, 2)
    await work_off(stage)
    await stage.commit()
    assert (work.batches, app.consumer.commits) == ([[0, 1, 2]], [{P: 3}])


async def test_a_gap_within_a_fetch_is_sought_once(stage: BatchProcessor, app: App, work: Work) -> None:
    """What comes before the gap is worked on; what lies after it is read again with the missing one."""
    await put_fetched(stage, 0, 1, 3, 4, 5)
    await work_off(stage)
    assert (app.consumer.sought, work.batches) == ([(P, 2)], [[0, 1]])
    await put_fetched(stage, 2, 3, 4, 5)
    await work_off(stage)
    assert work.batches == [[0, 1], [2, 3, 4, 5]]


async def test_a_fetch_that_begins_too_early_loses_its_beginning(stage: BatchProcessor, work: Work) -> None:
    """Of records that were seen before only the new ones are worked on."""
    await put_fetched(stage, 0, 1, 2)
    await put_fetched(stage, 1, 2, 3, 4)
    await work_off(stage)
    assert work.batches == [[0, 1, 2, 3, 4]]


async def test_a_confirmed_gap_within_a_fetch_is_passed(stage: BatchProcessor, app: App, work: Work) -> None:
    """Offsets that are missing twice are gone: transaction markers or expired records."""
    for _ in range(2):
        await put_fetched(stage, *([0] if not work.batches else []), 2, 3)
        await work_off(stage)
    assert (app.consumer.sought, work.batches) == ([(P, 1)], [[0], [2, 3]])


async def test_batches_grow_with_lag_up_to_a_bound(
    stage: BatchProcessor, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much as waits is taken at once, but no more than the bounds of records and bytes, save a single large one."""
    monkeypatch.setattr("streams.exactly_once.batch_processor.BATCH_SIZE", 3)
    monkeypatch.setattr("streams.exactly_once.batch_processor.BATCH_BYTES", 100)
    await put(stage, 0, 1, 2, 3)
    await put(stage, 4, size=99)
    await put(stage, 5, size=300)
    await put(stage, 6)
    await work_off(stage)
    assert work.batches == [[0, 1, 2], [3], [4], [5], [6]]


@pytest.mark.parametrize(("bound", "most"), [("QUEUE_SIZE", 2), ("QUEUE_BYTES", 3)])
async def test_a_full_queue_holds_the_stream_back(
    stage: BatchProcessor, work: Work, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """More than the bound does not gather; what was held back is taken when there is space."""
    monkeypatch.setattr(f"streams.exactly_once.batch_processor.{bound}", most)
    coming = asyncio.create_task(put(stage, 0, 1, 2))
    await asyncio.sleep(0)
    assert not coming.done()
    await work_off(stage)
    await coming
    await work_off(stage)
    assert work.batches == [[0, 1], [2]]
