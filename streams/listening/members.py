"""Members of the listeners' group, as the brokers know them: who reads the sources, and who stands by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kafka.errors import CoordinatorNotAvailableError

from streams.kafka.errors import RefusedError, refusal_by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaAdminClient

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

CLIENT: Final = "tocsin-listen-"
"""Before the name of a listener in its client id."""


def group_of(topics: Topics) -> str:
    """Return the consumer group of the listeners."""
    return f"{topics.application}-listen"


class ListenerMember(NamedTuple):
    """A listener, as the brokers know it."""

    name: str
    host: str
    active: bool


def read_listeners(connection: Connection, admin: KafkaAdminClient, topics: Topics) -> tuple[ListenerMember, ...]:
    """Return the listeners that the brokers count as alive, the active one first.

    Raises:
        RefusedError: the user may not see the group.
    """
    try:
        described = admin.describe_groups([group_of(topics)])[group_of(topics)]
    except CoordinatorNotAvailableError:  # no group was ever formed on these brokers
        return ()
    if why := refusal_by_name(described.get("error")):
        raise RefusedError(connection.bootstrap, why)
    found = [
        ListenerMember(
            str(one["client_id"]).removeprefix(CLIENT),
            one["client_host"].lstrip("/"),
            bool(one["member_assignment"] and one["member_assignment"].get("assigned_partitions")),
        )
        for one in described["members"]
    ]
    return tuple(sorted(found, key=lambda one: (not one.active, one.name)))


def listeners_line(listeners: Iterable[ListenerMember]) -> str:
    """Return who reads the sources and who stands by, "" where no listener runs.

    >>> listeners_line([ListenerMember("web1-17", "10.0.0.1", True), ListenerMember("web2-9", "10.0.0.2", False)])
    'web1-17 reads the sources, web2-9 stands by'
    """
    return ", ".join(f"{one.name} {'reads the sources' if one.active else 'stands by'}" for one in listeners)
