"""Reachability of the brokers: whether anything listens there, asked before a client tries for ten seconds."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from streams.kafka.errors import BrokerError

if TYPE_CHECKING:
    from streams.kafka.connection import Connection

TIMEOUT: Final = 1.5
"""Seconds for all brokers together."""


def check(connection: Connection) -> None:
    """Return if a broker accepts a connection.

    Raises:
        BrokerError: none does, and why the first does not.
    """
    reasons = []
    for broker in connection.brokers:
        host, _, port = broker.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), TIMEOUT / len(connection.brokers)).close()
        except TimeoutError:
            reasons.append("no answer to a connection")
        except OSError as error:
            reasons.append((error.strerror or type(error).__name__).lower())
        else:
            return
    raise BrokerError(connection.bootstrap, reasons[0])
