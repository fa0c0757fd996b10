"""A real Apache Kafka on this machine, to start, stop, kill and restart: one JVM in KRaft mode, or one of several."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tests.support.jars import KAFKA_VERSION, fetch_jars, find_java
from tests.support.ports import is_listening, pick_ports
from tests.support.slow_link import SlowLink

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

_PROPERTIES: Final = """
process.roles=broker,controller
node.id={node}
listeners=PLAINTEXT://127.0.0.1:{port},LINKED://127.0.0.1:{linked},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},LINKED://127.0.0.1:{link}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LINKED:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters={voters}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=4
offsets.topic.num.partitions=4
offsets.topic.replication.factor={copies}
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
min.insync.replicas={in_sync}
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=8388608
"""
_LOG4J: Final = """<Configuration status="off">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %c: %m%n"/></Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""
_HEAP: Final = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC")


@dataclass(frozen=True)
class Quorum:
    """The brokers of a cluster, each of which is a controller too, by their controllers' ports; alone: one."""

    node: int  # which of them a broker is, from 1
    controllers: tuple[int, ...]
    cluster: str

    @property
    def voters(self) -> str:
        """Return all controllers as Kafka wants them."""
        return ",".join(f"{node}@127.0.0.1:{port}" for node, port in enumerate(self.controllers, 1))

    @property
    def in_sync(self) -> int:
        """Return how many brokers must have a record before it is acknowledged: all but one, one at least."""
        return max(1, len(self.controllers) - 1)


def new_cluster() -> str:
    """Return the id of a new cluster."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


class LocalKafka:
    """A throwaway Apache Kafka: one broker, its own folder and ports, stopped by its own process id only.

    Args:
        start_timeout: seconds to wait until it answers.
        quorum: the cluster that it is one of; None: it is alone.
    """

    version: Final = KAFKA_VERSION

    def __init__(self, start_timeout: float = 60.0, quorum: Quorum | None = None) -> None:
        self._jars = fetch_jars()
        self._java = find_java()
        self._timeout = start_timeout
        self._folder = Path(tempfile.mkdtemp(prefix="tocsin-kafka-"))
        ports = pick_ports()
        self._port, controller, self._linked, self._link = (next(ports) for _ in range(4))
        self._quorum = quorum or Quorum(1, (controller,), new_cluster())
        self._process: subprocess.Popen[bytes] | None = None
        self._write_settings()

    @property
    def bootstrap(self) -> str:
        """Return `host:port` for clients; the same across restarts."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Return the broker's process id; 0 while it is down."""
        return self._process.pid if self._process else 0

    def start(self) -> Self:
        """Start the broker, on the data that is there, and wait until it answers.

        Raises:
            RuntimeError: it ended or kept silent; the message ends with its log.
        """
        self.launch()
        self.await_ready()
        return self

    def launch(self) -> None:
        """Start the broker without waiting: one of several answers when most of them run."""
        if self._process is None:
            self._process = self._spawn("kafka.Kafka", self._path("server.properties"))

    def stop(self, patience: float = 30.0) -> None:
        """Stop the broker as an operator would; kill it if that takes longer than `patience` seconds."""
        if self._process is not None:
            self.resume()
            self._process.terminate()
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._reap()

    def kill(self) -> None:
        """Kill the broker with SIGKILL: nothing is flushed, nobody is told."""
        if self._process is not None:
            self._process.kill()
            self._reap()

    def restart(self) -> None:
        """Stop and start on the same data and ports."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze the broker (SIGSTOP): connections stay open, nothing is answered from when this returns."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            os.waitpid(self._process.pid, os.WUNTRACED)  # until its last thread stands still

    def resume(self) -> None:
        """Let a frozen broker run again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def open_link(self, tls: ssl.SSLContext | None = None) -> SlowLink:
        """Return a link through which clients reach the broker, to be closed by the caller; there is one at a time."""
        return SlowLink(self._link, self._linked, tls)

    def fill_disk(self) -> None:
        """Let the broker write nothing more to any file, as on a full disk; it ends by that, or by `kill`."""
        if self._process is not None:
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))

    def close(self) -> None:
        """Stop the broker and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _write_settings(self) -> None:
        settings = _PROPERTIES.format(
            port=self._port,
            controller=self._quorum.controllers[self._quorum.node - 1],
            node=self._quorum.node,
            voters=self._quorum.voters,
            copies=len(self._quorum.controllers),
            in_sync=self._quorum.in_sync,
            linked=self._linked,
            link=self._link,
            data=self._path("data"),
        )
        self._path("server.properties").write_text(settings, encoding="utf-8")
        self._path("log4j2.xml").write_text(_LOG4J, encoding="utf-8")
        # "=": an id that begins with a hyphen would be taken for an option
        command = (
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={self._quorum.cluster}",
            "-c",
            self._path("server.properties"),
        )
        if self._spawn(*command).wait() != 0:
            raise RuntimeError(f"Kafka could not format its folder:\n{self._log_tail()}")

    def _spawn(self, *main: str | Path) -> subprocess.Popen[bytes]:
        log4j = f"-Dlog4j2.configurationFile={self._path('log4j2.xml')}"
        command = [self._java, *_HEAP, log4j, "-cp", f"{self._jars}/*", *main]
        with self._path("kafka.log").open("ab") as log:
            # In a session of its own: Ctrl-C in the terminal must reach us alone, so that we stop it in order.
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def await_ready(self) -> None:
        """Wait until the broker answers.

        Raises:
            RuntimeError: it ended or kept silent; the message ends with its log.
        """
        deadline = time.monotonic() + self._timeout
        while not is_listening(self._port):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Kafka did not start:\n{self._log_tail()}")
            time.sleep(0.05)

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _log_tail(self) -> str:
        return self._path("kafka.log").read_text(encoding="utf-8", errors="replace")[-4000:]


def main() -> None:
    """Run Kafka in the foreground until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _say("starting Apache Kafka …")
    with suppress(KeyboardInterrupt), LocalKafka() as kafka:
        _say(f"Apache Kafka {kafka.version} at {kafka.bootstrap}")
        _say(f"  export TOCSIN_BROKERS={kafka.bootstrap}\nCtrl-C stops it and removes its folder.")
        signal.pause()
    _say("\nstopped.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
