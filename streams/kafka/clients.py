"""kafka-python clients used outside a worker, each with its guarantees, and one error when no broker answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from streams.kafka import diagnosis, reachability
from streams.kafka.errors import BrokerError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.kafka.connection import Connection

BOOTSTRAP_TIMEOUT_MS: Final = 10_000


def consumer(connection: Connection, **settings: Any) -> KafkaConsumer:
    """Return a consumer that belongs to no group and reads from the beginning.

    Raises:
        BrokerError: no broker answers.
    """
    promised: dict[str, Any] = {"auto_offset_reset": "earliest", "enable_auto_commit": False}
    return _reach(connection, KafkaConsumer, promised | settings)


def group_consumer(connection: Connection, group: str) -> KafkaConsumer:
    """Return a consumer that can tell what `group` has committed; it takes no part in the group.

    Raises:
        BrokerError: no broker answers.
    """
    return _reach(connection, KafkaConsumer, {"group_id": group, "enable_auto_commit": False})


def producer(connection: Connection, **settings: Any) -> KafkaProducer:
    """Return a producer whose records are acknowledged by all replicas and stay in order.

    Raises:
        BrokerError: no broker answers.
    """
    promised = {"acks": "all", "enable_idempotence": not connection.embedded, "linger_ms": 5}
    return _reach(connection, KafkaProducer, promised | settings)


def admin(connection: Connection) -> KafkaAdminClient:
    """Return an administrator's client.

    Raises:
        BrokerError: no broker answers.
    """
    return _reach(connection, KafkaAdminClient, {})


def _reach(connection: Connection, client: Callable[..., Any], settings: dict[str, Any]) -> Any:
    reachability.check(connection)
    if connection.tokens:
        connection.tokens.current()  # a login without one is named at once, by its cause
    with diagnosis.causes() as found:
        try:
            return client(bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS, **connection.kafka_python(), **settings)
        except KafkaError as error:
            if why := diagnosis.diagnose(connection, [*found, error]):
                raise RefusedError(connection.bootstrap, why) from error
            raise BrokerError(connection.bootstrap, error) from error
