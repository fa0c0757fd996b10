"""Topic administration: creates and deletes topics, and publishes the brands' configuration."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kafka.admin import NewTopic
from kafka.errors import KafkaError, for_code

from streams.kafka import clients, reader
from streams.kafka.connection import connect
from streams.kafka.errors import BrokerError
from streams.kafka.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.settings import Settings
    from config.store import BrandStore
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic

TOPIC_ALREADY_EXISTS = 36
"""Kafka's error code TOPIC_ALREADY_EXISTS."""

_MAY_EXIST = frozenset({TOPIC_ALREADY_EXISTS, 29, 31})
"""Also TOPIC_ and CLUSTER_AUTHORIZATION_FAILED: one without the right to create is not told whether a topic exists."""


@dataclass(frozen=True)
class CreatedTopic:
    """What became of one topic."""

    name: str
    created: bool  # False: it was there already
    partitions: int


def create_topics(
    connection: Connection, topics: Iterable[Topic], partitions: int, replication: int
) -> list[CreatedTopic]:
    """Create the topics that are missing; those that exist stay as they are.

    Raises:
        BrokerError: no broker answers, or it refuses.
    """
    if connection.embedded:
        return [_touch(connection, topic) for topic in topics]
    wanted = [NewTopic(topic.name, partitions, replication, topic_configs=topic.config()) for topic in topics]
    with closing(clients.admin(connection)) as admin:
        try:
            answers = admin.create_topics(wanted, raise_errors=False, wait_for_metadata=True)["topics"]
        except KafkaError as error:
            raise BrokerError(connection.bootstrap, error) from error
        existing = [answer["name"] for answer in answers if answer["error_code"] in _MAY_EXIST]
        found = admin.describe_topics(existing) if existing else []
        counts = {topic["name"]: len(topic["partitions"]) for topic in found}
    return [_created(connection, answer, counts) for answer in answers]


def delete_topics(connection: Connection, names: Iterable[str]) -> None:
    """Delete topics with all that is in them; those that are not there are no error. An embedded broker keeps them.

    Raises:
        BrokerError: no broker answers, or it refuses.
    """
    gone = list(names)
    if connection.embedded or not gone:
        return
    with closing(clients.admin(connection)) as admin:
        try:
            admin.delete_topics(gone, raise_errors=False)
        except KafkaError as error:
            raise BrokerError(connection.bootstrap, error) from error


def _created(connection: Connection, answer: Mapping[str, Any], counts: Mapping[str, int]) -> CreatedTopic:
    name, code = answer["name"], answer["error_code"]
    if code and not counts.get(name):
        why = f"topic {name}: {for_code(code).__name__}: {answer['error_message']}"
        raise BrokerError(connection.bootstrap, why)
    return CreatedTopic(name, code == 0, answer["num_partitions"] if code == 0 else counts[name])


def _touch(connection: Connection, topic: Topic) -> CreatedTopic:
    """Make the embedded broker create a topic: it does so when asked for its metadata."""
    with closing(clients.producer(connection)) as producer:
        numbers = producer.partitions_for(topic.name)
    return CreatedTopic(topic.name, created=True, partitions=len(numbers))


class KafkaBrandStore:
    """The applied configuration, in the compacted topic `brands`."""

    def __init__(self, connection: Connection, topics: Topics) -> None:
        self._connection = connection
        self._topic = topics.brands.name

    def read_applied(self) -> dict[str, bytes]:
        """Return the latest record of each brand in force, by name.

        Raises:
            BrokerError: no broker answers, or the topic does not exist.
        """
        latest = reader.latest(self._connection, self._topic)
        return {key.decode(errors="replace"): value for key, value in latest.items()}

    def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Write the records, None removing a brand; returns once all are acknowledged.

        Raises:
            BrokerError: a record was not acknowledged; some may have been written, and publishing again is harmless.
        """
        with closing(clients.producer(self._connection)) as producer:
            try:
                futures = [
                    producer.send(self._topic, key=name.encode(), value=value) for name, value in records.items()
                ]
                for future in futures:
                    future.get(timeout=30)
            except KafkaError as error:
                raise BrokerError(self._connection.bootstrap, error) from error


def brand_store(settings: Settings) -> BrandStore:
    """Return the applied configuration of the installation that `settings` describe."""
    return KafkaBrandStore(connect(settings), Topics(settings.prefix))
