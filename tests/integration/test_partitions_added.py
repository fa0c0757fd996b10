"""Partitions are added to a topic: running workers and new ones end with one line that says what to do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from streams.kafka import clients
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from tests.support.brokers import Broker
    from tests.support.installation import Worker

PARTITIONS: Final = 2


def ended(worker: Worker) -> tuple[int, str]:
    """Return the exit code of a worker that ends by itself, and what it logged."""
    wait_until(lambda: not worker.running, 60, "ended")
    return worker.stop(), worker.log.read_text(errors="replace")


def test_a_worker_ends_with_one_line(real_kafka: Broker) -> None:
    """Which topic, how many partitions, where the remedy is; without a traceback."""
    with Installation(real_kafka, partitions=PARTITIONS) as here:
        running = here.worker("--notify", "console", "--defaults")
        wait_until(lambda: "partitions assigned" in running.log.read_text(), 60, "assigned")
        with closing(clients.admin(here.connection)) as admin:
            admin.create_partitions({here.topics.mentions.name: 4})
        expected = f"{here.topics.mentions.name} has 4, where {PARTITIONS} are expected"
        for worker in (running, here.worker("--notify", "console", "--defaults")):
            code, log = ended(worker)
            assert code == 1
            assert log.count("topics differ in their number of partitions") == 1
            assert expected in log
            assert "docs/runbook.md" in log
            assert "Traceback" not in log
            assert "Assertion" not in log
