"""Worker group: which workers are alive, and which partitions each of them reads, as the brokers know it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from streams.kafka.errors import RefusedError, refusal_by_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kafka import KafkaAdminClient

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

REBALANCING: Final = frozenset({"PreparingRebalance", "CompletingRebalance"})
"""States of a group in which no member has partitions."""

SETTLE_TIMEOUT: Final = 2.0
"""Seconds that a rebalance is given to end before the group is shown as it is."""

_POLL_INTERVAL: Final = 0.4


class GroupMember(NamedTuple):
    """A worker: its id in the group, its host, and the partitions of `mentions` that it reads."""

    id: str
    host: str
    partitions: tuple[int, ...]


class WorkerGroup(NamedTuple):
    """The workers of an installation, in the order of their ids."""

    rebalancing: bool
    members: tuple[GroupMember, ...]

    def unassigned(self, partitions: int) -> tuple[int, ...]:
        """Return the partitions that no worker reads.

        >>> WorkerGroup(False, (GroupMember("a", "h", (0, 2)),)).unassigned(4)
        (1, 3)
        """
        read = {number for member in self.members for number in member.partitions}
        return tuple(number for number in range(partitions) if number not in read)


def read_group(connection: Connection, admin: KafkaAdminClient, topics: Topics) -> WorkerGroup:
    """Return the workers that the brokers count as alive; one that was killed counts for the session timeout.

    Raises:
        RefusedError: the user may not see the group.
    """
    deadline = time.monotonic() + SETTLE_TIMEOUT
    while True:
        described = admin.describe_groups([topics.application])[topics.application]
        found = parse_group(connection, described, topics.mentions.name)
        if not found.rebalancing or time.monotonic() > deadline:
            return found
        time.sleep(_POLL_INTERVAL)


def parse_group(connection: Connection, described: Mapping[str, Any], topic: str) -> WorkerGroup:
    """Return the group that kafka-python describes.

    Raises:
        RefusedError: the description is a refusal.
    """
    if why := refusal_by_name(described.get("error")):
        raise RefusedError(connection.bootstrap, why)
    members = [
        GroupMember(one["member_id"], one["client_host"].lstrip("/"), _assigned(one["member_assignment"], topic))
        for one in described["members"]
    ]
    return WorkerGroup(described["group_state"] in REBALANCING, tuple(sorted(members)))


def _assigned(assignment: Any, topic: str) -> tuple[int, ...]:
    """Return the partitions of a topic in a member's assignment; none while it has no assignment."""
    given: Sequence[Mapping[str, Any]] = assignment.get("assigned_partitions", ()) if assignment else ()
    return tuple(sorted(number for one in given if one["topic"] == topic for number in one["partitions"]))
