"""Hand-written contenders: a confluent-kafka loop that decodes each mention, and one that scores and counts it, too.

Usage: plain_loop.py BOOTSTRAP TOPIC decode|count OUTPUT. At SIGTERM the counts go to the file OUTPUT as JSON.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from confluent_kafka import Consumer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE: Final = 500
"""Messages taken and committed together."""

NEGATIVE_UP_TO: Final = -0.05

Key = tuple[str, int, str]


class Stopped(Exception):  # noqa: N818 - the way out of the loop, no error
    """SIGTERM came."""


def mentions(consumer: Any) -> Iterator[Any]:
    """Yield decoded mentions for ever, and commit behind them."""
    decode = msgspec.json.decode
    while True:
        messages = consumer.consume(AT_ONCE, timeout=0.1)
        for message in messages:
            if message.error() is None:
                yield decode(message.value())
        if messages:
            consumer.commit(asynchronous=True)


def decode_only(found: Iterator[Any], counts: Counter[Key]) -> None:
    """Count the mentions, and nothing of them."""
    for _ in found:
        counts["", 0, "all"] += 1


def count(found: Iterator[Any], counts: Counter[Key]) -> None:
    """Count all and negative mentions per brand and minute."""
    score = SentimentIntensityAnalyzer().polarity_scores
    for mention in found:
        at = datetime.fromisoformat(mention["published_at"])
        brand, minute = mention["brand"], int(at.timestamp()) // 60 * 60_000
        counts[brand, minute, "all"] += 1
        if score(mention["text"])["compound"] <= NEGATIVE_UP_TO:
            counts[brand, minute, "negative"] += 1


WAYS: Final[dict[str, Callable[[Iterator[Any], Counter[Key]], None]]] = {"decode": decode_only, "count": count}


def main() -> None:
    """Run until SIGTERM, then write the counts."""
    bootstrap, topic, way, output = sys.argv[1:]
    signal.signal(signal.SIGTERM, _stop)
    counts: Counter[Key] = Counter()
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"{topic}.{Path(output).stem}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    try:
        WAYS[way](mentions(consumer), counts)
    except Stopped:
        consumer.close()
    rows = [[*key, number] for key, number in counts.items()]
    Path(output).write_text(json.dumps(rows), encoding="utf-8")


def _stop(*_: object) -> None:
    raise Stopped


if __name__ == "__main__":
    main()
