"""Throughput benchmark: mentions per second of Tocsin and of a docs-style Faust app, on the same broker and input.

Each contender gets the mentions in its usual form: the Faust app one a record, Tocsin packed. Both score with stock
VADER and count all and negative mentions per brand and minute. Tocsin's counts must equal those of a plain loop; the
Faust app's counts are printed. The contenders alternate, and the ratio is that of the medians, so that drift of the
machine's speed does not decide.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import NewTopic

from benchmarks.vader_worker import StockVader
from detectors.engine import engine
from streams.kafka import clients
from tests.support.brokers import start_real
from tests.support.installation import ROOT, Installation, wait_until
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.brokers import RealBroker

PARTITIONS: Final = 4
PATIENCE: Final = 600.0
NEGATIVE_FROM: Final = -0.05

Counts = Counter[tuple[str, int, str]]
"""(brand, minute in ms, "all" or "negative") → how many."""


def crowd(count: int) -> MentionGenerator:
    """Return the mentions that both count; none twice, for the peer knows no duplicates."""
    return MentionGenerator(count, seed=7, repeated=0.0, span=timedelta(minutes=90))


def truth(mentions: MentionGenerator) -> Counts:
    """Return the counts of a plain loop over the mentions."""
    counts: Counts = Counter()
    scorer = StockVader()
    for mention in mentions.mentions():
        at = datetime.fromisoformat(mention["published_at"])
        brand, minute = mention["brand"], round(at.replace(second=0, microsecond=0).timestamp() * 1000)
        counts[brand, minute, "all"] += 1
        counts[brand, minute, "negative"] += scorer.score([mention["text"]], [None])[0][0] <= NEGATIVE_FROM
    return +counts


def tocsin(broker: RealBroker, mentions: MentionGenerator, pack: int) -> tuple[float, Counts]:
    """Run a Tocsin worker over the mentions; returns mentions a second and what it counted."""
    with Installation(broker, partitions=PARTITIONS) as here:
        end = round(mentions.end.timestamp() * 1000)
        here.send((partition, value, end) for partition, value in mentions.records(PARTITIONS, pack))
        here.mark(end)
        seconds = _timed(here, "benchmarks.vader_worker", here.topics.mentions.name, here.topics.scored.name)
        counts: Counts = Counter()
        for brand, state in here.states().items():
            for minute, everything, negative, *_ in engine.minute_counts(state):
                counts[brand, minute, "all"] += everything
                counts[brand, minute, "negative"] += negative
    return mentions.count / seconds, +counts


def docs_style(broker: RealBroker, mentions: MentionGenerator, pack: int) -> tuple[float, Counts]:
    """Run the peer over the mentions; returns mentions a second and what it counted."""
    del pack
    with Installation(broker, partitions=PARTITIONS) as here:
        name = f"{here.topics.prefix}docs-style"
        tables = [f"{name}-{table}-changelog" for table in ("counted", "negative")]
        with clients.admin(here.connection) as admin:
            admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in (name, *tables)])
        producer = clients.producer(here.connection)
        for mention in mentions.mentions():
            fields = {field: mention[field] for field in ("id", "brand", "text")}
            fields["published"] = datetime.fromisoformat(mention["published_at"]).timestamp()
            producer.send(name, key=mention["brand"].encode(), value=json.dumps(fields).encode())
        producer.flush()
        producer.close()
        here.environment |= {"DOCS_STYLE_ID": name, "DOCS_STYLE_TOPIC": name}
        arguments = ("worker", "-l", "warn", "--without-web")
        seconds = _timed(here, "benchmarks.baseline_app", name, arguments=arguments, late=tables)
        return mentions.count / seconds, _windows(here, tables)


def _windows(here: Installation, tables: list[str]) -> Counts:
    """Return what the peer's windowed tables hold."""
    counts: Counts = Counter()
    for table, kind in zip(tables, ("all", "negative"), strict=True):
        for record in here.records(table):
            brand, (start, _) = json.loads(record.key or b"")
            counts[brand, round(start * 1000), kind] = json.loads(record.value or b"0")
    return counts


def _timed(
    here: Installation, module: str, *topics: str, arguments: tuple[str, ...] = (), late: Sequence[str] = ()
) -> float:
    """Start a worker and return the seconds from its first commit to the end of all `topics`.

    The start of the process is not counted: the first commit says that it works. Nor is the wait until nothing more
    comes into the `late` topics: the peer commits before its tables are written, and stopped then it loses them.
    """
    group = here.environment.get("DOCS_STYLE_ID", here.topics.application)
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=here.environment, stdout=quiet, stderr=quiet)
    consumer = KafkaConsumer(**here.connection.kafka_python(), group_id=group, enable_auto_commit=False)
    try:
        first = _Progress(here, consumer, topics)
        wait_until(lambda: first.moved, PATIENCE, f"{module} begins", every=0.02)
        started, done = time.monotonic(), first.share
        wait_until(lambda: first.finished, PATIENCE, f"{module} ends", every=0.05)
        seconds = (time.monotonic() - started) / (1 - done)
        _still(here, late)
        return seconds
    finally:
        consumer.close()
        process.terminate()
        process.wait(30)


def _still(here: Installation, topics: Sequence[str]) -> None:
    """Wait until nothing has come into the topics for three seconds."""
    before: list[dict[int, int]] = []
    while topics and (now := [here.ends(topic) for topic in topics]) != before:
        before = now
        time.sleep(3)


class _Progress:
    """How far a consumer group has committed."""

    def __init__(self, here: Installation, consumer: KafkaConsumer, topics: tuple[str, ...]) -> None:
        self._here = here
        self._consumer = consumer
        self._topics = topics

    def _committed(self, *topics: str) -> int:
        tps = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        return sum(self._consumer.committed(tp) or 0 for tp in tps)

    def _ends(self, *topics: str) -> int:
        return sum(sum(self._here.ends(topic).values()) for topic in topics)

    @property
    def share(self) -> float:
        """Return how much of the first topic is done."""
        return self._committed(self._topics[0]) / self._ends(self._topics[0])

    @property
    def moved(self) -> bool:
        """Return whether anything is committed."""
        return self._committed(self._topics[0]) > 0

    @property
    def finished(self) -> bool:
        """Return whether everything is."""
        return self._committed(*self._topics) >= self._ends(*self._topics)


def main() -> None:
    """Print both contenders' mentions a second, and the ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mentions", type=int, default=200_000)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--pack", type=int, default=100, help="mentions in a record for Tocsin")
    given = arguments.parse_args()
    os.environ.pop("TOCSIN_PREFIX", None)
    speeds: dict[str, list[float]] = {"docs-style Faust": [], "Tocsin": []}
    mentions = crowd(given.mentions)
    expected = truth(mentions)
    broker = start_real()
    try:
        for number in range(given.rounds):
            peer, theirs = docs_style(broker, mentions, given.pack)
            kept = sum(count for (*_, kind), count in theirs.items() if kind == "all")
            ours, found = tocsin(broker, mentions, given.pack)
            assert found == expected, "Tocsin miscounts"
            speeds["docs-style Faust"].append(peer)
            speeds["Tocsin"].append(ours)
            print(
                f"round {number + 1}: docs-style Faust {peer:,.0f}/s, its tables hold {kept / given.mentions:.2%} "
                f"of the mentions; Tocsin {ours:,.0f}/s, every count exact",
                flush=True,
            )
    finally:
        broker.close()
    peer, ours = (statistics.median(found) for found in speeds.values())
    print(f"{given.mentions:,} mentions, stock VADER: {ours:,.0f}/s against {peer:,.0f}/s: {ours / peer:.1f} times")


if __name__ == "__main__":
    main()
