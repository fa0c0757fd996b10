"""Three brokers of Apache Kafka in one cluster, of which one at a time may be lost."""

from __future__ import annotations

from typing import Final, Self

from tests.support.jars import KAFKA_VERSION
from tests.support.kafka import LocalKafka, Quorum, new_cluster
from tests.support.ports import pick_ports

SIZE: Final = 3


class LocalCluster:
    """A throwaway cluster: each topic is on all brokers, and a record is acknowledged when two have it.

    What is done to a broker is done to one of them, each time to the next; `restart` and `resume` bring it back.
    """

    version: Final = KAFKA_VERSION
    copies: Final = SIZE

    def __init__(self) -> None:
        ports = pick_ports()
        controllers = tuple(next(ports) for _ in range(SIZE))
        cluster = new_cluster()
        self.nodes = [LocalKafka(quorum=Quorum(node, controllers, cluster)) for node in range(1, SIZE + 1)]
        self._hit = 0

    @property
    def bootstrap(self) -> str:
        """Return `host:port` of all brokers, separated by commas."""
        return ",".join(node.bootstrap for node in self.nodes)

    def start(self) -> Self:
        """Start all brokers and wait until each answers.

        Raises:
            RuntimeError: one ended or kept silent; the message ends with its log.
        """
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.await_ready()
        return self

    def stop(self) -> None:
        """Stop the next broker as an operator would."""
        self._next().stop()

    def kill(self) -> None:
        """Kill the next broker with SIGKILL."""
        self._next().kill()

    def restart(self) -> None:
        """Start the broker again that was hit last."""
        self.nodes[self._hit].restart()

    def pause(self) -> None:
        """Freeze the next broker."""
        self._next().pause()

    def resume(self) -> None:
        """Let the frozen broker run again."""
        self.nodes[self._hit].resume()

    def close(self) -> None:
        """Stop all brokers and remove their folders."""
        for node in self.nodes:
            node.close()

    def _next(self) -> LocalKafka:
        self._hit = (self._hit + 1) % SIZE
        return self.nodes[self._hit]
