"""What the demo runs: an embedded broker, a real worker (and Slack app), and a thread that sends the mentions."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

from config.brands.wire import encode_brand
from streams.ingest import Ingest, Throttle, published_at
from streams.kafka.admin import KafkaBrandStore
from streams.kafka.connection import Connection
from streams.kafka.embedded import PARTITIONS, EmbeddedBroker
from streams.kafka.reader import progress
from streams.kafka.topics import Topics
from streams.stages.event_time import FLUSH_MARGIN
from tocsin import subprocesses
from tocsin.demo.scenarios.offline_run import mention_lines
from tocsin.errors import CommandError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from types import TracebackType

    from config.brands.model import Config
    from mentions.readers.position import Line

STOP_TIMEOUT: Final = 10.0
"""Seconds that a process gets to stop before it is killed."""


class DemoEnvironment:
    """Broker, topics, brands and worker; removes them all when it ends.

    The warm-up is sent at once, the scenario at `speed` times real time once `start_scenario` is called. With `slack`,
    the environment variables of a Slack, the worker posts there and the Slack app runs too.
    """

    def __init__(self, config: Config, live_from: int, speed: float, slack: Mapping[str, str] | None = None) -> None:
        self.topics = Topics("demo.")
        self._config = config
        self._speed = speed
        self._slack = slack
        self._processes: list[tuple[str, subprocess.Popen[bytes], Path]] = []
        sent = list(mention_lines())
        split = next(place for place, line in enumerate(sent) if (published_at(line) or 0) >= live_from)
        self._warm_up, self._scenario = sent[:split], sent[split:]
        self.warm_up_ends_at, self.ends_at = (published_at(part[-1]) or 0 for part in (self._warm_up, self._scenario))
        self._scenario_started = threading.Event()
        self._all_sent = threading.Event()
        self._time_advances = threading.Event()
        self._stopped = threading.Event()
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tocsin-demo-")))
            broker = stack.enter_context(EmbeddedBroker())
            broker.create(topic.name for topic in self.topics.all())
            self.connection = Connection((broker.bootstrap,), embedded=True)
            brands = {brand.name: encode_brand(brand) for brand in self._config.brands}
            KafkaBrandStore(self.connection, self.topics).publish(brands)
            for command, options in self._commands():
                self._start(stack, command, options, broker.bootstrap, folder / f"{command}.log")
            self._sender = threading.Thread(target=self._send_all, daemon=True)
            self._sender.start()
            stack.callback(self._stop_sending)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def start_scenario(self) -> None:
        """Start sending the scenario."""
        self._scenario_started.set()

    @property
    def worker_pid(self) -> int:
        """Return the worker's process id."""
        return self._processes[0][1].pid

    @property
    def is_started(self) -> bool:
        """Return whether the scenario has started."""
        return self._scenario_started.is_set()

    @property
    def is_sent(self) -> bool:
        """Return whether the whole scenario is sent."""
        return self._all_sent.is_set()

    def is_processed(self) -> bool:
        """Return whether the worker has processed all that was sent."""
        return progress(self.connection, self.topics)[1] == 0

    def keep_advancing_time(self) -> None:
        """Let event time advance after the scenario, as fast as the clock, so that actions take effect."""
        self._time_advances.set()

    def check(self) -> None:
        """Check that every process runs and the sender works.

        Raises:
            CommandError: a process has ended; the message holds the end of its log.
        """
        if self._error is not None:
            raise self._error
        for command, process, log in self._processes:
            if process.poll() is not None:
                ended = f"the demo's tocsin {command} ended with exit code {process.returncode}"
                raise CommandError(f"{ended}:\n{subprocesses.log_tail(log)}")

    def _commands(self) -> list[tuple[str, tuple[str, ...]]]:
        notify = "console" if self._slack is None else "slack"
        worker = ("worker", ("--notify", notify, "--clock", "arrival", "--embedded"))
        return [worker] if self._slack is None else [worker, ("slack", ("--embedded",))]

    def _start(self, stack: ExitStack, command: str, options: tuple[str, ...], bootstrap: str, log: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        environment |= {"TOCSIN_BROKERS": bootstrap, "TOCSIN_PREFIX": self.topics.prefix}
        environment |= {"TOCSIN_PARTITIONS": str(PARTITIONS), "TOCSIN_LOG_LEVEL": "warning"}
        process = subprocesses.start_command(options, environment | dict(self._slack or {}), log, command)
        stack.callback(subprocesses.stop_process, process, STOP_TIMEOUT)
        self._processes.append((command, process, log))

    def _stop_sending(self) -> None:
        for event in (self._stopped, self._scenario_started, self._all_sent, self._time_advances):
            event.set()
        self._sender.join(STOP_TIMEOUT)

    def _send_all(self) -> None:
        try:
            self._send(self._warm_up, 0)
            self._scenario_started.wait()
            self._send(self._scenario, self._speed)
            self._all_sent.set()
            self._time_advances.wait()
            self._send_ticks()
        except Exception as error:  # noqa: BLE001  raised in the main thread by `check`
            self._error = error
        self._all_sent.set()

    def _send_ticks(self) -> None:
        """Send a tick every second with the event time reached."""
        began = time.monotonic()
        with closing(Ingest(self.connection, self.topics, "published")) as ingest:
            while not self._stopped.wait(1.0):
                ingest.mark(self.ends_at + FLUSH_MARGIN + int((time.monotonic() - began) * 1000))

    def _send(self, part: list[Line], speed: float) -> None:
        with closing(Ingest(self.connection, self.topics, "published", Throttle(speed))) as ingest:
            for _refused in ingest.run(part):
                if self._stopped.is_set():
                    return
            if speed:
                ingest.finish()
