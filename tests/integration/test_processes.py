"""One command, several processes: they share the partitions, a port and a log, and survive the death of one."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import MentionGenerator
from tests.support.ports import pick_ports
from tests.support.processes import children

if TYPE_CHECKING:
    from tests.support.brokers import Broker

COUNT = 400


def accepted(port: int) -> float:
    """Return how many mentions all processes together say they have accepted."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        found = re.search(rb'^tocsin_mentions_total\{outcome="accepted"\} (\S+)$', answer.read(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_processes_share_the_work_and_one_may_die(kafka: Broker) -> None:
    """Every mention counts once, one port tells of all, a killed process is replaced, and SIGTERM ends all with 0."""
    first = MentionGenerator(COUNT, seed=3, repeated=0.0)
    second = MentionGenerator(COUNT, seed=4, repeated=0.0, start=first.end)
    port = next(pick_ports())
    with Installation(kafka, {"TOCSIN_METRICS_PORT": str(port)}) as here:
        worker = here.worker("--defaults", "--clock", "arrival", "--notify", "console", "--processes", "2")
        count(here, first, COUNT)
        assert accepted(port) >= COUNT
        killed = children(worker.pid)[0]
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: len(set(children(worker.pid)) - {killed}) == 2, 30, "it is replaced")
        count(here, second, 2 * COUNT)
        assert accepted(port) >= 2 * COUNT
        running = children(worker.pid)
        assert worker.stop() == 0
        assert len(running) == 2
        assert not any(Path(f"/proc/{pid}").exists() for pid in running)
        assert "it is started again" in worker.log.read_text(encoding="utf-8", errors="replace")


def count(here: Installation, mentions: MentionGenerator, expected: int) -> None:
    """Send mentions, and wait until so many are counted in all."""
    end = round(mentions.end.timestamp() * 1000)
    here.send((partition, value, end) for partition, value in mentions.records(here.partitions, 5))
    wait_until(lambda: here.counted() == expected, 120, f"{expected} mentions counted")
