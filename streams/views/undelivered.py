"""View of the undelivered alerts, followed or read from the changelog of the receipts table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from alerts.delivery.undelivered import Undelivered
from streams.views.brand_states import read_table
from streams.views.table_view import TableView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

log = structlog.get_logger(__name__)

KEY_END: Final = b"\0undelivered"
"""What the key of a record ends with that says that an alert is undelivered."""

_decoder: Final = msgspec.json.Decoder(Undelivered)


def decode(stored: bytes) -> Undelivered:
    """Return what a value says of an alert's failures.

    Raises:
        msgspec.DecodeError: it says nothing of the kind.
    """
    return _decoder.decode(stored)


class UndeliveredView(TableView[Undelivered]):
    """The undelivered alerts by their delivery records."""

    @staticmethod
    def changelog(topics: Topics) -> Topic:
        """Return the changelog of the receipts."""
        return topics.receipts

    @staticmethod
    def decode(stored: bytes) -> Undelivered:
        """Return what a value says of an alert's failures."""
        return decode(stored)

    def apply(self, key: bytes, raw: bytes | None) -> None:
        """Note what a record says of an alert; receipts are left out."""
        if key.endswith(KEY_END):
            super().apply(key, raw)

    def alerts(self, topics: Topics, now: int) -> list[Undelivered]:
        """Return the undelivered alerts that the outbox may still hold at an instant (ms), the oldest first."""
        return _current((one for _, one in self._latest.values()), topics, now)


def read(connection: Connection, topics: Topics, now: int) -> list[Undelivered]:
    """Return the undelivered alerts that the outbox may still hold at an instant (ms), the oldest first.

    Raises:
        BrokerError: no broker answers, or there is no such topic.
    """
    found = []
    for key, value in read_table(connection, topics.receipts.name):
        if key.endswith(KEY_END):
            try:
                found.append(decode(value.payload))
            except msgspec.DecodeError as error:
                log.warning("undecodable table value skipped", key=repr(key), reason=str(error))
    return _current(found, topics, now)


def _current(alerts: Iterable[Undelivered], topics: Topics, now: int) -> list[Undelivered]:
    kept = topics.notifications.retention
    assert kept is not None
    since = now - int(kept.total_seconds() * 1000)
    return sorted((one for one in alerts if one.intended_at >= since), key=lambda one: (one.intended_at, one.incident))
