"""Which failures are told in one message instead of a traceback, and with which exit code?"""

from __future__ import annotations

import os
import sys
from typing import Final

from tocsin.cli.output import printable

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130

_DOMAIN: Final = (
    ("config.errors", "ConfigError", EXIT_USAGE),
    ("mentions.readers.position", "SourceError", EXIT_USAGE),
    ("streams.kafka.errors", "BrokerError", EXIT_FAILED),
    ("alerts.delivery.ports", "DeliveryError", EXIT_FAILED),
)
"""The exceptions of the packages below whose message is written for the user. An exception that was raised has its
module loaded, so they are looked up among the loaded ones: importing them would cost each command the start of all."""


class CommandError(Exception):
    """What was asked for did not work out, or found problems: exit code 1. The message holds the remedy."""


class UsageError(Exception):
    """Asked for in a way that cannot work (arguments, a file, the environment): exit code 2."""


def describe_error(error: Exception) -> tuple[str, int] | None:
    """Return the message and exit code of a failure that a user can do something about, None for a bug."""
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
    """Tell the Kafka client's own errors too, where no package put them into words."""
    known = getattr(sys.modules.get("kafka.errors"), "KafkaError", ())
    if not isinstance(error, known):
        return None
    remedy = "is Kafka running, and is TOCSIN_BROKERS right?"
    return f"Kafka: {printable(str(error) or type(error).__name__)}: {remedy}", EXIT_FAILED
