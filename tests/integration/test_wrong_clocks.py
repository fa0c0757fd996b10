"""Producers whose clocks are wrong: every brand goes on being heard, and `tocsin status` names the producer's fault."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from streams.kafka import clients
from streams.kafka.headers import ARRIVED_AT
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from tests.support.brokers import Broker

PARTITIONS: Final = 2
MINUTE: Final = 60_000
DAY: Final = 1440 * MINUTE


def now() -> int:
    """Return milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def send(here: Installation, lines: list[tuple[str, int]], timestamp: int | None = None, header: int = 0) -> None:
    """Send complaints of (id, published at), with the timestamp and the header of a wrong clock."""
    with closing(clients.producer(here.connection)) as producer:
        for place, (name, published) in enumerate(lines):
            at = datetime.fromtimestamp(published / 1000, UTC).isoformat()
            text = f"terrible awful disaster number {name} angry"
            mention = {"id": name, "text": text, "published_at": at, "channel": "forum", "brand": "Acme"}
            value, headers = json.dumps(mention).encode(), [(ARRIVED_AT, b"%d" % header)] if header else []
            where: Any = {"partition": place % PARTITIONS, "timestamp_ms": timestamp}
            producer.send(here.topics.mentions.name, value=value, headers=headers, **where)
        producer.flush()


def test_no_producer_stops_time(kafka: Broker) -> None:
    """A header three days ahead and a clock fifty minutes fast; then four minutes fast a crisis, heard at once."""
    with Installation(kafka, partitions=PARTITIONS) as here:
        worker = here.worker("--notify", "console", "--defaults")
        send(here, [(f"header{n}", now()) for n in range(4)], header=now() + 3 * DAY)
        send(here, [(f"fast{n}", now()) for n in range(4)], timestamp=now() + 50 * MINUTE)
        wait_until(lambda: here.counted() == 8, 60, "counted")
        send(here, [(f"crisis{n}", now() + 4 * MINUTE) for n in range(60)])
        wait_until(lambda: bool(here.command("incident", "list").stdout.strip()), 60, "an incident", 1.0)
        (state,) = here.states().values()
        assert state.totals.backfill == 0
        status = here.command("status").stdout
        assert "s ahead of the clock at" in status
        log = worker.log.read_text()
        assert log.count("timestamp ahead of the clock") <= 3 * PARTITIONS
        assert "header arrived-at" in log
        assert "record timestamp" in log
