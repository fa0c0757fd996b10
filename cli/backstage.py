"""What runs behind the demo? The embedded broker, one real worker process, and a thread that sends mentions."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

from cli import behind
from cli.errors import Failure
from config.wire import encode_brand
from replay.demo.rehearsal import lines
from streams.admin import KafkaBrandStore
from streams.connection import Connection
from streams.embedded import PARTITIONS, EmbeddedBroker
from streams.ingest import Ingest, Pace, published
from streams.topics import Topics

if TYPE_CHECKING:
    import subprocess
    from types import TracebackType

    from config.brand import Config
    from sources.position import Line

PATIENCE: Final = 10.0
"""Seconds that the worker gets to stop in order."""


class Backstage:
    """Broker, topics, brands and worker; everything is gone when it ends.

    `warm_up` goes out at once; `story`, at `speed` times real time, from the moment `begin` is called.
    """

    def __init__(self, config: Config, live_from: int, speed: float) -> None:
        self.topics = Topics("demo.")
        self._config = config
        self._speed = speed
        told = list(lines())
        split = next(place for place, line in enumerate(told) if (published(line) or 0) >= live_from)
        self._warm_up, self._story = told[:split], told[split:]
        self.warm_at, self.over_at = (published(part[-1]) or 0 for part in (self._warm_up, self._story))
        self._go = threading.Event()
        self._over = threading.Event()
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tocsin-demo-")))
            broker = stack.enter_context(EmbeddedBroker())
            broker.create(topic.name for topic in self.topics.all())
            self.connection = Connection((broker.bootstrap,), embedded=True)
            brands = {brand.name: encode_brand(brand) for brand in self._config.brands}
            KafkaBrandStore(self.connection, self.topics).publish(brands)
            self._log = folder / "worker.log"
            self._worker = self._start_worker(broker.bootstrap)
            stack.callback(behind.stop, self._worker, PATIENCE)
            self._sender = threading.Thread(target=self._send_all, daemon=True)
            self._sender.start()
            stack.callback(self._stop_sending)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def begin(self) -> None:
        """Let the story begin."""
        self._go.set()

    @property
    def worker_pid(self) -> int:
        """Return the worker's process id."""
        return self._worker.pid

    @property
    def begun(self) -> bool:
        """Tell whether the story has begun."""
        return self._go.is_set()

    @property
    def sent(self) -> bool:
        """Tell whether the whole story is sent."""
        return self._over.is_set()

    def check(self) -> None:
        """Notice what went wrong behind the stage.

        Raises:
            Failure: the worker has ended; the message holds the end of its log.
        """
        if self._error is not None:
            raise self._error
        if self._worker.poll() is not None:
            tail = behind.tail(self._log)
            raise Failure(f"the demo's worker ended with exit code {self._worker.returncode}:\n{tail}")

    def _start_worker(self, bootstrap: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        environment |= {"TOCSIN_BROKERS": bootstrap, "TOCSIN_PREFIX": self.topics.prefix}
        environment |= {"TOCSIN_PARTITIONS": str(PARTITIONS), "TOCSIN_LOG_LEVEL": "warning"}
        options = ("--notify", "console", "--clock", "arrival", "--embedded")
        return behind.start(options, environment, self._log)

    def _stop_sending(self) -> None:
        self._go.set()
        self._over.set()
        self._sender.join(PATIENCE)

    def _send_all(self) -> None:
        try:
            self._send(self._warm_up, 0)
            self._go.wait()
            self._send(self._story, self._speed)
        except Exception as error:  # noqa: BLE001  told to the main thread by `check`
            self._error = error
        self._over.set()

    def _send(self, part: list[Line], speed: float) -> None:
        with closing(Ingest(self.connection, self.topics, "published", Pace(speed))) as ingest:
            for _refused in ingest.run(part):
                if self._over.is_set():
                    return
            if speed:
                ingest.finish()
