"""The last canary that came through: when, how much of it, and what Slack answered."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from streams.heartbeat import canary
from streams.kafka import reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.heartbeat.canary import Canary
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

LOOKED_BACK: Final = 3_600_000
"""Milliseconds: a heartbeat that ended longer ago is taken as switched off."""

_FEWEST_ROUNDS: Final = 2
"""Rounds of canaries of one sender from which on it is a running heartbeat, and not `tocsin heartbeat --once`."""


class LastCanary(NamedTuple):
    """The last round of canaries that came through every stage on every partition. Instants in ms."""

    sent_at: int | None  # None: none came through
    slack_error: str  # of the latest check of Slack; "" where Slack took it
    checked_at: int | None  # of that check's canary


def read_last_canary(connection: Connection, topics: Topics, now: int, partitions: int) -> LastCanary | None:
    """Return the last canary of a running heartbeat; None where none ran within the last hour.

    Raises:
        BrokerError: no broker answers, or the topic does not exist.
    """
    found: list[Canary] = []
    for record in reader.between(connection, topics.heartbeats.name, now - LOOKED_BACK, now + LOOKED_BACK):
        with suppress(msgspec.DecodeError):
            found.append(canary.decode(record.value or b""))
    return last_canary(found, partitions)


def last_canary(reports: Iterable[Canary], partitions: int) -> LastCanary | None:
    """Return what the reports of the workers say of the last canary.

    >>> rounds = [canary.Canary("a", 0, at, stage) for at in (10, 20) for stage in canary.STAGES]
    >>> last_canary(rounds, 1)
    LastCanary(sent_at=20, slack_error='', checked_at=20)
    """
    known = list(reports)
    rounds = Counter(sender for sender, _ in {(one.sender, one.sent_at) for one in known})
    running = [one for one in known if rounds[one.sender] >= _FEWEST_ROUNDS]
    if not running:
        return None
    checks = [one for one in running if one.stage == canary.STAGES[-1]]
    through = {(one.sender, one.sent_at, one.partition) for one in checks if not one.slack_error}
    whole = Counter((sender, sent_at) for sender, sent_at, _ in through)
    latest = max(checks, key=lambda one: (one.sent_at, one.slack_error), default=None)
    return LastCanary(
        max((sent_at for (_, sent_at), count in whole.items() if count >= partitions), default=None),
        "" if latest is None else latest.slack_error,
        None if latest is None else latest.sent_at,
    )
