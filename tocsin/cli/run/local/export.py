"""Export of a local installation: everything that `tocsin up` keeps, moved to other brokers."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from tocsin import subprocesses
from tocsin.cli.output import print_line, print_status, printable
from tocsin.cli.run.local import group
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from tocsin.cli.run.local.group import GroupOptions

BROKER_TIMEOUT: Final = 120.0
"""Seconds until the journal is read."""

DRAIN_TIMEOUT: Final = 600.0
"""Seconds for the worker to process what is left."""

DRAINS: Final = 5
"""Times that a worker is started to process what is left."""

_STOP_TIMEOUT: Final = 20.0
_POLL_SECONDS: Final = 0.5


def export(options: GroupOptions, brokers: str) -> None:
    """Let a worker process what is left, then copy everything to `brokers`.

    Raises:
        CommandError: something is left that no worker processes.
        BrokerError: a broker does not answer, or the target holds records.
        ConfigError: `brokers` are no addresses.
    """
    from config.environment import from_environ  # noqa: PLC0415  slow to load
    from streams.kafka.connection import connect  # noqa: PLC0415
    from streams.kafka.positions import commit_ends  # noqa: PLC0415
    from streams.kafka.topics import Topics  # noqa: PLC0415
    from tocsin.cli.run.local.topic_copy import copy_topics  # noqa: PLC0415

    target_settings = from_environ(dict(os.environ) | {"TOCSIN_BROKERS": brokers})
    environment = group.environment(os.environ, options)
    source, target = connect(_plain(from_environ(environment))), connect(target_settings)
    topics = Topics(target_settings.prefix)
    with ExitStack() as stack:
        broker = ("--data", str(options.data), "--port", str(options.broker))
        _start(stack, "broker", broker, environment)
        _wait(lambda: group.is_answering(options.broker or 0), BROKER_TIMEOUT, "the local broker does not answer")
        _drain(source, topics, lambda working: _start(working, "worker", ("--clock", options.clock), environment))
        copy_topics(source, target, topics, target_settings.replication, _report)
        commit_ends(target, topics)
    print_line(printable(f"Everything is at {target.bootstrap}. From now on: export TOCSIN_BROKERS={brokers}"))


def _plain(settings: Settings) -> Settings:
    """Return settings of the local broker, which knows no login; the environment's is for the other one."""
    return settings.model_copy(update={"kafka_security_protocol": "PLAINTEXT"})


def _start(stack: ExitStack, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    plain = environment | {"TOCSIN_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}
    process = subprocesses.start([*subprocesses.TOCSIN, name, *arguments], plain, start_new_session=True)
    stack.callback(subprocesses.stop_process, process, _STOP_TIMEOUT)


def _drain(source: Connection, topics: Topics, start_worker: Callable[[ExitStack], None]) -> None:
    """Run a worker until all stages have processed all there is, and nothing followed while it was stopped.

    What is left of `mentions.scored` then are ticks of the worker itself: leaving them out changes nothing.
    """
    from streams.kafka.positions import left_over  # noqa: PLC0415  slow to load

    for _ in range(DRAINS):
        with ExitStack() as working:
            print_status("a worker processes what is left …")
            start_worker(working)
            slow = "the worker does not get through what is left"
            _wait(lambda: left_over(source, topics, scored=True) == 0, DRAIN_TIMEOUT, slow)
        if not left_over(source, topics, scored=False):
            return
    raise CommandError("new signals follow each time the worker is stopped: try again later; nothing was copied")


def _wait(met: Callable[[], bool], timeout: float, otherwise: str) -> None:
    deadline = time.monotonic() + timeout
    while not met():
        if time.monotonic() > deadline:
            raise CommandError(f"{otherwise}: not within {timeout:.0f} s; nothing was copied")
        time.sleep(_POLL_SECONDS)


def _report(topic: str, records: int) -> None:
    print_line(f"{records:>9,}  {topic}")
