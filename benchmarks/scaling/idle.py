"""Cost of a worker that has nothing to do: CPU, ticks, and what it writes to each topic."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from benchmarks.results_table import table
from benchmarks.throughput import cores
from benchmarks.throughput.process import started, tocsin
from benchmarks.throughput.timing import PATIENCE
from benchmarks.throughput.traffic import Traffic, send, spread
from streams.kafka import clients
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from tests.support.brokers import RealBroker

DAY: Final = 86_400
BRANDS: Final = 20
PER_BRAND: Final = 20
HEAD: Final = ("topic", "records/s", "bytes a day on the broker's disk")
SETTLING: Final = 10.0  # seconds until what the mentions caused is written
OFFSETS: Final = "__consumer_offsets"


def sizes(here: Installation) -> dict[str, int]:
    """Return how many bytes each topic of the installation, and that of committed offsets, has on disk."""
    found: dict[str, int] = {}
    with closing(clients.admin(here.connection)) as admin:
        answers: Any = admin.describe_log_dirs()
    for broker in answers:
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                name = topic["name"]
                found[name] = found.get(name, 0) + sum(part["partition_size"] for part in topic["partitions"])
    return {name: size for name, size in found.items() if name.startswith(here.topics.prefix) or name == OFFSETS}


def measure(here: Installation, pid: int, seconds: float) -> tuple[float, dict[str, tuple[float, float]]]:
    """Return the share of a core that the worker takes, and of each topic the records a second and bytes a day."""
    names = [topic.name for topic in here.topics.all()]
    counts, before = {name: sum(here.ends(name).values()) for name in names}, sizes(here)
    begun, spent = time.monotonic(), cores.cpu_seconds(pid) or 0.0
    time.sleep(seconds)
    used, passed = (cores.cpu_seconds(pid) or 0.0) - spent, time.monotonic() - begun
    after = sizes(here)
    written = {name: (after[name] - before.get(name, 0)) * DAY / passed for name in after}
    records = {name: (sum(here.ends(name).values()) - counts[name]) / passed for name in names}
    return used / passed, {name: (records.get(name, 0.0), written[name]) for name in sorted(written)}


def report(broker: RealBroker, partitions: int, seconds: float) -> str:
    """Return the table: a worker with the wall clock, a few brands known, and no mention for some seconds."""
    with Installation(broker, partitions=partitions) as here:
        traffic = Traffic(BRANDS * PER_BRAND, BRANDS, end=datetime.now(UTC))  # the worker's clock is the wall's
        recent = list(spread(traffic.posts(), partitions))
        with started(here, tocsin("--defaults", "--clock", "wall"), cores.divide().worker) as (worker,):
            send(broker.bootstrap, here.topics.mentions.name, recent)
            wait_until(lambda: here.counted() >= len(recent), PATIENCE, "the mentions are counted")
            time.sleep(SETTLING)
            share, topics = measure(here, worker.pid, seconds)
        prefix = here.topics.prefix
    rows = [(name.removeprefix(prefix), f"{rate:.2f}", f"{size:,.0f}") for name, (rate, size) in topics.items()]
    title = f"**Idle**: one worker, {partitions} partitions, {BRANDS} brands, {seconds:.0f} s without a mention:"
    return f"{title} {share:.1%} of a core.\n\n{table(HEAD, rows)}"
