"""Batch processor: in order, committed when processed, and without records of revoked partitions."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from streams.exactly_once.batch_processor import BatchProcessor

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Message:
    """A record as Faust hands it over."""

    tp: str
    offset: int
    generation_id: int = 1
    topic: str = "mentions"
    partition: int = 0


@dataclass(frozen=True)
class Event:
    """An event round it."""

    message: Message


@dataclass
class Consumer:
    """The consumer's side: what was sought and committed."""

    sought: list[tuple[str, int]] = field(default_factory=list)
    commits: list[dict[str, int]] = field(default_factory=list)

    async def seek(self, tp: str, offset: int) -> None:
        """Note a seek."""
        self.sought.append((tp, offset))

    async def _commit(self, offsets: dict[str, int]) -> bool:
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
        self.committed: dict[str, int] = {}
        self.known = asyncio.Event()
        self.known.set()

    async def get(self, tp: str) -> int | None:
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

    async def __call__(self, events: Sequence[Any]) -> None:
        """Take a batch."""
        offsets = [event.message.offset for event in events]
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
    found.committed["p"] = 0
    return found


@pytest.fixture
def stage(app: App, work: Work, starts: StartOffsets) -> BatchProcessor:
    """Return a stage of that app."""
    anything: Any = app
    where: Any = starts
    return BatchProcessor(anything, "test", work, where)


async def put(stage: BatchProcessor, *offsets: int, generation: int = 1) -> None:
    """Hand in records of partition p."""
    for offset in offsets:
        event: Any = Event(Message("p", offset, generation))
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
    starts.committed["p"] = 4
    await put(stage, 4, 5, 6)
    await work_off(stage)
    assert work.batches == [[4, 5, 6]]


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
    assert app.consumer.commits == [{"p": 2}]


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
    assert app.consumer.commits == [{"p": 1}]


async def test_a_missing_offset_is_sought(stage: BatchProcessor, app: App, work: Work) -> None:
    """A record that does not follow is not worked on; its partition is read again from the missing one."""
    await put(stage, 0, 2, 3)
    await work_off(stage)
    assert app.consumer.sought == [("p", 1)]
    assert work.batches == [[0]]
    await put(stage, 1, 2, 3)
    await work_off(stage)
    assert work.batches == [[0], [1, 2, 3]]


async def test_an_assignment_begins_at_the_committed_offset(
    stage: BatchProcessor, app: App, work: Work, starts: StartOffsets
) -> None:
    """A first record that lies after what is committed is not worked on before the missing ones are read."""
    starts.committed["p"] = 47
    await put(stage, 48, 49)
    await work_off(stage)
    assert (app.consumer.sought, work.batches) == ([("p", 47)], [])
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
    assert app.consumer.sought == [("p", 0)]
    monkeypatch.setattr("streams.exactly_once.batch_processor.SEEK_TIMEOUT", 0.0)
    await put(stage, 3)
    assert app.consumer.sought == [("p", 0), ("p", 0)]


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
    del starts.committed["p"]
    await put(stage, 0)
    await work_off(stage)
    assert work.batches == []


async def test_records_of_an_older_assignment_are_dropped(
    stage: BatchProcessor, app: App, work: Work, starts: StartOffsets
) -> None:
    """What was fetched before a rebalance comes again to the owner of the partition: it must not be worked on here."""
    starts.committed["p"] = 7
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
    assert app.consumer.commits == [{"p": 2}]


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
