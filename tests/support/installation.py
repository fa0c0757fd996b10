"""An installation to drive: worker processes and commands as an operator runs them, and a look at their state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from kafka import KafkaConsumer, TopicPartition

from streams.kafka import clients, reader
from streams.kafka import headers as heads
from streams.kafka.admin import create_topics
from streams.kafka.connection import Connection
from streams.kafka.embedded import EmbeddedBroker
from streams.kafka.topics import Topics
from streams.views import brand_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from detectors.engine.state import State
    from tests.support.brokers import Broker

LEAST_PATIENCE: Final = 120.0
"""Seconds that a test waits at least for what must come: how soon it comes is for benchmarks."""

ROOT: Final = Path(__file__).resolve().parents[2]


class Worker:
    """One `tocsin worker` process, or that of another command; its log is kept for the report of a failure."""

    def __init__(self, environment: dict[str, str], command: Sequence[str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Freeze it."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self, patience: float = 20.0) -> int:
        """Stop it in order and return its exit code; kill it after `patience` seconds."""
        if self.running:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class Installation:
    """An installation of its own on a shared broker: topics under a fresh prefix, workers, mentions."""

    def __init__(self, broker: Broker, environment: Mapping[str, str] | None = None, partitions: int = 4) -> None:
        self.topics = Topics(f"t{uuid.uuid4().hex[:8]}.")
        self.embedded = isinstance(broker, EmbeddedBroker)
        self.connection = Connection(tuple(broker.bootstrap.split(",")), embedded=self.embedded)
        self.partitions = partitions
        self.copies: int = getattr(broker, "copies", 1)  # of each topic
        self.workers: list[Worker] = []
        self._consumer: KafkaConsumer | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="tocsin-test-")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
            "TOCSIN_BROKERS": broker.bootstrap,
            "TOCSIN_PREFIX": self.topics.prefix,
            "TOCSIN_PARTITIONS": str(partitions),
            "TOCSIN_REPLICATION": str(self.copies),
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        create_topics(self.connection, self.topics.all(), self.partitions, self.copies)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.stop()
        if self._consumer is not None:
            self._consumer.close()
        if error is not None:
            sys.stderr.write(self.logs())
        self._folder.cleanup()

    def worker(self, *arguments: str, command: str = "worker", root: Path | None = None) -> Worker:
        """Start one more worker, or a process of another command; with `root`, of the version that lies there."""
        extra = ("--embedded",) if self.embedded else ()
        other = {} if root is None else {"PYTHONPATH": str(root)}
        return self._start(("-P", "-m", "tocsin", command, *arguments, *extra), other)

    def worker_with_wrong_clock(self, ahead: float, *arguments: str) -> Worker:
        """Start one more worker, whose clock is so many seconds ahead."""
        return self._start(("-m", "tests.support.wrong_clock", str(ahead), "worker", *arguments))

    def silent_worker(self) -> Worker:
        """Start one more worker, with the defaults and by arrival, that takes every message and shows none."""
        return self._start(("-m", "tests.support.silent_worker", "--defaults"))

    def _start(self, command: Sequence[str], more: Mapping[str, str] | None = None) -> Worker:
        log = Path(self.path(f"{len(self.workers)}.log"))
        worker = Worker({**self.environment, **(more or {})}, command, log)
        self.workers.append(worker)
        return worker

    def command(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a `tocsin` command to its end."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "tocsin", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    def send(self, records: Iterable[tuple[int, bytes | None, int | None]], pace: float = 0.0) -> int:
        """Send (source partition, value, arrived at) records, `pace` seconds apart; returns how many."""
        producer, sent = clients.producer(self.connection), 0
        for partition, value, arrived in records:
            headers = [] if arrived is None else [(heads.ARRIVED_AT, str(arrived).encode())]
            producer.send(self.topics.mentions.name, value=value, partition=partition, headers=headers)
            sent += 1
            if pace:
                time.sleep(pace)
        producer.flush()
        producer.close()
        return sent

    def mark(self, read_up_to: int) -> None:
        """Tell every source partition that no earlier mention follows."""
        producer = clients.producer(self.connection)
        for partition in range(self.partitions):
            headers = [(heads.READ_UP_TO, str(read_up_to).encode())]
            producer.send(self.topics.mentions.name, value=b"", partition=partition, headers=headers)
        producer.flush()
        producer.close()

    def states(self) -> dict[str, State]:
        """Return what the workers know of each brand."""
        return brand_states.read_brand_states(self.connection, self.topics)[0]

    def ends(self, topic: str) -> dict[int, int]:
        """Return how many records each partition of a topic has taken."""
        if self._consumer is None:
            self._consumer = clients.consumer(self.connection)
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        self._consumer.assign(tps)  # else a topic that the client has not met yet may be missing from the answer
        return {tp.partition: end for tp, end in self._consumer.end_offsets(tps).items()}

    def counted(self) -> int:
        """Return how many mentions the workers have counted or dropped as repeated."""
        return sum(state.totals.mentions + state.totals.duplicates for state in self.states().values())

    def settled(self) -> bool:
        """Tell whether every stage has committed all that its topics hold."""
        return not self.uncommitted()

    def uncommitted(self) -> dict[str, int]:
        """Return how many records that stages read are not committed, by topic and partition."""
        stages = (self.topics.mentions, self.topics.scored, self.topics.signals, self.topics.notifications)
        ends = {(topic.name, number): end for topic in stages for number, end in self.ends(topic.name).items()}
        with closing(clients.group_consumer(self.connection, self.topics.application)) as consumer:
            missing = {place: end - (consumer.committed(TopicPartition(*place)) or 0) for place, end in ends.items()}
        return {f"{topic}/{number}": count for (topic, number), count in missing.items() if count > 0}

    def committed(self, topic: str) -> int:
        """Return how many records of a topic the workers have committed."""
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        with closing(clients.group_consumer(self.connection, self.topics.application)) as consumer:
            return sum(consumer.committed(tp) or 0 for tp in tps)

    def path(self, name: str) -> str:
        """Return the path of a file that goes with the installation."""
        return str(Path(self._folder.name) / name)

    def records(self, topic: str) -> list[reader.Record]:
        """Return the records of a topic as it stands."""
        return list(reader.records(self.connection, topic))

    def logs(self) -> str:
        """Return what the workers logged, for the report of a failure."""
        return "".join(f"--- {w.log.name}\n{w.log.read_text(errors='replace')[-6000:]}\n" for w in self.workers)


def wait_until(met: Callable[[], bool], patience: float, what: str, every: float = 0.25) -> float:
    """Wait until `met`, on a busy machine LEAST_PATIENCE in any case; returns the seconds it took.

    Raises:
        TimeoutError: it was not met in time; the message says what was waited for.
    """
    start, patience = time.monotonic(), max(patience, LEAST_PATIENCE)
    while not met():
        if time.monotonic() - start > patience:
            raise TimeoutError(f"{what}: not within {patience:.0f} s")
        time.sleep(every)
    return time.monotonic() - start
