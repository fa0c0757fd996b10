"""Topics are deleted and created again, as by a migration or a restore: nothing new is taken for a redelivery."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.kafka import clients
from streams.kafka.admin import create_topics, delete_topics
from streams.kafka.topic_watch import describe
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from tests.support.brokers import Broker

PARTITIONS: Final = 2
FILLING: Final = 400
"""Records that the first topic held: the offsets of the next one stay far below the marks of this one."""


def send(here: Installation, brand: str, count: int, text: str) -> None:
    """Send mentions of a brand that are published now."""
    at = datetime.fromtimestamp(time.time_ns() / 1e9, UTC).isoformat()
    fields = {"brand": brand, "channel": "forum", "published_at": at}
    lines = [{**fields, "id": f"{brand}{n}", "text": f"{text} {n}"} for n in range(count)]
    here.send([(place % PARTITIONS, json.dumps(line).encode(), None) for place, line in enumerate(lines)])


def recreate(here: Installation) -> None:
    """Delete all topics that the agents read, and create them again."""
    topics = here.topics
    names = [topic.name for topic in (topics.mentions, topics.scored, topics.signals, topics.notifications)]
    delete_topics(here.connection, names)
    wait_until(lambda: not set(names) & set(describe(here.connection, topics)), 30, "deleted")
    create_topics(here.connection, topics.all(), PARTITIONS, 1)


def commit_beyond_the_end(here: Installation) -> None:
    """Commit offsets that no topic reaches, as a move to another cluster may leave them."""
    topics = here.topics
    names = [topic.name for topic in (topics.mentions, topics.scored, topics.signals, topics.notifications)]
    with closing(clients.group_consumer(here.connection, topics.application)) as consumer:
        tps = [TopicPartition(name, number) for name in names for number in range(PARTITIONS)]
        consumer.commit({tp: OffsetAndMetadata(100_000, "", -1) for tp in tps})


def is_delivered(here: Installation, brand: str) -> bool:
    """Return whether a brand has an incident, and a worker has shown it."""
    listed = here.command("incident", "list", "--json").stdout
    shown = any(f"incident={brand.lower()}-" in worker.log.read_text(errors="replace") for worker in here.workers)
    return shown and f'"{brand}"' in listed


def test_no_mention_signal_or_alert_is_dropped(real_kafka: Broker) -> None:
    """All four topics, under a running worker and while none runs; the log says once what was found.

    What a rebalance brings a second time is known by its offset, in the new topic as in the old one: it counts once.
    """
    with Installation(real_kafka, partitions=PARTITIONS) as here:
        options = ("--notify", "console", "--defaults")
        worker = here.worker(*options)
        send(here, "Filling", FILLING, "all is fine")
        send(here, "Before", 60, "terrible awful disaster angry")
        wait_until(lambda: is_delivered(here, "Before"), 60, "an alert", 0.5)
        recreate(here)
        wait_until(lambda: "deleted and created again" in worker.log.read_text(), 60, "noticed")
        send(here, "Filling", 40, "all is fine again")
        send(here, "Running", 60, "terrible awful disaster angry")
        wait_until(lambda: is_delivered(here, "Running"), 60, "an alert", 0.5)
        worker.stop()
        recreate(here)
        commit_beyond_the_end(here)
        worker = here.worker(*options)
        send(here, "Filling", 30, "all is fine as ever")
        send(here, "Stopped", 60, "terrible awful disaster angry")
        wait_until(lambda: is_delivered(here, "Stopped"), 60, "an alert", 0.5)
        log = worker.log.read_text()
        assert "counted in another topic before, a new epoch begins" in log
        assert "committed offset beyond the end of the topic, a new epoch begins" in log
        wait_until(lambda: here.counted() == FILLING + 40 + 30 + 3 * 60, 60, "every mention counted", 0.5)
        totals = {brand: state.totals for brand, state in here.states().items()}
        sent = {"Filling": FILLING + 40 + 30, "Before": 60, "Running": 60, "Stopped": 60}
        assert {brand: total.mentions + total.duplicates for brand, total in totals.items()} == sent
        assert totals["Running"].mentions == totals["Stopped"].mentions == 60
