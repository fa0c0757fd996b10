"""Diagnosis of a broker that cannot be used: which of encryption, certificate, password or protocol is wrong.

kafka-python tries again whatever the cause and says in the end that no broker answered; the cause is in its log alone.
"""

from __future__ import annotations

import logging
import socket
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from streams.kafka.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.kafka.connection import Connection

TIMEOUT: Final = 3.0
"""Seconds for one step of the diagnosis."""

_CLIENT_LOGGER: Final = "kafka.net.manager"
_NO_LISTENER: Final = (ConnectionRefusedError, socket.gaierror)


class _Causes(logging.Filter):
    """Keeps the errors that kafka-python logs, and lets none of them through: they are told once, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[BaseException] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the errors of a record."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.found += [one for one in arguments if isinstance(one, BaseException)]
        return False


@contextmanager
def causes() -> Iterator[list[BaseException]]:
    """Collect why kafka-python could not connect."""
    logger, kept = logging.getLogger(_CLIENT_LOGGER), _Causes()
    level = logger.level
    logger.addFilter(kept)
    logger.setLevel(logging.WARNING)
    try:
        yield kept.found
    finally:
        logger.setLevel(level)
        logger.removeFilter(kept)


def diagnose(connection: Connection, found: list[BaseException]) -> str | None:
    """Return cause and remedy, by the errors `found` and what the first broker answers; None: no broker is there."""
    by_token = connection.tokens is not None
    refused = next(filter(None, (refusal(one, by_token=by_token) for one in reversed(found))), None)
    if refused is not None:
        return refused
    host, _, port = connection.brokers[0].rpartition(":")
    address = host.strip("[]"), int(port)
    context = connection.tls()
    return _wrong_plaintext(connection, address) if context is None else _wrong_tls(connection, address, context)


def _wrong_tls(connection: Connection, address: tuple[str, int], context: ssl.SSLContext) -> str | None:
    try:
        with (
            socket.create_connection(address, TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=address[0]),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        return f"certificate refused: {error.verify_message.rstrip('.')}: {_certificate_remedy(connection, error)}"
    except _NO_LISTENER:
        return None
    except (ssl.SSLError, ConnectionError, TimeoutError):
        return (
            f"the broker does not speak TLS on this port: check TOCSIN_KAFKA_SECURITY_PROTOCOL ({connection.protocol}) "
            "and the port in TOCSIN_BROKERS"
        )
    except OSError:
        return None


def _certificate_remedy(connection: Connection, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _HOST_MISMATCH:
        return "name the broker in TOCSIN_BROKERS as its certificate does"
    if error.verify_code in _OUT_OF_DATE:
        return "renew the broker's certificate, or set this machine's clock"
    if connection.ca_file:
        return "TOCSIN_KAFKA_CA_FILE must hold the authority that signed the broker's certificate"
    return "set TOCSIN_KAFKA_CA_FILE to the authority that signed the broker's certificate"


_OUT_OF_DATE: Final = {9, 10}
"""OpenSSL's codes of a certificate that is not valid yet, or not any more."""

_HOST_MISMATCH: Final = {62, 64}
"""OpenSSL's codes of a certificate for another host name, or another address."""


def _wrong_plaintext(connection: Connection, address: tuple[str, int]) -> str | None:
    """Return the remedy where a broker that is spoken to without TLS answers in TLS."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # only asked whether it speaks TLS
    with suppress(OSError), socket.create_connection(address, TIMEOUT) as plain, anybody.wrap_socket(plain):
        return f"the broker speaks TLS on this port: check TOCSIN_KAFKA_SECURITY_PROTOCOL ({connection.protocol})"
    return None
