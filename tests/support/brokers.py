"""Choice of the broker for tests: a real Kafka where possible, else the embedded one, and it says which."""

from __future__ import annotations

from typing import Final, Protocol

from streams.kafka.embedded import EmbeddedBroker
from tests.support.container import ContainerKafka
from tests.support.jars import KafkaMissingError
from tests.support.kafka import LocalKafka


class Broker(Protocol):
    """What a test may do with any broker."""

    @property
    def bootstrap(self) -> str:
        """Return `host:port` for clients."""

    def close(self) -> None:
        """End it and remove what it kept."""


class RealBroker(Broker, Protocol):
    """What a test may do with an Apache Kafka of its own."""

    def stop(self) -> None:
        """Stop it as an operator would."""

    def kill(self) -> None:
        """Kill it with SIGKILL."""

    def restart(self) -> None:
        """Stop and start it on the same data and ports."""

    def pause(self) -> None:
        """Freeze it."""

    def resume(self) -> None:
        """Let it run again."""


def start_real() -> RealBroker:
    """Start an Apache Kafka: on Java and Maven, else in a container.

    Raises:
        KafkaMissingError: neither is here; the message gives both reasons.
    """
    reasons: list[str] = []
    for kind in (LocalKafka, ContainerKafka):
        try:
            return kind().start()
        except KafkaMissingError as missing:
            reasons.append(str(missing))
    raise KafkaMissingError("; ".join(reasons))


class BrokerChoice:
    """The broker of this test session, started when the first test asks for it."""

    def __init__(self, *, real_required: bool) -> None:
        self.broker: Broker | None = None
        self.missing: str | None = None
        self._real_required: Final = real_required

    def start(self) -> Broker:
        """Return the session's broker.

        Raises:
            KafkaMissingError: a real Kafka is required and not available.
        """
        if self.broker is None:
            try:
                self.broker = start_real()
            except KafkaMissingError as missing:
                self.missing = str(missing)
                if self._real_required:
                    raise
                self.broker = EmbeddedBroker()
        return self.broker

    def describe(self) -> str:
        """Return the closing line: which broker the tests ran on, and why."""
        if isinstance(self.broker, EmbeddedBroker):
            return f"broker: the embedded one (librdkafka's mock cluster), because: {self.missing}"
        if self.broker is None:
            return f"broker: none available: {self.missing}" if self.missing else "broker: no test asked for one"
        return f"broker: Apache Kafka {LocalKafka.version}, a real one ({type(self.broker).__name__})"

    def close(self) -> None:
        """End the session's broker."""
        if self.broker is not None:
            self.broker.close()
