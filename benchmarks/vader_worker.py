"""Tocsin worker with stock VADER and no notifier: the architecture alone, beside the baseline app."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from alerts.delivery.ports import MessageRef
from config.settings import from_environ
from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE
from streams import lifecycle
from streams.app import WorkerConfig, build
from streams.kafka.connection import connect
from streams.kafka.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.rendering.message import Message


class StockVader:
    """English sentiment by vaderSentiment as it is installed; no language, no abuse."""

    version = "vaderSentiment 3.3.2"

    def __init__(self) -> None:
        self._analyzer = SentimentIntensityAnalyzer()

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return VADER's compound of each text, the label at its usual thresholds, and no abuse."""
        del langs
        return list(map(self._score, texts))

    def _score(self, text: str) -> tuple[float, int, float]:
        compound: float = self._analyzer.polarity_scores(text)["compound"]
        label = NEGATIVE if compound <= -0.05 else POSITIVE if compound >= 0.05 else NEUTRAL
        return compound, label, 0.0


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
    settings = from_environ(os.environ)
    topics, connection = Topics(settings.prefix), connect(settings)
    parts = WorkerConfig(
        topics=topics,
        connection=connection,
        partitions=settings.partitions,
        scorer=StockVader(),
        notifier=Nobody(),
        channel_gap=0.0,
        clock="arrival",
        defaults=True,
    )
    return lifecycle.run_worker(build(parts), "warning", "console")


if __name__ == "__main__":
    sys.exit(main())
