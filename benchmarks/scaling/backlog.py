"""Time that a worker needs to catch up with a backlog of an hour and of a day."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.results_table import table
from benchmarks.throughput import cores
from benchmarks.throughput.contenders import PARTITIONS, tocsin_job
from benchmarks.throughput.process import started, tocsin
from benchmarks.throughput.timing import caught_up
from benchmarks.throughput.traffic import Traffic, markers, send, spread
from tests.support.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.brokers import RealBroker

BRANDS: Final = 20
HEAD: Final = ("backlog", "mentions", "caught up after [s]", "mentions/s", "CPU [s]", "peak memory [MB]")


def rows(broker: RealBroker, a_minute: float, hours: Iterable[float]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table."""
    for length in hours:
        traffic = Traffic(max(1, round(a_minute * 60 * length)), BRANDS, span=timedelta(hours=length))
        with Installation(broker, partitions=PARTITIONS) as here:
            backlog = [*spread(traffic.posts(), PARTITIONS), *markers(traffic.end_ms, PARTITIONS)]
            send(broker.bootstrap, here.topics.mentions.name, backlog)
            begun = time.monotonic()
            with started(here, tocsin("--defaults"), cores.divide().worker) as (worker,):
                seconds = caught_up(here, tocsin_job(here, worker), begun)
                used, peak = cores.cpu_seconds(worker.pid), cores.peak_megabytes(worker.pid)
            yield (
                f"{length:g} h",
                f"{traffic.count:,}",
                f"{seconds:.1f}",
                f"{traffic.count / seconds:,.0f}",
                f"{used or 0:.1f}",
                f"{peak or 0:.0f}",
            )


def report(broker: RealBroker, a_minute: float, hours: Iterable[float]) -> str:
    """Return the table; the start of the worker counts."""
    title = f"**Backlog**: {BRANDS} brands, {a_minute:g} mentions a minute, one a record; the worker's start counts."
    return f"{title}\n\n{table(HEAD, rows(broker, a_minute, hours))}"
