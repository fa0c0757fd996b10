"""Which failures are told in one message instead of a traceback, and with which exit code?"""

from __future__ import annotations

import os
import sys
from typing import Final

from cli.output import plain

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130


class Failure(Exception):  # noqa: N818  it is a failure, not an error of the program
    """What was asked for did not work out, or found problems: exit code 1. The message holds the remedy."""


class Misuse(Exception):  # noqa: N818  likewise
    """Asked for in a way that cannot work (arguments, a file, the environment): exit code 2."""


def judge(error: Exception) -> tuple[str, int] | None:
    """Return the message and exit code of a failure that a user can do something about, None for a bug."""
    if isinstance(error, Failure):
        return str(error), FAILED
    if isinstance(error, Misuse):
        return str(error), MISUSED
    if isinstance(error, OSError) and error.filename is not None:
        return _about_file(error), MISUSED
    return _about_domain(error)


def _about_file(error: OSError) -> str:
    return f"{plain(os.fsdecode(error.filename))}: {error.strerror or type(error).__name__}"


def _about_domain(error: Exception) -> tuple[str, int] | None:
    """Import the domain's exceptions only now: most commands never get here, and pydantic is slow to load."""
    from config.errors import ConfigError  # noqa: PLC0415

    if isinstance(error, ConfigError):
        return "\n".join(plain(str(problem)) for problem in error.problems), MISUSED
    return _about_kafka(error)


def _about_kafka(error: Exception) -> tuple[str, int] | None:
    """Know the client's errors without importing it: if one was raised, it is loaded."""
    client = sys.modules.get("kafka.errors")
    if client is None or not isinstance(error, client.KafkaError):
        return None
    remedy = "is Kafka running, and does TOCSIN_BROKERS name it? `tocsin status` shows what is reachable"
    return f"Kafka: {plain(str(error) or type(error).__name__)}: {remedy}", FAILED
