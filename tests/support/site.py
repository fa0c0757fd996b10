"""What faults are inflicted on: an installation under load, its broker, its Slack and the workers that should run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from kafka.errors import KafkaError

from streams.kafka.errors import BrokerError
from tests.support.installation import wait_until

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

    from config.brands.model import Brand
    from tests.support.brokers import RealBroker
    from tests.support.installation import Installation, Worker
    from tests.support.slow_link import SlowLink
    from tocsin.demo.fake_slack.server import FakeSlack
    from tocsin.demo.fake_slack.serving import BackgroundServer

ARGUMENTS: Final = ("--clock", "arrival", "--notify", "slack")
LONGEST_STOP: Final = 30.0
"""Seconds within which a process ends at SIGTERM, three times what is promised: the machine is busy."""


class Load:
    """Records that are sent in a thread of their own, `pace` seconds apart; the sending can be paused."""

    def __init__(self, here: Installation, records: Sequence[tuple[int, bytes]], arrived: int, pace: float) -> None:
        self._records = records
        self._arrived = arrived
        self._flowing = Event()
        self._flowing.set()
        self._asked = 0
        self._thread = Thread(target=here.send, args=(self._flow(), pace), daemon=True)

    def _flow(self) -> Iterator[tuple[int, bytes, int]]:
        for partition, value in self._records:
            self._asked += not self._flowing.is_set()
            self._flowing.wait()
            yield partition, value, self._arrived

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def pause(self) -> None:
        """Send nothing more for now; returns when the last record is on its way."""
        self._flowing.clear()
        asked = self._asked
        while self._thread.is_alive() and self._asked == asked:
            time.sleep(0.05)

    def resume(self) -> None:
        """Go on."""
        self._flowing.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()


@dataclass
class Site:
    """What faults are inflicted on; `workers` are those that should run."""

    here: Installation
    broker: RealBroker
    server: BackgroundServer
    chance: random.Random
    brands: list[Brand]
    load: Load
    link: SlowLink | None = None  # through which the workers reach the broker
    root: Path | None = None  # of another version that workers start from for now
    slack_app: Worker | None = None
    workers: list[Worker] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def slack(self) -> FakeSlack:
        """Return the Slack of the workers."""
        return self.server.slack

    def add_worker(self, clock_ahead: float = 0.0) -> None:
        """Start one more worker; its clock may be wrong by so many seconds."""
        if clock_ahead:
            self.workers.append(self.here.worker_with_wrong_clock(clock_ahead, *ARGUMENTS))
        else:
            self.workers.append(self.here.worker(*ARGUMENTS, root=self.root))

    def take_worker(self) -> Worker:
        """Take one of the workers out of those that should run."""
        return self.workers.pop(self.chance.randrange(len(self.workers)))

    def supervise(self) -> None:
        """Start workers again that ended because the broker was away when they started, as a service manager does."""
        for worker in [one for one in self.workers if not one.running]:
            if worker.log.read_text(errors="replace").lstrip().startswith("Error: Kafka at"):
                self.workers.remove(worker)
                self.add_worker()

    def holds(self, met: Callable[[], bool]) -> bool:
        """Tell whether something is met; while a client still looks for the broker that came back, it is not."""
        self.supervise()
        try:
            return met()
        except (KafkaError, BrokerError):
            return False

    def wait_until(self, met: Callable[[], bool], what: str) -> bool:
        """Return whether something is met within two minutes; that it is not is a problem."""
        try:
            wait_until(lambda: self.holds(met), 120, what, every=0.5)
        except TimeoutError as error:
            self.problems.append(str(error))
            return False
        return True

    def wait(self, least: float, most: float) -> None:
        """Let a random time pass."""
        time.sleep(self.chance.uniform(least, most))

    def stop(self, worker: Worker) -> None:
        """Stop a worker by SIGTERM; it has to end in time."""
        started = time.monotonic()
        worker.stop(LONGEST_STOP)
        if time.monotonic() - started >= LONGEST_STOP:
            self.problems.append(f"{worker.log.name}: ignores SIGTERM")

    @staticmethod
    def resident(worker: Worker) -> int:
        """Return how many MB of memory a worker holds."""
        lines = Path(f"/proc/{worker.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))
