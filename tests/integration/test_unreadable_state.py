"""Records in the changelogs that nobody can read: each is named once and left out, and all else works on."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine.storage import VERSION
from streams.exactly_once.fencing import FencedValue, FencedVersion, decode
from streams.kafka import clients
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from streams.kafka.topics import Topic
    from tests.support.brokers import Broker

PARTITIONS: Final = 2
BRANDS: Final = ("Alder", "Birch", "Cedar", "Dogwood")
OPTIONS: Final = ("--notify", "console", "--defaults")
GARBAGE: Final = b"\xff\xfegarbage"


def send(here: Installation, name: str) -> int:
    """Send sixty complaints about each brand; returns how many."""
    at = datetime.fromtimestamp(time.time_ns() / 1e9, UTC).isoformat()
    lines = [
        {
            "id": f"{name}{n}",
            "text": f"terrible awful disaster angry {n}",
            "channel": "forum",
            "published_at": at,
            "brand": brand,
        }
        for n in range(60)
        for brand in BRANDS
    ]
    return here.send([(place % PARTITIONS, json.dumps(line).encode(), None) for place, line in enumerate(lines)])


def put(here: Installation, topic: Topic, key: bytes, value: bytes, partition: int) -> None:
    """Write a record that no worker would."""
    with closing(clients.producer(here.connection)) as producer:
        producer.send(topic.name, key=key, value=value, partition=partition).get(timeout=30)


def newest(here: Installation, topic: Topic) -> dict[bytes, tuple[int, bytes]]:
    """Return partition and value of each key of a changelog."""
    return {record.key or b"": (record.partition, record.value or b"") for record in here.records(topic.name)}


def fenced(partition: int, payload: bytes) -> bytes:
    """Return a value that wins over what any worker has stored."""
    return FencedValue(FencedVersion(99, 10**9), partition, payload).encode()


def test_a_record_that_cannot_be_read_stops_nothing(real_kafka: Broker) -> None:
    """Of all three tables, short or damaged; then one of a newer version stops the worker."""
    with Installation(real_kafka, partitions=PARTITIONS) as here:
        first, topics = here.worker(*OPTIONS), here.topics
        sent = send(here, "first")
        wait_until(lambda: here.counted() == sent, 60, "counted")
        wait_until(lambda: len(newest(here, topics.receipts)) >= len(BRANDS), 60, "delivered")
        wait_until(here.settled, 60, "settled")
        first.stop()
        states, cases = newest(here, topics.watch_state), newest(here, topics.triage_state)
        receipts = newest(here, topics.receipts)
        damaged = [
            (topics.watch_state, b"Alder", states[b"Alder"][0], b"abc"),
            (topics.watch_state, b"Birch", states[b"Birch"][0], fenced(states[b"Birch"][0], GARBAGE)),
            (topics.triage_state, b"Cedar", cases[b"Cedar"][0], fenced(cases[b"Cedar"][0], GARBAGE)),
            *((topics.receipts, key, at, fenced(at, GARBAGE)) for key, (at, _) in receipts.items()),
        ]
        for topic, key, partition, value in damaged:
            put(here, topic, key, value, partition)
        second = here.worker(*OPTIONS)
        send(here, "second")
        wait_until(lambda: here.settled() and len(here.states()) == len(BRANDS), 60, "settled")
        log = second.log.read_text(errors="replace")
        for name in ("key=Alder", "key=Birch", "key=Cedar"):
            assert log.count(name) == 1, name
        assert "offset=" in log
        assert "Traceback" not in log
        assert {brand: state.totals.mentions for brand, state in here.states().items()} == dict.fromkeys(
            BRANDS, 120
        ) | {"Birch": 60}
        for command in (("status",), ("incident", "list")):
            assert here.command(*command).returncode == 0
        second.stop()

        partition, value = newest(here, topics.watch_state)[b"Dogwood"]
        body = msgspec.msgpack.encode([VERSION + 1, *msgspec.msgpack.decode(decode(value).payload)[1:], "new"])
        put(here, topics.watch_state, b"Dogwood", fenced(partition, body), partition)
        third = here.worker(*OPTIONS)
        send(here, "third")
        wait_until(lambda: not third.running, 60, "ended")
        assert third.stop() == 1
        log = third.log.read_text(errors="replace")
        message = f"the stored state of 'Dogwood' has format {VERSION + 1}"
        assert log.count(message) == 1
        assert "Traceback" not in log
        status = here.command("status")
        assert status.returncode == 1
        assert status.stderr.splitlines()[-1].startswith(f"Error: {message}")
        assert "Traceback" not in status.stderr
