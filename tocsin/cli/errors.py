"""Errors that end a command with a message and an exit code instead of a traceback."""

from __future__ import annotations

import os
import sys
from typing import Final

from tocsin.cli.output import printable
from tocsin.errors import CommandError, UsageError

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130

_DOMAIN: Final = (
    ("config.errors", "ConfigError", EXIT_USAGE),
    ("mentions.readers.position", "SourceError", EXIT_USAGE),
    ("streams.kafka.errors", "BrokerError", EXIT_FAILED),
    ("streams.monitoring.http_server", "MetricsPortError", EXIT_FAILED),
    ("detectors.engine.storage", "NewerFormatError", EXIT_FAILED),
    ("alerts.delivery.ports", "DeliveryError", EXIT_FAILED),
)
"""Exceptions of the packages below whose message is written for the user, with their exit code. Looked up among the
loaded modules, as the module of a raised exception is loaded: importing them here would slow down every command."""


def describe_error(error: Exception) -> tuple[str, int] | None:
    """Return the message and exit code of an error that the user can fix, None for a bug."""
    if isinstance(error, CommandError):
        return str(error), EXIT_FAILED
    if isinstance(error, UsageError):
        return str(error), EXIT_USAGE
    for module, name, code in _DOMAIN:
        if isinstance(error, getattr(sys.modules.get(module), name, ())):
            return printable(str(error), lines=True), code
    if isinstance(error, OSError) and error.filename is not None:
        return _describe_os_error(error), EXIT_USAGE
    return _describe_kafka_error(error)


def _describe_os_error(error: OSError) -> str:
    return f"{printable(os.fsdecode(error.filename))}: {error.strerror or type(error).__name__}"


def _describe_kafka_error(error: Exception) -> tuple[str, int] | None:
    """Describe errors of the Kafka client that no package of ours has translated."""
    known = getattr(sys.modules.get("kafka.errors"), "KafkaError", ())
    if not isinstance(error, known):
        return None
    from streams.kafka.errors import refusal  # noqa: PLC0415  only where it is needed

    if refused := refusal(error):
        return f"Kafka: {refused}", EXIT_FAILED
    remedy = "is Kafka running, and is TOCSIN_BROKERS right?"
    return f"Kafka: {printable(str(error) or type(error).__name__)}: {remedy}", EXIT_FAILED
