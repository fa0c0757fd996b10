"""Tocsin worker as it ships, but for its notifier, which takes every message and shows none.

So no text of a post reaches a log, and neither a terminal nor Slack's pace is part of what is measured.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from alerts.delivery.ports import MessageRef
from config.environment import from_environ
from mentions.sentiment import Scorer
from streams import lifecycle
from streams.app import Worker, WorkerConfig
from streams.kafka.connection import connect
from streams.kafka.topic_watch import describe
from streams.kafka.topics import Topics

if TYPE_CHECKING:
    from alerts.rendering.message import Message


class Nobody:
    """A notifier that takes every message and shows none."""

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Take a message."""
        return MessageRef(channel, message.incident)

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Take an update."""

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Take a reply."""

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Find nothing."""
        del channel, incident, since
        return None

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Delete nothing."""
        del receipt, incident, since
        return 0

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Know of no reply."""
        del receipt, revision
        return False


def main() -> int:
    """Run the worker that the environment describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clock", choices=("wall", "arrival"), default="arrival")
    parser.add_argument("--defaults", action="store_true", help="watch every brand named in mentions")
    given = parser.parse_args()
    settings = from_environ(os.environ)
    topics, connection = Topics(settings.prefix), connect(settings)
    parts = WorkerConfig(
        topics=topics,
        connection=connection,
        partitions=settings.partitions,
        found=describe(connection, topics),
        scorer=Scorer(),
        notifier=Nobody(),
        channel_gap=0.0,
        clock=given.clock,
        defaults=given.defaults,
    )
    worker = Worker(parts)
    return lifecycle.run_worker(worker.app, worker.shutdown, "warning", "console")


if __name__ == "__main__":
    sys.exit(main())
