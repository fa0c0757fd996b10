"""Embedded broker: the mock cluster inside librdkafka, for machines without Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from confluent_kafka.admin import AdminClient

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

PARTITIONS: Final = 4
"""Partitions of every topic: librdkafka's mock cluster offers no choice."""

_ANSWER_SECONDS: Final = 10.0


class EmbeddedBroker:
    """A Kafka broker on a free port of the loopback interface, inside this process.

    Real clients of other processes speak to it: Faust workers (`topic_allow_declare=False`), aiokafka, and kafka-python
    with `api_version=(2, 0)`. It keeps about 5 MB a partition, compacts nothing, cannot look up offsets by time, and
    everything is gone with the process: for a demo, or for a laptop without Java.
    """

    def __init__(self) -> None:
        self._client = AdminClient({"test.mock.num.brokers": 1, "allow.auto.create.topics": True, "log_level": 0})
        broker = next(iter(self._client.list_topics(timeout=_ANSWER_SECONDS).brokers.values()))
        self.bootstrap: str = f"{broker.host}:{broker.port}"

    def create(self, topics: Iterable[str]) -> None:
        """Make these topics, each with `PARTITIONS` partitions; a topic that exists stays as it is."""
        for topic in topics:
            self._client.list_topics(topic, timeout=_ANSWER_SECONDS)  # asking for a topic is what makes it

    def close(self) -> None:
        """End the broker; its port and records are gone."""
        del self._client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
