"""Free ports for brokers that may be stopped and started again on them."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def pick_ports() -> Iterator[int]:
    """Yield free ports of the loopback interface, each once.

    They lie below the range that the system gives to outgoing connections: in that range a client that knocks at a
    stopped broker's port can be given the very same port as its own, and then the broker cannot come back.
    """
    for port in random.sample(range(20_000, 32_000), 12_000):
        if _is_free(port):
            yield port


def is_listening(port: int) -> bool:
    """Say whether somebody accepts connections on this port of the loopback interface."""
    with socket.socket() as knock:
        knock.settimeout(1.0)
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
