"""Timing of a worker by what it commits and writes, the same for every contender.

The worker first works off a few mentions, so that its start does not count. Then it is frozen while the rest is sent,
and the clock starts when it goes on. It stops at the last record that the worker wrote (at the last commit where it
writes none), once everything is committed and three seconds have brought nothing more.
"""

from __future__ import annotations

import signal
import time
from contextlib import closing, suppress
from os import kill
from threading import Timer
from typing import TYPE_CHECKING, Final, NamedTuple

from kafka import TopicPartition

from benchmarks.throughput import cores
from benchmarks.throughput.traffic import send
from streams.kafka import clients
from tests.support.installation import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kafka import KafkaConsumer

    from benchmarks.throughput.traffic import Record
    from tests.support.installation import Installation

PATIENCE: Final = 1_200.0
STILL: Final = 3.0  # seconds without a change after which the work counts as done
LONGEST_FREEZE: Final = 3.0  # seconds: half of the shortest session timeout
WARM_UP: Final = 0.02
"""Share of the records that is sent first."""


class Speed(NamedTuple):
    """What a run took."""

    rate: float  # mentions a second
    per_core: float | None  # mentions a second of the workers' CPU time
    megabytes: float | None  # largest resident set, summed over the workers


class Job(NamedTuple):
    """What a worker has to do, and how one sees that it did."""

    pids: tuple[int, ...]  # of all workers
    group: str
    topics: Sequence[str]  # all to be committed to their ends; the records go to the first
    running: Callable[[], bool]
    outputs: Sequence[str] = ()  # what it writes


def timed(here: Installation, job: Job, records: Sequence[Record]) -> Speed:
    """Send the records to the worker of `job` and return how fast it works them off."""
    bootstrap, topic = here.connection.bootstrap, job.topics[0]
    warm_up = max(1, round(len(records) * WARM_UP))
    send(bootstrap, topic, records[:warm_up])
    with closing(clients.group_consumer(here.connection, job.group)) as consumer:
        progress = Progress(here, job, consumer)
        wait_until(progress.at_rest, PATIENCE, f"{job.group} works off the first {warm_up} records", every=0.1)
        spent, freeze = cores.cpu_seconds(*job.pids), Freeze(*job.pids)
        send(bootstrap, topic, records[warm_up:])
        started = freeze.end()
        wait_until(progress.at_rest, PATIENCE, f"{job.group} works off {', '.join(job.topics)}", every=0.03)
        used = cores.cpu_seconds(*job.pids)
    mentions = sum(record.mentions for record in records[warm_up:])
    per_core = None if spent is None or used is None else mentions / max(used - spent, 0.01)
    return Speed(mentions / (progress.changed - started), per_core, cores.peak_megabytes(*job.pids))


def caught_up(here: Installation, job: Job, started: float) -> float:
    """Return the seconds from `started` [s of the monotonic clock] until everything is worked off."""
    with closing(clients.group_consumer(here.connection, job.group)) as consumer:
        progress = Progress(here, job, consumer)
        wait_until(progress.at_rest, PATIENCE, f"{job.group} works off {', '.join(job.topics)}", every=0.1)
    return progress.changed - started


class Freeze:
    """Processes stand still until `end`, or until they have to answer the broker."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._resumed: float | None = None
        self._timer = Timer(LONGEST_FREEZE, self.end)
        self._signal(signal.SIGSTOP)
        self._timer.start()

    def end(self) -> float:
        """Let them go on; returns when that was [s of the monotonic clock]."""
        self._timer.cancel()
        if self._resumed is None:
            self._resumed = time.monotonic()
            self._signal(signal.SIGCONT)
        return self._resumed

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._pids:
            with suppress(ProcessLookupError):
                kill(pid, number)


class Progress:
    """How far a worker is: what its group committed, what it wrote, and when that last changed."""

    def __init__(self, here: Installation, job: Job, consumer: KafkaConsumer) -> None:
        self.changed = time.monotonic()  # when it last wrote, or committed where it writes nothing
        self._here = here
        self._job = job
        self._consumer = consumer
        self._seen: list[int] = []
        self._last = self.changed  # when anything last changed

    def at_rest(self) -> bool:
        """Look, and tell whether everything is committed and nothing has changed for a while.

        Raises:
            RuntimeError: the worker has ended.
        """
        if not self._job.running():
            raise RuntimeError(f"{self._job.group}: the worker has ended")
        committed = [self._committed(topic) for topic in self._job.topics]
        written = [self._end(topic) for topic in self._job.outputs]
        now = time.monotonic()
        if self._seen != committed + written:
            if not written or self._seen[len(committed) :] != written:
                self.changed = now
            self._seen, self._last = committed + written, now
        ends = [self._end(topic) for topic in self._job.topics]
        return now - self._last > STILL and all(map(int.__ge__, committed, ends))

    def _committed(self, topic: str) -> int:
        tps = [TopicPartition(topic, number) for number in range(self._here.partitions)]
        return sum(self._consumer.committed(tp) or 0 for tp in tps)

    def _end(self, topic: str) -> int:
        return sum(self._here.ends(topic).values())
